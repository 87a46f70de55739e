import { Connection, DatabaseError } from '../../src/database/connection.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { splitScript } from '../../src/sql/split.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** What psql would have printed. */
export interface Replayed {
  /** of queries of tables, functions and looks, in order; what sets the session up is left out */
  readonly answers: readonly Rows[]
  readonly error?: { readonly sqlstate: string; readonly message: string; readonly statement: string }
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
      const { sqlstate, message } = error.error
      return { answers, error: { sqlstate, message, statement: text } }
    }
  }
  return { answers }
}

const remarksOf = (script: string): readonly string[] =>
  [...script.matchAll(/^-- expected: (.*)$/gm)].map((match) => match[1] ?? '')

/** Whether what came back is what the script says that it shows. */
export function shows(script: string, { answers, error }: Replayed): boolean {
  const expected = remarksOf(script).at(-1) ?? ''
  const failure = /^error (\w{5})/.exec(expected)?.[1]
  if (failure !== undefined) return error?.sqlstate === failure
  if (error)
    return /^1 row, or .* after row security let it pass/.test(expected) && /^23/.test(error.sqlstate)
  const last = answers.at(-1) ?? []
  const held = /^the answer holds ("(?:[^"\\]|\\.)*"|[^,]+), which/.exec(expected)?.[1]
  if (held !== undefined)
    return JSON.stringify(last).includes(JSON.stringify(JSON.parse(held)).replace(/^"|"$/g, ''))
  if (expected.startsWith('another answer')) return JSON.stringify(last) !== JSON.stringify(answers.at(-2))
  if (expected.startsWith('0 rows')) return last.length === 0
  const proven = answers.find(([row]) => row !== undefined && 'proven' in row)
  if (expected.startsWith('t;')) return proven?.[0]?.['proven'] === true
  return last.length > 0
}
