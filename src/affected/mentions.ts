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
  const odd = [...new Set(known.map((one) => partsOf(one).name))].filter(
    (name) => !/^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name),
  )
  return (trait) => {
    const text = trait.text.replaceAll('\\"', '"').toLowerCase()
    const isWritten = trait.kind === 'function' && trait.aspect === 'definition'
    const names = isWritten ? simpleNames(text, odd) : qualifiedNames(text)
    return {
      things: new Set(names.flatMap((name) => [...(byName.get(name) ?? [])])),
      everything: isWritten ? isOpaque(text) : CATALOG.test(text),
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
function qualifiedNames(text: string): readonly string[] {
  const part = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
  const pairs = text.matchAll(new RegExp(String.raw`(?<![.\p{L}\p{N}_$"])${part}\.${part}`, 'gu'))
  return [...pairs].map(([pair]) => pair.replaceAll(/(^|\.)"|"(?=\.|$)/g, '$1').replaceAll('""', '"'))
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
function isOpaque(text: string): boolean {
  const [, , language = ''] = /^\["(\w)", "([^"]*)"/.exec(text) ?? []
  const isReadable = ['sql', 'plpgsql', 'internal', 'c'].includes(language)
  return !isReadable || CATALOG.test(text) || BUILT.test(text)
}
