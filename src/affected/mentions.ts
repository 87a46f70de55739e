import type { Trait } from '../domain/trait.ts'
import { thingOf, type Thing } from './thing.ts'

/** What a text may speak of; more than it does is no harm. `everything`: it finds out while it runs. */
export type Mentions = { readonly things: ReadonlySet<Thing>; readonly everything: boolean }

/** Finds in texts what the traits are of. */
export function mentionsIn(traits: readonly Trait[]): (trait: Trait) => Mentions {
  const byName = new Map<string, Set<Thing>>()
  const known = traits.filter(({ kind }) => kind !== 'global')
  const put = (key: string, thing: Thing): void => void (byName.get(key) ?? set(byName, key)).add(thing)
  for (const trait of known) {
    const { schema, name } = partsOf(trait)
    put(name, thingOf(trait))
    put(`${schema}.${name}`, thingOf(trait))
  }
  const odd = [...byName.keys()].filter((name) => /[^\p{L}\p{N}_$.]|(^|\.)\p{N}|\..*\./u.test(name))
  return (trait) => {
    const parts = partsIn(trait.text)
    const text = parts.join('\n').toLowerCase()
    const isWritten = trait.kind === 'function' && trait.aspect === 'definition'
    const names = isWritten ? simpleNames(text, odd) : qualifiedNames(text, odd)
    return {
      things: new Set(names.flatMap((name) => [...(byName.get(name) ?? [])])),
      everything: CATALOG.test(text) || (isWritten && isOpaque(parts[1], text)),
    }
  }
}

function set(map: Map<string, Set<Thing>>, key: string): Set<Thing> {
  const made = new Set<Thing>()
  map.set(key, made)
  return made
}

function partsOf({ kind, name }: Trait): { readonly schema: string; readonly name: string } {
  const whole = kind === 'function' ? name.slice(0, name.indexOf('(')) : name
  const at = whole.indexOf('.')
  return { schema: whole.slice(0, at).toLowerCase(), name: whole.slice(at + 1).toLowerCase() }
}

/** What the server writes back names everything with its schema. */
function qualifiedNames(text: string, odd: readonly string[]): readonly string[] {
  const unquoted = text.replaceAll('"', '')
  const pairs = unquoted.matchAll(/([\p{L}_][\p{L}\p{N}_$]*)\.(?=([\p{L}_][\p{L}\p{N}_$]*))/gu)
  return [
    ...[...pairs].map(([, schema, name]) => `${schema ?? ''}.${name ?? ''}`),
    ...odd.filter((name) => unquoted.includes(name.replaceAll('"', ''))),
  ]
}

/** What a person wrote may leave the schema to the search path, and a name to be put together with others. */
function simpleNames(text: string, odd: readonly string[]): readonly string[] {
  const plain = [...text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)].map(([name]) => name)
  return [
    ...new Set([
      ...plain,
      ...odd.filter((name) => text.includes(name) || text.includes(name.replaceAll('"', '""'))),
    ]),
  ]
}

/** The server's own tables say something of all others; so do the functions that ask them. */
const CATALOG =
  /\bpg_(class|proc|polic|tables|views|matviews|roles|auth|user|group|attr|constraint|trigger|namespace|type|depend|index|stat|sequence|db_role|settings|rewrite|publication|inherits|describe|get_)|\binformation_schema\b|\bhas_\w+_privilege\b|\bpg_has_role\b|\brow_security_active\b|\bto_reg/
/** Statements and names that are put together while it runs. */
const BUILT =
  /\bexecute\b(?!\s+(function|procedure|on)\b)|\b(query|cursor|table|schema|database)_to_xml|\bdblink|regclass|regproc|\bset_config\b.*search_path/

/** The first two values of a function's definition are its kind and its language. */
const isOpaque = (language: string | undefined, text: string): boolean =>
  language === undefined || !['sql', 'plpgsql', 'internal', 'c'].includes(language) || BUILT.test(text)

/** The texts in a list that was written as JSON, without its escapes; any other text is itself one. */
function partsIn(text: string): readonly string[] {
  if (!text.startsWith('[')) return [text]
  try {
    return leaves(JSON.parse(text))
  } catch {
    return [text]
  }
}

function leaves(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : []
}
