import type { Catalog, Routine } from '../domain/catalog.ts'
import type { StubUses } from '../domain/extension.ts'

/** A row of queries/extensions.sql. */
export interface RawExtension {
  readonly name: string
  readonly version: string
  readonly stub: boolean
  /** `alone`: nothing else is called so */
  readonly functions: readonly { readonly schema: string; readonly name: string; readonly alone: boolean }[]
  /** `schema.name` */
  readonly relations: readonly string[]
  /** those that nothing else has */
  readonly operators: readonly string[]
}

/** A row of queries/stubs.sql: what depends on an object of a stub, or on a function of the project. */
export interface RawStubUse {
  /** null: `routine` is the project's */
  readonly extension: string | null
  /** what is used does something or shows rows; else it is a type or the like, which only holds values */
  readonly acts: boolean
  readonly target: string
  readonly routine: number | null
  readonly kind: 'policy' | 'view' | 'function' | 'column' | 'index' | 'default' | 'constraint' | 'trigger'
  readonly oid: number
  readonly name: string | null
  readonly qualified: string
}

interface Why {
  readonly extension: string
  readonly text: string
}

export interface Resting extends StubUses {
  /** by extension: what of the project rests on it, in words */
  readonly usedBy: ReadonlyMap<string, readonly string[]>
}

/**
 * What rests on extensions that are only stood in for: by what the server depends on, by the text of functions, and
 * through functions and views of the project. `same`: stubs that answer as the extension would.
 */
export function stubUses(
  catalog: Catalog,
  extensions: readonly RawExtension[],
  uses: readonly RawStubUse[],
  same: ReadonlySet<string>,
): Resting {
  const stubs = extensions.filter(({ stub }) => stub)
  const routines = restingRoutines(catalog, stubs, uses)
  const acting = uses.filter(({ acts }) => acts)
  const whyOf = (use: RawStubUse): Why | undefined => {
    if (use.extension !== null) return { extension: use.extension, text: directly(use.target, use.extension) }
    const called = routines.get(use.routine ?? 0)
    return called && { ...called, text: `it calls ${use.target}: ${called.text}` }
  }
  const policies = new Map<number, Map<string, string>>()
  const views = new Map<number, string>()
  const told: (readonly [extension: string, what: string])[] = uses.flatMap((use) =>
    use.extension === null ? [] : [[use.extension, wordsFor(use, catalog)] as const],
  )
  for (const use of acting) {
    const why = whyOf(use)
    if (!why) continue
    if (use.kind === 'policy') {
      const own = policies.get(use.oid) ?? new Map<string, string>()
      policies.set(use.oid, own.set(use.name ?? '', own.get(use.name ?? '') ?? why.text))
    }
    if (use.kind === 'view') views.set(use.oid, views.get(use.oid) ?? why.text)
    if (use.kind === 'policy' || use.kind === 'view') told.push([why.extension, wordsFor(use, catalog)])
  }
  spreadOverViews(catalog, views)
  for (const [oid, { extension }] of routines) {
    const routine = catalog.routines.find((one) => one.oid === oid)
    if (routine) told.push([extension, `function ${routine.signature}`])
  }
  const functions = [...routines].filter(([, { extension }]) => !same.has(extension))
  return {
    policies,
    views,
    functions: new Map(functions.map(([oid, { text }]) => [oid, text])),
    usedBy: new Map(stubs.map(({ name }) => [name, ofOne(told, name)])),
  }
}

const ofOne = (
  told: readonly (readonly [extension: string, what: string])[],
  name: string,
): readonly string[] =>
  [...new Set(told.flatMap(([extension, what]) => (extension === name ? [what] : [])))].toSorted()

const directly = (target: string, extension: string): string =>
  `it uses ${target} of the extension ${extension}, which is only a stub here`

