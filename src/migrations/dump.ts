import { DatabaseError } from '../database/connection.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import type { Step } from './steps.ts'

/** Duplicate schema, table, object, function, column, key, publication member. */
const IS_THERE: ReadonlySet<string> = new Set(['42P06', '42P07', '42710', '42723', '42701', '42P16'])

/** What a cluster or database has one of: a dump makes it whether it is there or not. */
const MADE_ANYHOW: ReadonlySet<string> = new Set(['schema', 'role', 'extension', 'publication'])

/**
 * Whether a statement of a dump that failed is about what the platform brings along: a dump of a whole database makes and
 * adjusts that, too. Policies, triggers and rights on it are the project's, and count.
 */
export function isOfPlatform(step: Step, error: unknown, platformSchemas: readonly string[]): boolean {
  if (!(error instanceof DatabaseError)) return false
  const { words } = step.part
  if (words[1] === 'event') return platformSchemas.includes(firstSchema(step.text) ?? '')
  if (['policy', 'trigger', 'rule'].some((word) => words.slice(0, 4).includes(word))) {
    return isComment(words) && platformSchemas.includes(firstSchema(step.text) ?? '')
  }
  if (words[0] === 'create' && MADE_ANYHOW.has(words[1] ?? '') && IS_THERE.has(error.error.sqlstate))
    return true
  const isRight = words[0] === 'grant' || words[0] === 'revoke' || words.includes('security')
  return !isRight && platformSchemas.includes(firstSchema(step.text) ?? schemaOf(step) ?? '')
}

const isComment = (words: readonly string[]): boolean => words[0] === 'comment'

/** `alter schema auth owner to …`. */
const schemaOf = ({ part: { words } }: Step): string | undefined =>
  words[1] === 'schema' || words[2] === 'schema' ? words[words.indexOf('schema') + 1] : undefined

/** The schema of the first name that has one. */
function firstSchema(text: string): string | undefined {
  const tokens = [...tokensOf(text)].filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  const at = tokens.findIndex(
    ({ kind }, index) => isName(kind) && text.slice(tokens[index + 1]?.start, tokens[index + 1]?.end) === '.',
  )
  const token = tokens[at]
  return token && text.slice(token.start, token.end).replaceAll('"', '')
}

const isName = (kind: string): boolean => kind === 'word' || kind === 'quoted-name'
