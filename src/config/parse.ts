import { HarnessError } from '../errors.ts'
import { explain, type Mistake } from './explain.ts'
import { userConfigSchema, type UserConfig } from './schema.ts'

/** Where a configuration came from: the path as people see it and, where there is one, the text that they wrote. */
export interface Origin {
  readonly path: string
  readonly text?: string
}

/**
 * Checks what the user's file exported. Every mistake is reported at once, with the file and, where the text names
 * the key only once, its line.
 * @throws HarnessError CONFIG_INVALID
 */
export function parseUserConfig(value: unknown, origin?: Origin): UserConfig {
  const given = withoutUndefined(value)
  const result = userConfigSchema.safeParse(given)
  if (result.success) return result.data
  throw configError(explain(result.error.issues, given), origin)
}

function configError(mistakes: readonly Mistake[], origin: Origin | undefined): HarnessError {
  const [first, ...others] = mistakes
  if (first === undefined)
    return new HarnessError('CONFIG_INVALID', `${origin?.path ?? 'configuration'}: invalid`)
  if (others.length === 0) {
    return new HarnessError('CONFIG_INVALID', `${place(first, origin)}${first.path}: ${first.text}`, {
      hint: first.hint,
    })
  }
  const lines = mistakes.map((mistake) => {
    const hint = mistake.hint === undefined ? '' : ` (${mistake.hint})`
    return `  ${place(mistake, origin)}${mistake.path}: ${mistake.text}${hint}`
  })
  return new HarnessError(
    'CONFIG_INVALID',
    `${mistakes.length} mistakes in the configuration\n${lines.join('\n')}`,
  )
}

function place(mistake: Mistake, origin: Origin | undefined): string {
  if (origin === undefined) return ''
  const line = lineOf(mistake.key, origin.text)
  return line === undefined ? `${origin.path}: ` : `${origin.path}:${line}: `
}

/** The line on which a key is written; undefined unless there is exactly one: a wrong line is worse than none. */
export function lineOf(key: string | undefined, text: string | undefined): number | undefined {
  if (key === undefined || text === undefined) return undefined
  const escaped = key.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const written = new RegExp(`(^|[\\s{,'"])${escaped}['"]?\\s*:`)
  const lines = text.split('\n').flatMap((line, index) => (written.test(line) ? [index + 1] : []))
  return lines.length === 1 ? lines[0] : undefined
}

/** `version: undefined` means the same as leaving it out, as everywhere in JavaScript. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutUndefined(inner)]))
}
