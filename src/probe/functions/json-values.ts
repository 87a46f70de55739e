import type { JsonArray } from '../../domain/routine-facts.ts'
import type { Values } from '../../domain/population.ts'

/** An object with a value at each path of keys: `note.id` leads into an inner object. */
export function objectOf(
  base: Values,
  entries: readonly (readonly [path: string, value: unknown])[],
): Values {
  const made: Record<string, unknown> = { ...base }
  for (const [path, value] of entries) setAt(made, path.split('.'), value)
  return made
}

/** What a body takes apart as arrays becomes arrays: of what stands there, or of its key. */
export function withArrays(value: Values, arrays: readonly JsonArray[], key: unknown): unknown {
  let made: unknown = value
  for (const { path, of } of arrays) {
    const items = (inner: unknown): readonly unknown[] => (of === 'texts' ? [key] : [inner])
    if (path === '') made = items(made)
    else if (isObject(made)) {
      const copy: Record<string, unknown> = structuredClone(made)
      const inner = at(copy, path.split('.'))
      setAt(copy, path.split('.'), items(isObject(inner) ? { ...value, ...inner } : { ...value }))
      made = copy
    }
  }
  return made
}

function setAt(
  target: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const inner = isObject(target[first]) ? { ...target[first] } : {}
  setAt(inner, rest, value)
  target[first] = inner
}

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
