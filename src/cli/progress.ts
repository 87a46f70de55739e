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
  /** milliseconds since some moment */
  readonly now?: () => number
}

/** One line that is redrawn for a person at a terminal, a plain line per finished step elsewhere, or nothing. */
export function progressTo(
  output: Output,
  { quiet, live, unicode, now = () => performance.now() }: ProgressOptions,
): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined }
  return live ? liveLine(output, unicode, now) : plainLines(output, unicode)
}

const notice = (text: string, unicode: boolean): string => `! ${harmless(text, unicode)}\n`

const ERASE = '\r\u001b[2K'

function liveLine(output: Output, unicode: boolean, now: () => number): Progress {
  const ellipsis = unicode ? '…' : '...'
  let drawn = false
  let step = ''
  let pace = new Pace('', now())
  const end = (): void => {
    if (drawn) output.write(ERASE)
    drawn = false
  }
  const draw = (text: string): void => {
    end()
    output.write(` ${truncate(harmless(text, unicode), (output.columns ?? 80) - 2, ellipsis)}`)
    drawn = true
  }
  const show = (event: ProgressEvent): void => {
    switch (event.kind) {
      case 'done':
        return end()
      case 'notice':
        end()
        return void output.write(notice(event.text, unicode))
      case 'step':
        step = event.name
        return draw(`${step} ${ellipsis}`)
      case 'part': {
        if (event.name !== pace.work) pace = new Pace(event.name, now())
        const text = pace.tell(event, now())
        if (text !== null) draw(`${step} ${ellipsis} ${text}`)
      }
    }
  }
  return { show, end }
}

/** A person reads no more than this; to draw costs more than many a piece of work. */
const REDRAW_MS = 200
/** What is known of a pace before is chance. */
const SETTLED_MS = 1500

/** How fast some work goes. */
class Pace {
  readonly work: string
  readonly #started: number
  #told: number

  constructor(work: string, now: number) {
    this.work = work
    this.#started = now
    this.#told = now
  }

  /** @returns how far it is and how long the rest may take; null where it was told just now */
  tell({ done, total }: { readonly done: number; readonly total: number }, now: number): string | null {
    if (now - this.#told < REDRAW_MS) return null
    this.#told = now
    const passed = now - this.#started
    const left = Math.round(((passed / done) * (total - done)) / 1000)
    const estimate = passed < SETTLED_MS || left < 1 ? '' : `, about ${left} s left`
    return `${this.work}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${estimate}`
  }
}

function plainLines(output: Output, unicode: boolean): Progress {
  const show = (event: ProgressEvent): void => {
    if (event.kind === 'step' || event.kind === 'part') return
    if (event.kind === 'notice') return void output.write(notice(event.text, unicode))
    const text = harmless(event.text || event.name, unicode)
    const notes = event.notes.map((note) => `   ! ${harmless(note, unicode)}\n`)
    output.write(`${unicode ? '✓' : '+'} ${text}  ${seconds(event.ms)}\n${notes.join('')}`)
  }
  return { show, end: () => undefined }
}
