import type { Values } from './population.ts'

/** How a key stands in a column that holds more than the key: a part of a path, a member of a document. */
export type ColumnForm =
  | { readonly kind: 'part'; readonly separator: string; /** 1-based */ readonly index: number }
  | { readonly kind: 'member'; readonly path: readonly string[] }
  | { readonly kind: 'lower' }

/** The key in a value; undefined where there is none. */
export function keyIn(form: ColumnForm | undefined, value: unknown): unknown {
  if (form === undefined || value === null || value === undefined) return value
  switch (form.kind) {
    case 'part': {
      const part = textOf(value).split(form.separator)[form.index - 1]
      return part === '' ? undefined : part
    }
    case 'member':
      return form.path.reduce<unknown>((at, name) => memberOf(at, name), value)
    case 'lower':
      return textOf(value).toLowerCase()
  }
}

/** A value that holds the key, and beside it what the column would hold otherwise: what is unique stays unique. */
export function withKey(form: ColumnForm | undefined, key: unknown, otherwise: unknown): unknown {
  if (form === undefined) return key
  switch (form.kind) {
    case 'part':
      return withPart(form, key, textOf(otherwise ?? 'item'))
    case 'member':
      return withMember(otherwise, form.path, key)
    case 'lower':
      return key
  }
}

/** The last part is the column's own; parts that nothing is said about are filled. */
function withPart(
  { separator, index }: Extract<ColumnForm, { kind: 'part' }>,
  key: unknown,
  otherwise: string,
): string {
  const parts: readonly unknown[] = otherwise.split(separator)
  const before = parts.slice(0, -1)
  const filled = Array.from({ length: Math.max(before.length, index) }, (_, at) =>
    at === index - 1 ? key : (before[at] ?? 'of'),
  )
  return [...filled, parts.at(-1)].join(separator)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value))
    return /^\d+$/.test(name) ? (value as readonly unknown[])[Number(name)] : undefined
  return isRecord(value) ? value[name] : undefined
}

function withMember(value: unknown, [first, ...rest]: readonly string[], key: unknown): unknown {
  if (first === undefined) return key
  const base = isRecord(value) ? value : {}
  return { ...base, [first]: withMember(base[first], rest, key) }
}
