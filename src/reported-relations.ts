import type { Relation } from './domain/catalog.ts'
import type { Place } from './domain/place.ts'
import type { ReportedPolicy, ReportedRelation } from './domain/report.ts'
import { COMMANDS } from './domain/vocabulary.ts'
import { placeOf } from './judge/blame.ts'
import type { BlameRecord } from './migrations/blame.ts'

/** Where in the migrations an object was last defined, by its type and its identity: `policy`, `own on public.chats`. */
export type Places = (objectType: string, identity: string) => Place

export function placesIn(definitions: readonly BlameRecord[]): Places {
  const known = definitions.flatMap(({ objectType, identity, file, line }) =>
    identity === null ? [] : [{ objectType, identity, file, line }],
  )
  return (objectType, identity) => placeOf(known, objectType, identity)
}

/** What the server looks at before it lets anybody at a row, and where that was said. */
export function guardsOf(
  { qualified, kind, policies, privileges }: Relation,
  apiRoles: readonly string[],
  places: Places,
): Pick<ReportedRelation, 'policies' | 'privileges'> & Place {
  return {
    policies: policies.map((policy): ReportedPolicy => ({
      ...policy,
      ...places('policy', `${policy.name} on ${qualified}`),
    })),
    privileges: privileges
      .filter(({ role }) => apiRoles.includes(role))
      .map(({ role, relation, columns }) => ({
        role,
        commands: COMMANDS.filter(
          (command) => relation.includes(command) || (command !== 'delete' && columns[command].length > 0),
        ),
      })),
    ...places(OBJECT_TYPES[kind], qualified),
  }
}

const OBJECT_TYPES: Readonly<Record<Relation['kind'], string>> = {
  table: 'table',
  partitioned: 'table',
  foreign: 'foreign table',
  view: 'view',
  materialized: 'materialized view',
}
