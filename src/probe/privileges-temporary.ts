import type { Relation } from '../domain/catalog.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { askers } from './privileges-scene.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'

const MOST_ROWS = 40

/** Temporary tables that stand in for those which security definer functions of the policies read by bare name. */
export function planTemporary(scene: BesideScene): readonly BesideTrial[] {
  return askers(scene)
    .filter(({ user }) => user !== null)
    .flatMap((actor) => scene.unqualified.flatMap((one) => temporaryTrial(scene, actor, one)))
}

function temporaryTrial(
  scene: BesideScene,
  actor: Actor,
  { relation, routine, reads }: BesideScene['unqualified'][number],
): readonly BesideTrial[] {
  const hidden = (scene.population.rows.get(relation.oid) ?? []).filter(
    (row) => tieOf(row, actor) === 'foreign' && !scene.sees(actor.name, relation.oid, row.place),
  )
  if (hidden.length === 0 || relation.kind === 'foreign') return []
  const places = hidden.map(({ place }) => quoteLiteral(place)).join(', ')
  const names = reads.map(({ name }) => name).join(', ')
  const attack = [
    ...reads.flatMap((read) => planted(scene, actor, read)),
    `select set_config('rls_harness.seen', count(*)::text, true) from ${quoteQualified(relation.schema, relation.name)} t where t.tableoid::int8 || ':' || t.ctid in (${places})`,
  ]
  return [
    {
      code: 'mutable-search-path',
      subject: relation,
      command: 'select',
      actor,
      before: [],
      attack,
      statement: attack.join(';\n'),
      proof: [`select current_setting('rls_harness.seen')::int8 > 0 as proven`],
      restore: [],
      evidence: `${actor.name}: with a temporary table ${names} of its own, rows of ${relation.qualified} showed that were hidden before; over a direct SQL session`,
      cause: `${routine.signature} is security definer and reads ${names} without a schema${routine.searchPath === null ? '' : ', and its search_path does not end in pg_temp'}`,
      weak: routine.searchPath !== null,
      object: { objectType: 'function', identity: routine.signature },
    },
  ]
}

/** The table's rows once more, with the attacker in the place of every other user: what opens them for others opens them now. */
function planted({ population }: BesideScene, actor: Actor, read: Relation): readonly string[] {
  const name = quoteQualified('pg_temp', read.name)
  const columns = read.columns.map((column) => `${quoteName(column.name)} ${column.type}`)
  const stolen = new Map(
    population.actors.flatMap(({ user, claims }) => [
      ...(user === null ? [] : [[user, actor.user] as const]),
      ...(typeof claims['email'] === 'string' ? [[claims['email'], actor.claims['email']] as const] : []),
    ]),
  )
  const swap = (value: unknown): unknown =>
    typeof value === 'string' || typeof value === 'number' ? (stolen.get(String(value)) ?? value) : value
  const rows = (population.rows.get(read.oid) ?? [])
    .slice(0, MOST_ROWS)
    .map(({ values }): Values =>
      Object.fromEntries(Object.entries(values).map(([key, one]) => [key, swap(one)])),
    )
  return [
    `create temporary table ${quoteName(read.name)} (${columns.join(', ')})`,
    `insert into ${name} select * from jsonb_populate_recordset(null::${name}, ${quoteLiteral(JSON.stringify(rows))}::jsonb)`,
    `grant select on ${name} to public`,
  ]
}
