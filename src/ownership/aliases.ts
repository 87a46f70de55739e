import type { Routine } from '../domain/catalog.ts'
import type { JsonArray } from '../domain/routine-facts.ts'

/** What a name inside a body stands for: an argument, or the part of a JSON one that a key leads to. */
export interface Alias {
  readonly position: number
  /** keys joined by dots; empty for the argument itself */
  readonly path: string
}

interface Names {
  readonly aliases: ReadonlyMap<string, Alias>
  readonly arrays: readonly JsonArray[]
}

const read = new WeakMap<Routine, Names>()

/** Variables and aliases of a body that stand for arguments, by name. */
export const aliasesOf = (routine: Routine): ReadonlyMap<string, Alias> => namesOf(routine).aliases

export const jsonArraysOf = (routine: Routine): readonly JsonArray[] => namesOf(routine).arrays

function namesOf(routine: Routine): Names {
  const known = read.get(routine)
  if (known) return known
  const names = readNames(routine)
  read.set(routine, names)
  return names
}

const NAME = String.raw`("[^"]+"|[a-z_]\w*)`
const ALIAS_FOR = new RegExp(String.raw`${NAME}\s+alias\s+for\s+(\$\d+|"[^"]+"|\w+)`, 'gi')
/** `v_id bigint := p_ref::bigint;`, `v_id := (payload ->> 'id')::uuid;` */
const ASSIGNED = new RegExp(String.raw`${NAME}(?:\s+[\w."[\]%()]+)?\s*:=\s*([^;]+);`, 'gi')
const FOR = new RegExp(String.raw`\bfor(?:each)?\s+${NAME}\s+in\s+(?:array\s+)?([^;]+?)\s+loop\b`, 'gi')
const TAKEN_APART = new RegExp(
  String.raw`\b(?:unnest|jsonb?_(?:array_elements(?:_text)?|to_recordset|populate_recordset))\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)(?:\s+with\s+ordinality)?(?:\s+as)?\s+${NAME}`,
  'gi',
)
const JSON_ARRAY =
  /\bjsonb?_(array_elements_text|array_elements|to_recordset|populate_recordset|array_length)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)/gi

function readNames(routine: Routine): Names {
  const { body } = routine
  const aliases = new Map<string, Alias>()
  const note = (name: string | undefined, expression: string | undefined): void => {
    const alias = sourceOf(expression ?? '', routine, aliases)
    const bare = unquoted(name ?? '')
    const isArgument = routine.arguments.some((argument) => argument.name === bare)
    if (alias && !isArgument && !KEYWORDS.test(bare)) aliases.set(bare, alias)
  }
  for (const [, name, source] of body.matchAll(ALIAS_FOR)) note(name, source)
  for (const [, name, source] of body.matchAll(ASSIGNED))
    if (!/\bselect\b/i.test(source ?? '')) note(name, source)
  for (const [, name, source] of body.matchAll(FOR)) note(name, source)
  for (const [, source, name] of body.matchAll(TAKEN_APART)) note(name, source)
  const arrays = [...body.matchAll(JSON_ARRAY)].flatMap(([, how, source]): readonly JsonArray[] => {
    const alias = sourceOf(source ?? '', routine, aliases)
    return alias ? [{ ...alias, of: how?.toLowerCase() === 'array_elements_text' ? 'texts' : 'objects' }] : []
  })
  return { aliases, arrays }
}

const KEYWORDS = /^(where|on|join|left|right|inner|cross|order|group|limit|loop|set|returning|union|as|end)$/i

/** The only argument that an expression is made from, with the keys that lead into it. */
function sourceOf(
  expression: string,
  { arguments: given }: Routine,
  aliases: ReadonlyMap<string, Alias>,
): Alias | undefined {
  const words = [...expression.replace(/'(?:[^']|'')*'/g, "''").matchAll(/\$\d+|"[^"]+"|[a-z_]\w*/gi)]
  const found = words.flatMap(([word]) => {
    const name = unquoted(word)
    const position = /^\$\d+$/.test(word)
      ? Number(word.slice(1)) - 1
      : given.findIndex((argument) => argument.name === name)
    return position >= 0 && position < given.length ? [{ position, path: '' }] : (aliases.get(name) ?? [])
  })
  const [first] = found
  if (!first || found.some(({ position }) => position !== first.position)) return undefined
  const keys = [...expression.matchAll(/->>?\s*'([^']+)'/g)].map(([, key]) => key ?? '')
  return { position: first.position, path: [first.path, ...keys].filter((key) => key !== '').join('.') }
}

const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
