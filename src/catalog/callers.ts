import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import { quoteLiteral } from '../sql/quote.ts'

/** A role that callers may come in as, with what speaks for it. */
export interface Caller {
  /** `public`: every role */
  readonly name: string
  /** policies of the project that name it */
  readonly policies: number
  /** tables of the project that it was granted to read */
  readonly granted: number
  /** tables of the project that it owns */
  readonly owned: number
  /** tables of the project */
  readonly tables: number
  readonly superuser: boolean
  readonly bypasses: boolean
}

/** Every role that policies or grants of a project name, or that owns tables of it; those that more policies name first. */
export async function callersIn(
  connection: Connection,
  platformSchemas: readonly string[],
): Promise<readonly Caller[]> {
  const text = readFileSync(new URL('./queries/callers.sql', import.meta.url), 'utf8')
  const results = await connection.results(
    [
      'begin',
      `select set_config('rls_harness.platform', ${quoteLiteral(platformSchemas.join(','))}, true)`,
      text.trim(),
      'commit',
    ].join(';\n'),
  )
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the columns of the query
  return (results.at(-2)?.rows ?? []) as unknown as readonly Caller[]
}
