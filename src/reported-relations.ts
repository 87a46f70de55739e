import type { Catalog, Relation, Routine } from './domain/catalog.ts'
import type { Model } from './domain/ownership.ts'
import { placeAt, type Place } from './domain/place.ts'
import { openSides } from './ownership/open-sides.ts'
import type { Reading } from './ownership/policy-facts.ts'
import type { ReportedFunction, ReportedPolicy, ReportedRelation } from './domain/report.ts'
import { COMMANDS } from './domain/vocabulary.ts'
import { plainIdentity } from './judge/blame.ts'
import { reachIn } from './judge/reach.ts'
import { isExposed } from './judge/static.ts'
import { accessOf, seenCells } from './judge/summary.ts'
import type { SeenInput } from './judge/summary.ts'
import type { BlameRecord } from './migrations/blame.ts'

/** Where in the migrations an object was last defined, by its type and its identity: `policy`, `own on public.chats`. */
export type Places = (objectType: string, identity: string) => Place

/** The last definition of each object counts. */
export function placesIn(definitions: readonly BlameRecord[]): Places {
  const keyOf = (objectType: string, identity: string): string => `${objectType} ${plainIdentity(identity)}`
  const known = new Map(
    definitions.flatMap(({ objectType, identity, file, line }) =>
      identity === null ? [] : [[keyOf(objectType, identity), placeAt(file, line)] as const],
    ),
  )
  return (objectType, identity) => known.get(keyOf(objectType, identity)) ?? {}
}

/** A relation as it was seen, with what guards it. */
export function reportRelation(
  {
    catalog,
    model,
    reading,
  }: { readonly catalog: Catalog; readonly model: Model; readonly reading: Reading },
  seen: SeenInput,
  places: Places,
): ReportedRelation {
  const { relation, base } = seen
  const cells = seenCells(seen)
  const ownership = model.ownerships.get(base.oid)
  return {
    name: relation.qualified,
    kind: relation.kind,
    exposed: isExposed(catalog, relation),
    rowSecurity: relation.rowSecurity,
    ...guardsOf(relation, catalog.apiRoles, reading, places),
    ownership: {
      kind: ownership?.kind ?? 'shared',
      path: [...(ownership?.tenants ?? []), ...(ownership?.owners ?? [])].map(({ steps, column }) =>
        [...steps.map(({ columns, targetName }) => `${columns.join(', ')} → ${targetName}`), column].join(
          ' . ',
        ),
      ),
      evidence: ownership?.evidence ?? [],
    },
    access: accessOf(cells),
    cells,
    reach: reachIn(seen, cells),
  }
}

/** Who holds EXECUTE, by himself or through PUBLIC. */
export function reportFunction(
  { signature, securityDefiner, executableBy }: Routine,
  places: Places,
): ReportedFunction {
  const callers = executableBy.filter((role) => role !== 'service_role')
  const execute = callers.includes('anon') ? 'everyone' : callers.length > 0 ? 'authenticated' : 'nobody'
  return {
    name: signature,
    securityDefiner,
    access: { execute, reads: 'nobody', writes: 'nobody' },
    ...places('function', signature),
  }
}

/** What the server looks at before it lets anybody at a row, and where that was said. */
export function guardsOf(
  { qualified, kind, policies, privileges }: Relation,
  apiRoles: readonly string[],
  reading: Reading,
  places: Places,
): Pick<ReportedRelation, 'policies' | 'privileges'> & Place {
  return {
    policies: policies.map((policy): ReportedPolicy => {
      const open = openSides(policy, reading)
      return {
        ...policy,
        ...(open.length > 0 ? { open } : {}),
        ...places('policy', `${policy.name} on ${qualified}`),
      }
    }),
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
