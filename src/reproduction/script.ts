import type { Actor, Population, SeededRow } from '../domain/population.ts'
import { quoteQualified } from '../sql/quote.ts'
import type { KnownRow } from './inventory.ts'
import { insertSql } from './row.ts'

/** A part of a script: a remark in plain words, and statements. */
export interface Block {
  readonly says: readonly string[]
  readonly sql: readonly string[]
}

const HEAD = [
  'For psql, as a superuser, in a database with the migrations; no rows are needed.',
  'It changes nothing: everything is rolled back.',
]

/** Blocks in one transaction that is rolled back. */
export function scriptOf(blocks: readonly Block[]): string {
  const parts = blocks.map(({ says, sql }) =>
    [...says.map(comment), ...sql.map((one) => `${one};`)].join('\n'),
  )
  return [HEAD.map(comment).join('\n'), 'begin;', ...parts, 'rollback;', ''].join('\n\n').trimEnd() + '\n'
}

/** A name may hold line breaks: what follows must not become a statement. */
const comment = (text: string): string => `-- ${text.replaceAll(/\s+/g, ' ')}`

/** Rows as they stood, without the project's triggers and keys getting in the way. */
export function rowsBlock(
  rows: readonly KnownRow[],
  { actors }: Population,
  views: readonly KnownRow['relation'][],
): Block {
  return {
    says: ['the rows that it takes, as they stood: without triggers and foreign keys'],
    sql: [
      'set local session_replication_role = replica',
      ...rows.map(
        (one) => `${comment(`${one.relation.qualified}: ${whoseIs(one.row, actors)}`)}\n${insertSql(one)}`,
      ),
      'set local session_replication_role = origin',
      ...views
        .filter(({ kind }) => kind === 'materialized')
        .map(({ schema, name }) => `refresh materialized view ${quoteQualified(schema, name)}`),
    ],
  }
}

/** "belongs to alice, in acme" */
export function whoseIs({ owners, authors, tenants }: SeededRow, actors: readonly Actor[]): string {
  const named = (keys: readonly string[]): string => keys.map((key) => nameOf(key, actors)).join(', ')
  if (owners.length > 0)
    return `belongs to ${named(owners)}${tenants.length > 0 ? `, in ${tenants.join(', ')}` : ''}`
  if (tenants.length > 0) return `belongs to ${tenants.join(', ')}`
  return authors.length > 0 ? `written by ${named(authors)}` : 'nobody’s'
}

function nameOf(key: string, actors: readonly Actor[]): string {
  const same = actors.filter(({ user }) => user === key)
  const found = same.find(({ forged, staged }) => !forged && !staged) ?? same[0]
  return found ? plainName(found) : key
}

/** Who asks in several scenes is one and the same. */
export const plainName = ({ name, staged }: Actor): string =>
  staged ? name.replace(/ \([^()]*(\([^()]*\))?[^()]*\)$/, '') : name

/** "carol: role authenticated, user 5f…, in globex" */
export function whoIs(actor: Actor): string {
  const { role, user, tenants, forged } = actor
  return [
    `${plainName(actor)}: role ${role}`,
    user === null ? 'no user' : `user ${user}`,
    ...(tenants.length > 0 ? [`in ${tenants.join(', ')}`] : []),
    ...(forged ? [`who makes up ${forged.what}`] : []),
  ].join(', ')
}
