import type { Column, Key, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor } from '../domain/population.ts'
import { insertTrial, sparesOf } from './insert.ts'
import { askers, hiddenRow, ownsOrBypasses } from './privileges-scene.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'
import { identityColumns, targetOf } from './target.ts'

/** Inserts that meet a hidden row by its unique value: 23505 says what row security keeps back. */
export function planOracles(scene: BesideScene): readonly BesideTrial[] {
  return askers(scene).flatMap((actor) =>
    scene.relations.flatMap((relation) => oracleTrial(scene, relation, actor) ?? []),
  )
}

function oracleTrial(scene: BesideScene, relation: Relation, actor: Actor): BesideTrial | null {
  const { catalog, model, population } = scene
  if (relation.kind !== 'table' || !relation.rowSecurity.enabled) return null
  if (actor.user === null || ownsOrBypasses(catalog, relation, actor.role)) return null
  const key = guessableKey(model, relation)
  const hidden = hiddenRow(scene, relation, actor)
  // application sessions are the same users once more
  const name = population.actors.find(({ user, login }) => user === actor.user && login !== actor.role)?.name
  const [spare] = sparesOf(population.spares.get(relation.oid) ?? [], name ?? actor.name, 1)
  if (!key || !hidden || !spare || key.columns.some((column) => hidden.values[column] === null)) return null
  const target = targetOf(catalog, model, relation)
  const taken = Object.fromEntries(key.columns.map((column) => [column, hidden.values[column]]))
  const free = insertTrial(target, actor, 'insert own', '', spare)
  const guess = insertTrial(target, actor, 'insert own', '', { ...spare, ...taken }, key.columns)
  if (!free || !guess) return null
  const attack = [
    'savepoint free',
    free.statement,
    'rollback to savepoint free',
    `do $guess$ declare broken text; begin ${guess.statement}; exception when unique_violation then get stacked diagnostics broken = constraint_name; perform set_config('rls_harness.told', broken, true); end $guess$`,
  ]
  return {
    code: 'existence-oracle',
    subject: relation,
    command: 'insert',
    actor,
    before: [],
    attack,
    statement: attack.join(';\n'),
    proof: [
      `select current_setting('rls_harness.told', true) = '${key.name.replaceAll("'", "''")}' as proven`,
    ],
    restore: [],
    evidence: `${actor.name}: inserting a row with ${key.columns.join(', ')} of a hidden one is refused by ${key.name} (23505), with another value it is not`,
    cause: `unique key ${key.name} over the rows of everybody`,
  }
}

/** Values that people or counters choose; a random one that somebody knows is known from somewhere else. */
const GUESSABLE: ReadonlySet<string> = new Set(['text', 'varchar', 'citext', 'int2', 'int4', 'int8'])

function guessableKey(model: Model, { oid, keys, columns, foreignKeys }: Relation): Key | undefined {
  const identity = new Set(identityColumns(model.ownerships.get(oid)))
  const referring = new Set(foreignKeys.flatMap((key) => key.columns))
  const isGuessable = (column: Column | undefined): boolean =>
    column !== undefined &&
    GUESSABLE.has(column.baseType) &&
    !column.array &&
    column.default === null &&
    column.identity === null &&
    !identity.has(column.name) &&
    !referring.has(column.name)
  return keys.find(
    (key) =>
      !key.partial &&
      key.columns.length > 0 &&
      key.columns.every((name) => isGuessable(columns.find((one) => one.name === name))),
  )
}
