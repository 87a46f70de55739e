/**
 * A value as JSON text, as `JSON.stringify` writes it, but with bigints as numbers: claims hold them where a number would
 * lose digits.
 *
 * @throws Error where it holds what JSON has no word for: NaN, infinities, functions, a circle
 */
export function jsonText(value: unknown, within: readonly unknown[] = []): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`JSON has no ${value}`)
  if (typeof value !== 'object' || value === null) {
    const text: unknown = JSON.stringify(value)
    if (typeof text !== 'string') throw new Error(`JSON has no ${typeof value}`)
    return text
  }
  if (within.includes(value)) throw new Error('a value holds itself')
  const inside = [...within, value]
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonText(value.toJSON(), inside)
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item ?? null, inside)).join(',')}]`
  const members = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${jsonText(item, inside)}`).join(',')}}`
}
