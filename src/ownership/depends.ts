import { children, parseStatements, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import { bodyTrees } from '../sql/bodies.ts'
import type { Reading } from './policy-facts.ts'
import { looksFor, policyLooks, readsOf } from './reads.ts'

/** What a new or changed row can open: relations by what decides about access to them. */
export interface Dependence {
  /** relations for which rows of this one decide what is shown or may be written, at any depth, and the relation itself */
  readonly dependentsOf: (relation: number) => readonly number[]
  /** relations that this one's policies or queries look into, at any depth */
  readonly looksInto: (relation: number) => ReadonlySet<number>
  /** those among them that decide about one command: a policy for another command asks nothing of it */
  readonly decidedBy: (relation: number, command: Command) => ReadonlySet<number>
  /** relations that the triggers of this one write to or look into */
  readonly touchedBy: (relation: number) => readonly number[]
}

export function dependence(catalog: Catalog, reading: Reading): Dependence {
  const policies = policyLooks(catalog, reading)
  const direct = new Map(
    catalog.relations.map((relation) => [
      relation.oid,
      [...(policies.get(relation.oid) ?? []), ...viewReads(relation, reading)],
    ]),
  )
  const reached = new Map([...direct.keys()].map((oid) => [oid, closure(oid, direct)]))
  const views = new Map(catalog.relations.map((relation) => [relation.oid, viewLooks(relation, reading)]))
  const deciding = new Map(
    [...direct.keys()].map((oid) => {
      const chain = shownThrough(oid, views)
      return [oid, chain.flatMap((one) => [...(policies.get(one) ?? []), ...(views.get(one)?.looks ?? [])])]
    }),
  )
  const opened = new Map([...direct.keys()].map((oid) => [oid, closure(oid, deciding)]))
  const dependents = inverse(opened)
  const decided = new Map<string, ReadonlySet<number>>()
  const decide = (oid: number, command: Command): ReadonlySet<number> => {
    const relation = catalog.relations.find((one) => one.oid === oid)
    if (!relation || relation.view) return opened.get(oid) ?? new Set()
    const first = looksFor(relation, commandsAsked(command), reading)
    return new Set([...first, ...first.flatMap((one) => [...(opened.get(one) ?? [])])])
  }
  return {
    decidedBy: (relation, command) => {
      const key = `${relation} ${command}`
      const known = decided.get(key) ?? decide(relation, command)
      decided.set(key, known)
      return known
    },
    dependentsOf: (relation) => dependents.get(relation) ?? [],
    looksInto: (relation) => reached.get(relation) ?? new Set(),
    touchedBy: (relation) => {
      const found = catalog.relations.find(({ oid }) => oid === relation)
      return found ? triggerReads(found, reading) : []
    },
  }
}

/** Who looks into each relation, itself included, in the order of the relations. */
function inverse(opened: ReadonlyMap<number, ReadonlySet<number>>): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>()
  for (const [oid, reads] of opened)
    for (const read of new Set([oid, ...reads])) {
      const known = found.get(read)
      if (known) known.push(oid)
      else found.set(read, [oid])
    }
  return found
}

/** Statements name rows by their columns, which asks the policies for SELECT, too; an INSERT does not. */
const commandsAsked = (command: Command): readonly Command[] =>
  command === 'update' || command === 'delete' ? ['select', command] : [command]

function viewReads({ view }: Relation, reading: Reading): readonly number[] {
  if (!view) return []
  return [...view.reads, ...readsOf(parseStatements(view.definition) ?? [], reading)]
}

/** What a view asks of other rows before it shows one. */
interface ViewLooks {
  readonly looks: readonly number[]
  /** the relation whose rows it shows one by one: what is new there is shown as well, and opens nothing */
  readonly shows: number | null
}

export function viewLooks({ view }: Relation, reading: Reading): ViewLooks {
  if (!view) return { looks: [], shows: null }
  const trees = parseStatements(view.definition) ?? []
  const [select, ...others] = trees
  const sources = select && others.length === 0 ? children(select, 'fromClause') : []
  const named = trees.flatMap((tree) => [...walk(tree)].filter(({ kind }) => kind === 'RangeVar'))
  const shows = view.base?.relation ?? null
  const isPlain = sources.length === 1 && sources[0]?.kind === 'RangeVar' && named.length === 1
  if (shows === null || !isPlain) return { looks: [...view.reads, ...readsOf(trees, reading)], shows: null }
  const called = [...(select ? walk(select) : [])].filter(({ kind }) => kind === 'FuncCall')
  return { looks: [...readsOf(called, reading)], shows }
}

/** A relation and, of a view that shows another's rows one by one, that one as well. */
function shownThrough(oid: number, views: ReadonlyMap<number, ViewLooks>): readonly number[] {
  const shows = views.get(oid)?.shows ?? null
  return shows === null ? [oid] : [oid, ...shownThrough(shows, views)]
}

function triggerReads({ triggers }: Relation, reading: Reading): readonly number[] {
  const trees = triggers.flatMap(({ functionName }) => {
    const routine = reading.routines.get(functionName)
    return routine ? bodyTrees(routine) : []
  })
  return [...new Set([...readsOf(trees, reading), ...trees.flatMap((tree) => writtenBy(tree, reading))])]
}

/** The grammar names the target of a write without the type of its node. */
function writtenBy(tree: Node, reading: Reading): readonly number[] {
  return [...walk(tree)].flatMap(({ kind, fields: { relation } }) => {
    if (!/^(Insert|Update|Delete)Stmt$/.test(kind) || typeof relation !== 'object' || relation === null)
      return []
    const { relname, schemaname } = relation as { relname?: unknown; schemaname?: unknown }
    return reading.find(typeof schemaname === 'string' ? schemaname : null, String(relname))?.oid ?? []
  })
}

/** Everything that is looked into on the way: what a policy reads is itself shown by policies. */
function closure(start: number, direct: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const found = new Set<number>()
  const queue = [...(direct.get(start) ?? [])]
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (found.has(oid)) continue
    found.add(oid)
    queue.push(...(direct.get(oid) ?? []))
  }
  return found
}
