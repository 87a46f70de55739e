/**
 * A JSON text whose numbers are kept as they are written. `JSON.parse` makes 12345678901234567000 of
 * 12345678901234567890, while the gateway and jsonb keep every digit, and policies may compare it.
 */
export type ExactJson =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly ExactJson[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, ExactJson> }

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:])\s*/y

/**
 * Reads a JSON text that `JSON.parse` accepts.
 *
 * @throws Error where an object names a member twice: which one counts is up to the reader (RFC 7519, section 4)
 */
export function readExact(text: string): ExactJson {
  // everything but the numbers: whether it is JSON at all is not decided here
  JSON.parse(text)
  const tokens = tokensOf(text)
  return readValue(tokens)
}

function* tokensOf(text: string): Generator<string, undefined> {
  const found = new RegExp(TOKEN)
  for (let match = found.exec(text); match; match = found.exec(text)) yield match[1] ?? ''
}

type Tokens = Generator<string, undefined>

const next = (tokens: Tokens): string => tokens.next().value ?? ''

function readValue(tokens: Tokens, first = next(tokens)): ExactJson {
  if (first === '{') return readObject(tokens)
  if (first === '[') return readArray(tokens)
  const isText = first.startsWith('"')
  return { kind: 'scalar', text: isText ? JSON.stringify(JSON.parse(first)) : first }
}

function readArray(tokens: Tokens): ExactJson {
  const items: ExactJson[] = []
  for (let token = next(tokens); token !== ']'; token = next(tokens))
    if (token !== ',') items.push(readValue(tokens, token))
  return { kind: 'array', items }
}

function readObject(tokens: Tokens): ExactJson {
  const members = new Map<string, ExactJson>()
  for (let token = next(tokens); token !== '}'; token = next(tokens)) {
    if (token === ',') continue
    const name = String(JSON.parse(token))
    if (members.has(name)) throw new Error(`the member ${JSON.stringify(name)} stands there twice`)
    next(tokens) // the colon
    members.set(name, readValue(tokens))
  }
  return { kind: 'object', members }
}

/** The text, without blanks. */
export function printExact(json: ExactJson): string {
  switch (json.kind) {
    case 'scalar':
      return json.text
    case 'array':
      return `[${json.items.map(printExact).join(',')}]`
    case 'object':
      return `{${[...json.members].map(([name, value]) => `${JSON.stringify(name)}:${printExact(value)}`).join(',')}}`
  }
}

/**
 * The value that JavaScript has for it: an integer that a number cannot hold is a bigint, for policies compare all of its
 * digits. Fractions are as near as a number gets.
 *
 * @throws Error where a number is larger than JavaScript has
 */
export function valueOf(json: ExactJson): unknown {
  switch (json.kind) {
    case 'scalar':
      return /^[-\d]/.test(json.text) ? numberOf(json.text) : (JSON.parse(json.text) as unknown)
    case 'array':
      return json.items.map(valueOf)
    case 'object':
      // not by assignment: `__proto__` is a name like any other
      return Object.fromEntries([...json.members].map(([name, value]) => [name, valueOf(value)]))
  }
}

function numberOf(text: string): number | bigint {
  const number = Number(text)
  if (!Number.isFinite(number)) throw new Error(`${text} is larger than any number`)
  return isExact(text) || !/^-?\d+$/.test(text) ? number : BigInt(text)
}

/** Whether valueOf() keeps the value of every number. */
export function survives(json: ExactJson): boolean {
  switch (json.kind) {
    case 'scalar':
      return !/^[-\d]/.test(json.text) || /^-?\d+$/.test(json.text) || isExact(json.text)
    case 'array':
      return json.items.every(survives)
    case 'object':
      return [...json.members.values()].every(survives)
  }
}

const isExact = (text: string): boolean => decimal(text) === decimal(String(Number(text)))

/** A number in one way of writing: digits without zeros around them, and the power of ten of the last one. */
function decimal(text: string): string {
  const {
    sign = '',
    whole = '',
    part = '',
    power = '0',
  } = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<part>\d+))?(?:[eE](?<power>[+-]?\d+))?$/.exec(text)?.groups ?? {}
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return whole === '' ? text : '0'
  return `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`
}
