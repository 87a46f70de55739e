import type { AskedColumns } from '../domain/asked-columns.ts'
import type { Relation } from '../domain/catalog.ts'
import { holdsRows, relationByOid } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { followed } from './follow.ts'
import { changes, grants } from './openings.ts'
import type { Opening } from './openings.ts'
import { planActor } from './plan.ts'
import type { ProbeOptions } from './options.ts'
import { accountSteps } from './sign-up.ts'
import { targetOf } from './target.ts'
import type { Trial } from './trial.ts'

/** What a row can open, beside what every probe is planned from. */
export interface ClimbOptions extends ProbeOptions {
  /** relations that look into one, at any depth, and the relation itself */
  readonly dependentsOf: (relation: number) => readonly number[]
  /** relations that triggers of one touch */
  readonly touchedBy: (relation: number) => readonly number[]
  readonly asked: AskedColumns
  /** relations that decide about one command on a relation */
  readonly decidedBy: (relation: number, command: Command) => ReadonlySet<number>
}

/** Where somebody may begin to open things for himself. */
export interface ClimbStart {
  readonly relation: Relation
  readonly actor: Actor
}

/** Every relation that may open something, with everybody who has something to gain. */
export function climbsIn(
  options: Pick<ClimbOptions, 'relations' | 'population' | 'model' | 'dependentsOf' | 'touchedBy'>,
): readonly ClimbStart[] {
  const climbers = options.population.actors.filter(
    ({ name, purpose }) => purpose === 'judged' && ['bob', 'carol', 'dave'].includes(name),
  )
  return options.relations
    .filter((relation) => canOpen(options, relation))
    .flatMap((relation) => climbers.map((actor) => ({ relation, actor })))
}

/** A row opens something where policies look the user up, or where others look into it. */
function canOpen(
  { dependentsOf, touchedBy, model }: Pick<ClimbOptions, 'dependentsOf' | 'touchedBy' | 'model'>,
  relation: Relation,
): boolean {
  if (!holdsRows(relation)) return relation.view !== null && dependentsOf(relation.oid).length > 1
  return (
    model.lookups.has(relation.oid) ||
    dependentsOf(relation.oid).length > 1 ||
    touchedBy(relation.oid).length > 0
  )
}

/** Statements that may open something, made for the purpose. */
export function candidatesFor(options: ProbeOptions, relation: Relation, actor: Actor): readonly Opening[] {
  const { catalog, model, population } = options
  const target = targetOf(catalog, model, relation)
  const victim = population.actors.find(({ name }) => name === 'alice')
  const mine = changes(options, target, actor)
  // bob shares a tenant with the victim: what a stranger can take, carol takes
  return actor.name !== 'carol' || !victim ? mine : [...mine, ...grants(options, target, actor, victim)]
}

/** What was written to, by the steps themselves and by triggers and rules behind them. */
export interface Touched {
  readonly all: ReadonlySet<number>
  /** rows here may be others than before, by the project's own doing */
  readonly behind: ReadonlySet<number>
}

export function touchedThrough(
  { touchedBy, catalog }: Pick<ClimbOptions, 'touchedBy' | 'catalog'>,
  written: readonly number[],
): Touched {
  const ruled = written.filter((oid) => relationByOid(catalog, oid)?.hasRules)
  const behind = new Set([...ruled, ...written.flatMap((oid) => touchedBy(oid))])
  return { all: new Set([...written, ...behind]), behind }
}

/**
 * Whether the last step may have opened anything: a change of columns that nobody asks for opens nothing, unless triggers
 * or rules do more behind it.
 */
export function mayOpen(options: ClimbOptions, { trial }: Opening, { behind }: Touched): boolean {
  const { probe, target, needs } = trial
  if (probe.command !== 'update' || behind.size > 0 || target.relation !== target.base) return true
  return options.asked.mayMatter(target.base, needs.writes)
}

/** What two steps of one kind have in common that open the same: all that is asked for of the rows which they write. */
export function likenessOf(options: ClimbOptions, { trial, kind }: Opening): string | null {
  const { probe, target, payload } = trial
  const asked = options.asked.ofNewRow(target.base)
  if (probe.command !== 'insert' || payload === null || asked === null) return null
  // what triggers make of a row may hang on any of its columns
  if (touchedThrough(options, [probe.relation, target.base.oid]).behind.size > 0) return null
  const shown = Object.entries(payload).filter(([name]) => asked.has(name))
  return JSON.stringify([kind, probe.relation, probe.attempt, Object.fromEntries(shown)])
}

/** What is tried again once something was written: whatever those rows decide about. */
export function trialsAfter(
  options: ClimbOptions,
  plans: Plans,
  { all: touched, behind }: Touched,
  actor: Actor,
): readonly Trial[] {
  const { dependentsOf, decidedBy, relations } = options
  const reachable = new Set([...touched].flatMap((oid) => dependentsOf(oid)))
  return relations
    .filter(({ oid }) => reachable.has(oid))
    .flatMap((one) => {
      const isOpened = COMMANDS.filter(
        (command) => behind.has(one.oid) || intersect(decidedBy(one.oid, command), touched),
      )
      // where the steps themselves put rows, another row proves nothing
      const isWorthIt = (command: Command): boolean =>
        isOpened.includes(command) && !(command === 'insert' && touched.has(one.oid))
      return isOpened.length === 0 ? [] : plans(one, actor).filter(({ probe }) => isWorthIt(probe.command))
    })
}

const intersect = (some: ReadonlySet<number>, others: ReadonlySet<number>): boolean =>
  [...others].some((one) => some.has(one))

/** Plans are the same after every opening. Actors of one name may differ in their sessions. */
export function plansFor(options: ProbeOptions): Plans {
  const made = new Map<Actor, Map<number, readonly Trial[]>>()
  return (relation, actor) => {
    const own = made.get(actor) ?? new Map<number, readonly Trial[]>()
    made.set(actor, own)
    const known =
      own.get(relation.oid) ??
      followed(planActor(options, relation, options.expectationsOf(relation.oid), actor))
    own.set(relation.oid, known)
    return known
  }
}

/** As many openings as usually get through, followed by what is tried after each: measured on the fixtures. */
const USUAL_OPENINGS = 3
/** Who is in no tenant and has nothing of his own to change gets hardly anything through. */
const OUTSIDERS_OPENINGS = 0.5

/** What an actor tries on a relation after a step, planned once. */
export type Plans = (relation: Relation, actor: Actor) => readonly Trial[]

/** About how many messages a climb takes: who shares out the work does not know yet what gets through. */
export function climbCost(options: ClimbOptions, plans: Plans, { relation, actor }: ClimbStart): number {
  const after = 1 + countAfter(options, plans, relation.oid, actor)
  const candidates = candidatesFor(options, relation, actor).length
  const isOutsider = candidates === 0 && actor.tenants.length === 0
  return candidates + (isOutsider ? OUTSIDERS_OPENINGS : USUAL_OPENINGS) * after
}

/** About how many messages accounts take that lie about themselves. */
export function accountsCost(options: ClimbOptions, plans: Plans): number {
  const accounts = options.catalog.relations.find(({ qualified }) => qualified === 'auth.users')
  if (!accounts) return 0
  return accountSteps(options)
    .map(({ actor }) => 1 + 2 * countAfter(options, plans, accounts.oid, actor))
    .reduce((sum, one) => sum + one, 0)
}

/** How many trials follow a write to a relation. */
function countAfter(options: ClimbOptions, plans: Plans, written: number, actor: Actor): number {
  return trialsAfter(options, plans, touchedThrough(options, [written]), actor).length
}
