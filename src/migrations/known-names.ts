import { children, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** Where `public` and Supabase's own search_path begin; `"$user"` is nobody's schema in a project. */
const USUAL_PATH = ['public', 'extensions']

/** What the statements before have made, and where a name without a schema is looked for. */
export class KnownNames {
  readonly #made = new Set<string>()
  #path: readonly string[] = USUAL_PATH

  /** A file begins with the usual search_path. */
  startFile(): void {
    this.#path = USUAL_PATH
  }

  setPath(schemas: readonly string[] | null): void {
    this.#path = schemas?.filter((name) => name !== '$user') ?? USUAL_PATH
  }

  /** @returns false where it stands there already */
  add(name: string): boolean {
    if (this.#made.has(name)) return false
    this.#made.add(name)
    return true
  }

  remove(name: string): void {
    this.#made.delete(name)
  }

  has(name: string): boolean {
    return this.#made.has(name)
  }

  /** The name of something that is made: in the first schema of the path. */
  own({ schema, name }: Named): string {
    return `${schema ?? this.#path[0] ?? 'public'}.${name}`
  }

  /** The name of something that is there: where it was made, as far as that was seen. */
  find(named: Named): string {
    const { schema, name } = named
    if (schema !== null) return `${schema}.${name}`
    const found = this.#path.find((one) => this.#made.has(`${one}.${name}`))
    return found === undefined ? this.own(named) : `${found}.${name}`
  }
}

export interface Named {
  readonly schema: string | null
  readonly name: string
}

/** Of a RangeVar's fields. */
export const rangeName = ({ fields: { schemaname, relname } }: Node): Named => ({
  schema: typeof schemaname === 'string' ? schemaname : null,
  name: String(relname ?? ''),
})

/** Of a list of one or two strings. */
export function listName(parts: readonly string[]): Named {
  return { schema: parts.length > 1 ? (parts.at(-2) ?? null) : null, name: parts.at(-1) ?? '' }
}

/** Names by which format_type() calls what the grammar calls otherwise. */
const SPELLED: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  varchar: 'character varying',
  bpchar: 'character',
  varbit: 'bit varying',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
}

/** A type as the identity of a function shows it; types that nobody was seen to make are the server's own. */
export function typeText(type: Node, names: KnownNames): string {
  const parts = nameParts(type, 'names')
  const plain = parts[0] === 'pg_catalog' ? parts.slice(1) : parts
  const array = children(type, 'arrayBounds').length > 0 ? '[]' : ''
  const [name = ''] = plain
  if (plain.length > 1) return `${plain.join('.')}${array}`
  const found = names.find({ schema: null, name })
  return `${SPELLED[name] ?? (names.has(found) ? found : name)}${array}`
}
