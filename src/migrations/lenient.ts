import { NOTHING, together } from '../domain/failed-statement.ts'
import type { About, FailedStatement } from '../domain/failed-statement.ts'
import type { ServerError } from '../domain/server-error.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import { aboutOf } from './about.ts'
import type { MetaPart } from '../sql/split.ts'
import type { Step } from './steps.ts'

/** They write or read files, or choose what is done on an error. */
const LINES_WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'copy',
  'o',
  'out',
  'w',
  'write',
  '!',
  'password',
  'h',
  'help',
])

/** What a run that goes on behind errors keeps of them. */
export interface Passed {
  readonly failed: FailedStatement[]
  /** statements that ran, in one spelling: what is refused because it ran before changes nothing */
  readonly ran: Set<string>
}

export const nothingPassed = (): Passed => ({ failed: [], ran: new Set() })

/** One pass over a file: what it passes over counts once the pass is the one that counts. */
export class PassedInFile {
  readonly #before: ReadonlySet<string>
  readonly #now: Passed = nothingPassed()

  constructor({ ran }: Passed) {
    this.#before = ran
  }

  ran(step: Step): void {
    if (step.part.words[0] === 'create') this.#now.ran.add(spelling(step.text))
  }

  failed(step: Step, error: ServerError): void {
    const again = isThere(error.sqlstate) && this.#didRun(spelling(step.text))
    this.#add(step, error.sqlstate, error.message, again ? NOTHING : aboutOf(step.text, error))
  }

  /** Statements that ran and were rolled back, because of one behind them. */
  undone(
    step: Step,
    undone: readonly Step[],
    error: Pick<ServerError, 'message'> & { readonly sqlstate: string | null },
  ): void {
    const about = undone.map(({ text }) => aboutOf(text, { sqlstate: '', message: '' }))
    for (const { text } of undone) this.#now.ran.delete(spelling(text))
    this.#add(step, error.sqlstate, error.message, together(about))
  }

  /** A statement that the harness never runs reaches beyond the database. */
  refused(step: Step, reason: string): void {
    this.#add(step, null, reason, NOTHING)
  }

  /** A line of psql: what a file that it names or a query that it repeats would have done is not known. */
  line(part: MetaPart, file: string, reason: string): void {
    const about = LINES_WITHOUT_EFFECT.has(part.name) ? NOTHING : { ...NOTHING, everything: true }
    this.#add({ file, part, text: part.text }, null, reason, about)
  }

  addTo(all: Passed): void {
    all.failed.push(...this.#now.failed)
    for (const one of this.#now.ran) all.ran.add(one)
  }

  #didRun(text: string): boolean {
    return this.#before.has(text) || this.#now.ran.has(text)
  }

  #add(
    { file, part, text }: Pick<Step, 'file' | 'text'> & { readonly part: { readonly line: number } },
    sqlstate: string | null,
    message: string,
    about: About,
  ): void {
    this.#now.failed.push({ file, line: part.line, statement: shortened(text), sqlstate, message, about })
  }
}

/** Duplicate relation, object, function, schema, column. */
const isThere = (sqlstate: string): boolean =>
  ['42P07', '42710', '42723', '42P06', '42701'].includes(sqlstate)

/** Without comments, and with one blank wherever there is white space. */
function spelling(text: string): string {
  let plain = ''
  for (const { kind, start, end } of tokensOf(text)) {
    plain += kind === 'space' || kind === 'comment' ? ' ' : text.slice(start, end)
  }
  return plain.replaceAll(/ +/g, ' ').trim()
}

const LONGEST = 100

function shortened(text: string): string {
  const line = spelling(text.slice(0, 10 * LONGEST)).replaceAll(/\s+/g, ' ')
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`
}
