import { HarnessError } from '../errors.ts'

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'first'; readonly matches: (text: string) => boolean }

/**
 * The value that PostgREST's `jwt-role-claim-key` finds in the claims, or undefined.
 *
 * Both syntaxes are read: the path with leading dot that is the only one up to version 14 (`.app.roles[0]`,
 * `.roles[?(@ ^== "app_")]`), and of the JSON paths since version 16 (RFC 9535) names, indexes and filters that
 * compare the item itself (`$.app.roles[?(@ == 'author')]`).
 *
 * @throws HarnessError TOKEN_KEYS_INVALID where the path is not read
 */
export function valueAt(claims: unknown, path: string): unknown {
  let at: unknown = claims
  for (const step of stepsOf(path)) {
    at = follow(at, step)
    if (at === undefined) return undefined
  }
  return at
}

function follow(value: unknown, step: Step): unknown {
  switch (step.kind) {
    case 'member':
      return isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
    case 'index':
      return Array.isArray(value) ? (value.at(step.index) as unknown) : undefined
    case 'first':
      return Array.isArray(value)
        ? value.find((item): item is string => typeof item === 'string' && step.matches(item))
        : undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One step behind the other; the deprecated syntax allows a filter at the end alone. */
function stepsOf(path: string): readonly Step[] {
  const isStandard = path.startsWith('$')
  const pattern = isStandard ? STANDARD : DEPRECATED
  const steps: Step[] = []
  for (let rest = isStandard ? path.slice(1) : path; rest !== '';) {
    const match = pattern.exec(rest)
    if (!match || steps.at(-1)?.kind === 'first') throw unread(path)
    steps.push(stepOf(match.groups ?? {}))
    rest = rest.slice(match[0].length)
  }
  if (steps.length === 0 && !isStandard) throw unread(path)
  return steps
}

const QUOTED = String.raw`"(?<double>[^"\\]*)"`
const SINGLE = String.raw`'(?<single>[^'\\]*)'`
const DEPRECATED = new RegExp(
  String.raw`^(?:\.(?:(?<name>[\p{L}\p{N}_$@]+)|"(?<quoted>[^"]*)")|\[(?<index>\d+)\]|\[\?\(@\s*(?<operator>==\^|==|!=|\^==|\*==)\s*"(?<operand>[^"]*)"\)\]$)`,
  'u',
)
const STANDARD = new RegExp(
  String.raw`^(?:\.(?<name>[\p{L}_][\p{L}\p{N}_]*)|\[\s*(?:${SINGLE}|${QUOTED}|(?<index>-?\d+)|\?\s*\(?\s*@\s*(?<operator>==)\s*(?:'(?<operand>[^'\\]*)'|"(?<other>[^"\\]*)")\s*\)?)\s*\])`,
  'u',
)

function stepOf(found: Readonly<Record<string, string | undefined>>): Step {
  const name = found['name'] ?? found['quoted'] ?? found['single'] ?? found['double']
  if (name !== undefined) return { kind: 'member', name }
  if (found['index'] !== undefined) return { kind: 'index', index: Number(found['index']) }
  return {
    kind: 'first',
    matches: matching(found['operator'] ?? '', found['operand'] ?? found['other'] ?? ''),
  }
}

function matching(operator: string, operand: string): (text: string) => boolean {
  switch (operator) {
    case '!=':
      return (text) => text !== operand
    case '^==':
      return (text) => text.startsWith(operand)
    case '==^':
      return (text) => text.endsWith(operand)
    case '*==':
      return (text) => text.includes(operand)
    default:
      return (text) => text === operand
  }
}

function unread(path: string): HarnessError {
  return new HarnessError(
    'TOKEN_KEYS_INVALID',
    `roleClaimKey: ${JSON.stringify(path)} is no path that is read`,
    {
      hint: "Write names, indexes and at most a comparison at the end: .role, $.app.roles[0], $.roles[?(@ == 'author')]",
    },
  )
}
