import type { DiagnosisLine } from '../domain/diagnosis.ts'
import { HarnessError } from '../errors.ts'

export const fine = (text: string): DiagnosisLine => ({ state: 'fine', text })
export const note = (text: string, hint?: string): DiagnosisLine => ({
  state: 'note',
  text,
  ...(hint === undefined ? {} : { hint }),
})
export const problem = (text: string, hint?: string): DiagnosisLine => ({
  state: 'problem',
  text,
  ...(hint === undefined ? {} : { hint }),
})

/** An error that is meant for people, as a line. @throws any other: that is a bug of ours */
export function problemOf(error: unknown): DiagnosisLine {
  if (error instanceof HarnessError) return problem(error.message, error.hint)
  throw error
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[], most = 6): string {
  const left = names.length - most
  return left > 0 ? `${names.slice(0, most).join(', ')} and ${left} more` : names.join(', ')
}
