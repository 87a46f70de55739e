import type { Finding, FindingGroup, GroupId, ReportedRelation } from '../domain/report.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'

type Declaration = NonNullable<FindingGroup['declaration']>

/**
 * What to say in `expect` where a group is meant: an entry per relation, or one pattern where all of a schema is open alike.
 * Each is no wider than what was seen to be open, and no command that is closed is called open: that would be an overblock.
 */
export function declarationOf(
  id: GroupId,
  names: readonly string[],
  findings: readonly Finding[],
  relations: readonly ReportedRelation[],
): Declaration | undefined {
  switch (id) {
    // no declaration makes tables safe that anybody can empty
    case 'unprotected':
      return undefined
    case 'read-by-all':
      return Object.fromEntries(names.map((name) => [name, { select: 'everyone' }]))
    case 'read-by-signed-in':
      return Object.fromEntries(names.map((name) => [name, { select: 'authenticated' }]))
    case 'one-team':
      return forTeam(names, findings, relations)
  }
}

function forTeam(
  names: readonly string[],
  findings: readonly Finding[],
  relations: readonly ReportedRelation[],
): Declaration {
  const patterns = [...new Set(names.map(schemaOf))].filter((schema) => isOpenThroughout(schema, relations))
  const rest = names.filter((name) => !patterns.includes(schemaOf(name)))
  return Object.fromEntries([
    ...patterns.map((schema) => [`${schema}.*`, 'authenticated'] as const),
    ...rest.map((name) => [name, entryFor(name, findings, relations)] as const),
  ])
}

const schemaOf = (name: string): string => name.slice(0, name.indexOf('.'))

/** Every command on everything that callers reach of a schema is open to whoever is signed in. */
function isOpenThroughout(schema: string, relations: readonly ReportedRelation[]): boolean {
  const exposed = relations.filter(
    ({ name, exposed: reached, scope }) => reached && scope === undefined && schemaOf(name) === schema,
  )
  return exposed.every((one) => COMMANDS.every((command) => isOpen(one, command)))
}

const isOpen = ({ cells }: ReportedRelation, command: Command): boolean =>
  cells.foreign[command] === 'open' || cells.foreign[command] === 'leak'

function entryFor(
  name: string,
  findings: readonly Finding[],
  relations: readonly ReportedRelation[],
): Declaration[string] {
  const relation = relations.find((one) => one.name === name && one.scope === undefined)
  const found = new Set<string>(findings.filter((one) => one.relation === name).map(({ command }) => command))
  const open = COMMANDS.filter((command) => found.has(command) || (relation && isOpen(relation, command)))
  const word: Audience = 'authenticated'
  if (open.length === COMMANDS.length) return word
  // of what is open anyway nothing needs to be said
  return Object.fromEntries(open.filter((command) => found.has(command)).map((command) => [command, word]))
}