function wordsFor({ kind, oid, name, qualified }: RawStubUse, { routines }: Catalog): string {
  switch (kind) {
    case 'view':
      return `view ${qualified}`
    case 'function':
      return `function ${routines.find((one) => one.oid === oid)?.signature ?? qualified}`
    case 'column':
    case 'default':
      return `${kind} ${qualified}.${name ?? ''}`
    case 'index':
      return `index ${qualified}`
    case 'policy':
    case 'constraint':
    case 'trigger':
      return `${kind} ${name ?? ''} on ${qualified}`
  }
}

/** A view over such a view shows no more than that one does. */
function spreadOverViews(catalog: Catalog, views: Map<number, string>): void {
  for (let before = -1; before !== views.size;) {
    before = views.size
    for (const { oid, view } of catalog.relations)
      for (const read of view?.reads ?? []) {
        const why = views.get(read)
        if (why !== undefined && !views.has(oid)) views.set(oid, why)
      }
  }
}

/** Functions of the project that call one of a stub, or a function that does. */
function restingRoutines(
  catalog: Catalog,
  stubs: readonly RawExtension[],
  uses: readonly RawStubUse[],
): ReadonlyMap<number, Why> {
  const found = new Map<number, Why>()
  for (const { kind, acts, extension, oid, target } of uses)
    if (kind === 'function' && acts && extension !== null && !found.has(oid))
      found.set(oid, { extension, text: directly(target, extension) })
  const bodies = catalog.routines
    .filter(({ language }) => language === 'sql' || language === 'plpgsql')
    .map((routine) => ({ routine, text: withoutRemarks(routine.body) }))
  const namesOf = stubs.map((stub) => [stub.name, patternFor(stub)] as const)
  for (const { routine, text } of bodies)
    for (const [extension, pattern] of namesOf) {
      const [name] = found.has(routine.oid) ? [] : (pattern?.exec(text) ?? [])
      if (name !== undefined) found.set(routine.oid, { extension, text: directly(targetOf(name), extension) })
    }
  spreadOverCalls(bodies, catalog, found)
  return found
}

function spreadOverCalls(
  bodies: readonly { readonly routine: Routine; readonly text: string }[],
  catalog: Catalog,
  found: Map<number, Why>,
): void {
  const byOid = new Map(catalog.routines.map((routine) => [routine.oid, routine]))
  let fresh = [...found.keys()]
  while (fresh.length > 0) {
    const names = fresh.flatMap((oid) => byOid.get(oid) ?? [])
    fresh = []
    for (const { routine, text } of bodies) {
      const called = found.has(routine.oid)
        ? undefined
        : names.find(({ name }) => new RegExp(String.raw`\b${escaped(name)}\s*\(`, 'i').test(text))
      const why = called && found.get(called.oid)
      if (!called || !why) continue
      found.set(routine.oid, { ...why, text: `it calls ${called.name}(): ${why.text}` })
      fresh.push(routine.oid)
    }
  }
}

/** How the text of a function names something of the extension. */
function patternFor({ functions, relations, operators }: RawExtension): RegExp | undefined {
  const calls = functions.flatMap(({ schema, name, alone }) => [
    ...(alone ? [String.raw`(?<![\w.$"])${escaped(name)}\s*\(`] : []),
    String.raw`\b${escaped(schema)}"?\."?${escaped(name)}"?\s*\(`,
  ])
  const tables = relations.map(
    (name) => String.raw`\b${escaped(name).replace(String.raw`\.`, String.raw`"?\."?`)}\b`,
  )
  const symbols = operators.map(
    (name) => String.raw`(?<![-+*/<>=~!@#%^&|?])${escaped(name)}(?![-+*/<>=~!@#%^&|?])`,
  )
  const all = [...calls, ...tables, ...symbols]
  return all.length === 0 ? undefined : new RegExp(all.join('|'), 'i')
}

const targetOf = (found: string): string =>
  found.endsWith('(')
    ? `${found.replaceAll('"', '').replace(/\s*\($/, '')}()`
    : /\w/.test(found)
      ? found.replaceAll('"', '')
      : `operator ${found}`

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)

const withoutRemarks = (body: string): string => body.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ')
