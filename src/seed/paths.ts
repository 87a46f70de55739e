/** Sets a value deep inside of an object; objects on the way are copied, never changed. */
export function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const inner = { ...(isRecord(target[first]) ? target[first] : {}) }
  setPath(inner, rest, value)
  target[first] = inner
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
