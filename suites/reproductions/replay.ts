import { Connection, DatabaseError } from '../../src/database/connection.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import type { ServerError } from '../../src/domain/server-error.ts'
import { splitScript } from '../../src/sql/split.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** What psql would have printed. */
export interface Replayed {
  /** of queries of tables, functions and looks, in order; what sets the session up is left out */
  readonly answers: readonly Rows[]
  readonly error?: ServerError & { readonly statement: string }
}

const SESSION = /^select set_config\('request|^select set_config\(/

/** Sends a script as psql does, statement by statement: after an error the rest of the transaction is ignored. */
export async function replay(target: ConnectionTarget, script: string): Promise<Replayed> {
  await using connection = await Connection.open(target)
  const answers: Rows[] = []
  for (const { text } of splitScript(script)) {
    try {
      const results = await connection.results(text)
      if (/^\s*(select|with|table|values|call)\b/i.test(text) && !SESSION.test(text))
        answers.push(results.at(-1)?.rows ?? [])
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      await connection.run('rollback')
      return { answers, error: { ...error.error, statement: text } }
    }
  }
  return { answers }
}

const remarksOf = (script: string): readonly string[] =>
  [...script.matchAll(/^-- expected: (.*)$/gm)].map((match) => match[1] ?? '')

/** Whether what came back is what the script says that it shows. */
export function shows(script: string, replayed: Replayed): boolean {
  const { answers, error } = replayed
  const expected = remarksOf(script).at(-1) ?? ''
  const failure = /^error (\w{5}) \((.*)\); a sound schema answers$/.exec(expected)
  if (failure) return error?.sqlstate === failure[1] && error?.message === failure[2]
  const last = answers.at(-1) ?? []
  const held = /^the (answer|text of the error) holds (.*), as it is or in part, which stands in /.exec(
    expected,
  )
  if (held)
    return holds(
      JSON.stringify(held[1] === 'answer' ? last : (error ?? '')),
      String(JSON.parse(held[2] ?? '')),
    )
  if (error)
    return /^1 row, or .* after row security let it pass/.test(expected) && error.sqlstate.startsWith('23')
  if (expected.startsWith('another answer')) return JSON.stringify(last) !== JSON.stringify(answers.at(-2))
  if (expected.startsWith('0 rows')) return last.length === 0
  const proven = answers.find(([row]) => row !== undefined && 'proven' in row)
  if (expected.startsWith('t;')) return proven?.[0]?.['proven'] === true
  return last.length > 0
}

/** Functions cut values short, or write them as bytes. */
function holds(answer: string, value: string): boolean {
  const forms = [JSON.stringify(value).slice(1, -1), value.slice(0, 12), Buffer.from(value).toString('hex')]
  return value !== '' && forms.some((form) => answer.toLowerCase().includes(form.toLowerCase()))
}
