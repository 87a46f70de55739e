import { harmless, seconds, truncate } from '../report/text.ts'
import type { ProgressEvent } from '../run.ts'
import type { Output } from './host.ts'

/** Shows how far a run is. */
export interface Progress {
  readonly show: (event: ProgressEvent) => void
  /** Removes what must not stay on the screen. */
  readonly end: () => void
}

export interface ProgressOptions {
  readonly quiet: boolean
  readonly live: boolean
  readonly unicode: boolean
}

/** One line that is redrawn for a person at a terminal, a plain line per finished step elsewhere, or nothing. */
export function progressTo(output: Output, { quiet, live, unicode }: ProgressOptions): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined }
  return live ? liveLine(output, unicode) : plainLines(output, unicode)
}

const notice = (text: string, unicode: boolean): string => `! ${harmless(text, unicode)}\n`

const ERASE = '\r\u001b[2K'

function liveLine(output: Output, unicode: boolean): Progress {
  let drawn = false
  const end = (): void => {
    if (drawn) output.write(ERASE)
    drawn = false
  }
  const show = (event: ProgressEvent): void => {
    end()
    if (event.kind === 'done') return
    if (event.kind === 'notice') return void output.write(notice(event.text, unicode))
    const ellipsis = unicode ? '…' : '...'
    const name = `${harmless(event.name, unicode)} ${ellipsis}`
    output.write(` ${truncate(name, (output.columns ?? 80) - 2, ellipsis)}`)
    drawn = true
  }
  return { show, end }
}

function plainLines(output: Output, unicode: boolean): Progress {
  const show = (event: ProgressEvent): void => {
    if (event.kind === 'step') return
    if (event.kind === 'notice') return void output.write(notice(event.text, unicode))
    const text = harmless(event.text || event.name, unicode)
    const notes = event.notes.map((note) => `   ! ${harmless(note, unicode)}\n`)
    output.write(`${unicode ? '✓' : '+'} ${text}  ${seconds(event.ms)}\n${notes.join('')}`)
  }
  return { show, end: () => undefined }
}
