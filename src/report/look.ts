import { Ansis } from 'ansis'
import type { Cell } from '../domain/report.ts'
import type { Severity } from '../domain/vocabulary.ts'
import type { ReporterOptions } from './reporter.ts'
import { harmless, pad, widthOf, wrap } from './text.ts'

/** Never wider, however wide the terminal is: longer lines are hard to read and break in logs. */
const WIDEST = 100
/** Narrower than this a matrix cannot be drawn. */
const NARROWEST = 60

type Paint = (text: string) => string

/** How a report looks on one terminal: glyphs, colours, columns. */
export interface Look {
  readonly width: number
  readonly tick: string
  readonly dot: string
  readonly ellipsis: string
  readonly cells: Readonly<Record<Cell, string>>
  readonly severities: Readonly<Record<Severity, string>>
  readonly paint: Readonly<Record<'bad' | 'good' | 'warn' | 'faint' | 'strong', Paint>>
  /** text of the database, of the user or of a server, made harmless */
  readonly clean: Paint
}

const UNICODE: Pick<Look, 'tick' | 'dot' | 'ellipsis' | 'cells' | 'severities'> = {
  tick: '✓',
  dot: '·',
  ellipsis: '…',
  cells: { closed: '·', open: '✓', leak: '✗', blocked: '!', untested: '?', none: '–' },
  severities: { error: '✗', warning: '!', note: 'i' },
}

const ASCII: typeof UNICODE = {
  tick: '+',
  dot: '|',
  ellipsis: '...',
  cells: { closed: '.', open: '+', leak: 'X', blocked: '!', untested: '?', none: '-' },
  severities: { error: 'X', warning: '!', note: 'i' },
}

/** Chooses glyphs and colours once for a report. */
export function lookOf({
  colour,
  unicode,
  width,
}: Pick<ReporterOptions, 'colour' | 'unicode' | 'width'>): Look {
  const ansi = new Ansis(colour ? 1 : 0)
  return {
    ...(unicode ? UNICODE : ASCII),
    width: Math.min(WIDEST, Math.max(NARROWEST, Math.floor(width) || WIDEST)),
    paint: {
      bad: (text) => ansi.red(text),
      good: (text) => ansi.green(text),
      warn: (text) => ansi.yellow(text),
      faint: (text) => ansi.dim(text),
      strong: (text) => ansi.bold(text),
    },
    clean: (text) => harmless(text, unicode),
  }
}

/** The colour of a severity. */
export function severityPaint(severity: Severity, look: Look): Paint {
  switch (severity) {
    case 'error':
      return look.paint.bad
    case 'warning':
      return look.paint.warn
    case 'note':
      return look.paint.faint
  }
}

/** A text in lines that begin with `first` and continue under its end. */
export function hanging(first: string, text: string, look: Look): readonly string[] {
  const indent = ' '.repeat(first.length)
  return wrap(text, look.width - first.length).map((line, index) => `${index === 0 ? first : indent}${line}`)
}

/** `left` and, at the right margin, `right`: on a line of its own where both do not fit. */
export function spread(left: string, right: string, look: Look): readonly string[] {
  const room = look.width - widthOf(right)
  if (widthOf(left) < room) return [`${pad(left, room)}${right}`]
  return [left, `${' '.repeat(Math.max(0, room))}${right}`]
}
