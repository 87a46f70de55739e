import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Policy } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import type { Command } from '../domain/vocabulary.ts'
import { quoteLiteral } from '../sql/quote.ts'

/** One side of a permissive policy. */
export interface Predicate {
  /** name of the policy */
  readonly policy: string
  readonly expression: string
  readonly command: Command | 'all'
  readonly roles: readonly string[]
}

/** What every predicate says of a row that does not stand anywhere, asked by an actor. */
export type Admission = (predicate: number, actor: string, row: number) => 'yes' | 'no' | 'error'

/** Both sides of all policies that let something through. */
export function predicatesOf(policies: readonly Policy[]): readonly Predicate[] {
  return policies
    .filter(({ permissive }) => permissive)
    .flatMap(({ name, using, withCheck, command, roles }) =>
      [...new Set([using, withCheck])].flatMap((expression) =>
        expression === null ? [] : [{ policy: name, expression, command, roles }],
      ),
    )
}

/**
 * Asks the policies' expressions about rows as each actor, without inserting any: what names mean is not read out of
 * the SQL but seen. The transaction is rolled back.
 */
export async function askPolicies(
  connection: Connection,
  surface: 'objects' | 'topics',
  predicates: readonly Predicate[],
  questions: readonly { readonly actor: Actor; readonly rows: readonly Values[] }[],
): Promise<Admission> {
  const answers = new Map<string, 'yes' | 'error'>()
  const asked = questions.filter(({ rows }) => rows.length > 0 && predicates.length > 0)
  const made = predicates.map(({ expression }, index) => predicateSql(surface, expression, index))
  const text = asked.flatMap(({ actor, rows }) => [
    sessionSql(actor),
    questionSql(surface, actor, predicates, rows),
    BECOME_SUPERUSER,
  ])
  if (asked.length === 0) return () => 'no'
  const results = await connection.results(['begin', FUNCTION, ...made, ...text, 'rollback'].join(';\n'))
  const found = results.filter(({ rows }) => rows[0] !== undefined && 'rls_answers' in rows[0])
  for (const [index, { actor }] of asked.entries())
    for (const [predicate, row, verdict] of answersIn(found[index]?.rows[0]?.['rls_answers']))
      answers.set(`${predicate} ${actor.name} ${row}`, verdict)
  return (predicate, actor, row) => answers.get(`${predicate} ${actor} ${row}`) ?? 'no'
}

const FUNCTION = readFileSync(new URL('./admission.sql', import.meta.url), 'utf8')
  .trim()
  .replace(/;$/, '')

const TABLES = { objects: 'storage.objects', topics: 'realtime.messages' } as const

/**
 * A predicate as functions whose names are looked up once, when they are made, as those of a policy are: the caller needs
 * no USAGE on the schemas that it names. One asks about a row, the other about all at once, for which the server begins the
 * expression's own queries only once. What cannot be looked up again, because another function of the name has been made
 * since, is an error whenever it is asked.
 */
function predicateSql(surface: keyof typeof TABLES, expression: string, index: number): string {
  const alias = surface === 'objects' ? 'objects' : 'messages'
  const head = `create function pg_temp.rls_predicate_${index}(candidate ${TABLES[surface]}) returns boolean stable`
  const one = `${head} language sql return (select (${expression}) from (select (candidate).*) as ${alias})`
  const broken = `${head} language plpgsql as 'begin raise exception ''the policy cannot be asked''; end'`
  const all = [
    `create function pg_temp.rls_predicates_${index}(rls_candidates jsonb) returns table (rls_number int, rls_holds boolean)`,
    `stable language sql begin atomic select rls_each.rls_place::int - 1, (${expression})`,
    'from jsonb_array_elements(rls_candidates) with ordinality as rls_each (rls_value, rls_place),',
    `jsonb_populate_record(null::${TABLES[surface]}, rls_each.rls_value) as ${alias}; end`,
  ].join(' ')
  const tried = (sql: string, otherwise: string): string =>
    `begin execute ${quoteLiteral(sql)}; exception when others then ${otherwise}; end;`
  const made = [
    tried(one, `execute ${quoteLiteral(broken)}`),
    ...(surface === 'objects' ? [tried(all, 'null')] : []),
  ]
  return `do ${quoteLiteral(`begin ${made.join(' ')} end`)}`
}

/** `to_jsonb` of everything at once: one row per actor. */
function questionSql(
  surface: string,
  actor: Actor,
  predicates: readonly Predicate[],
  rows: readonly Values[],
): string {
  const list = predicates.flatMap(({ roles }, index) =>
    roles.includes('public') || roles.includes(actor.role)
      ? [{ index, one: `pg_temp.rls_predicate_${index}`, all: `pg_temp.rls_predicates_${index}` }]
      : [],
  )
  return [
    'select coalesce(jsonb_agg(jsonb_build_array(p.index, a.row_number, a.verdict)), ',
    `'[]'::jsonb) as rls_answers from jsonb_to_recordset(${quoteLiteral(JSON.stringify(list))}::jsonb) `,
    `as p(index int, "one" text, "all" text), pg_temp.rls_admitted(p."one", p."all", ${quoteLiteral(surface)}, `,
    `${quoteLiteral(JSON.stringify(rows))}::jsonb) a`,
  ].join('')
}

function answersIn(value: unknown): readonly (readonly [number, number, 'yes' | 'error'])[] {
  return Array.isArray(value) ? (value as [number, number, 'yes' | 'error'][]) : []
}
