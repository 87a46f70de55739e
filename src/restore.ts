import { Connection } from './database/connection.ts'
import type { Config } from './domain/config.ts'
import type { SchemaObject, Snapshot } from './domain/drift.ts'
import { NOTHING } from './domain/failed-statement.ts'
import type { About, FailedStatement } from './domain/failed-statement.ts'
import type { ConnectionTarget } from './domain/server.ts'
import { nameOf } from './drift/names.ts'
import { rebuild } from './drift/rebuild.ts'
import type { Left } from './drift/rebuild.ts'
import { driftScope } from './drift-scope.ts'

/**
 * Makes in a throw-away database what was read of a live one.
 *
 * @param name what people call the live one
 * @returns what could not be made there, as statements that failed
 */
export async function restore(
  target: ConnectionTarget,
  {
    name,
    wanted,
    config,
    ownsRoles = false,
  }: {
    readonly name: string
    readonly wanted: Snapshot
    readonly config: Config
    readonly ownsRoles?: boolean
  },
): Promise<readonly FailedStatement[]> {
  await using connection = await Connection.open(target)
  const { left } = await rebuild(connection, wanted, {
    ...driftScope(config),
    buckets: false,
    ownsRoles,
  })
  return left.flatMap((one) =>
    one.isPrintedOtherwise || one.change.after?.kind === 'bucket' ? [] : [failed(one, name)],
  )
}

function failed({ change, reason }: Left, file: string): FailedStatement {
  const object = change.after ?? change.before
  return {
    file,
    line: 1,
    statement: object ? `${object.kind} ${nameOf(object)}` : '',
    sqlstate: /\(([0-9A-Z]{5})\)$/.exec(reason)?.[1] ?? null,
    message: reason.replace(/ \([0-9A-Z]{5}\)$/, ''),
    about: object ? aboutObject(object) : { ...NOTHING, everything: true },
  }
}

/** What decides nothing about access, or what needs it could not be made itself. */
const HARMLESS: ReadonlySet<SchemaObject['kind']> = new Set([
  'extension',
  'publication',
  'published',
  'bucket',
])
const FOR_ALL: ReadonlySet<SchemaObject['kind']> = new Set([
  'role',
  'membership',
  'default privilege',
  'event trigger',
])

function aboutObject({ kind, relation, path }: SchemaObject): About {
  if (HARMLESS.has(kind)) return NOTHING
  if (FOR_ALL.has(kind)) return { ...NOTHING, everything: true }
  if (relation !== null) {
    const at = relation.indexOf('.')
    const name = { schema: relation.slice(0, at), name: relation.slice(at + 1) }
    return { ...NOTHING, relations: [name], expected: [name] }
  }
  return { ...NOTHING, words: path.map((part) => part.replace(/\(.*$/, '')) }
}
