import type { z } from 'zod'
import { didYouMean } from './nearest.ts'

/** One mistake in a configuration, in the names that its author wrote. */
export interface Mistake {
  /** `expect["public.chats"].selct` */
  readonly path: string
  /** the last key of the path: what to look for in the file */
  readonly key: string | undefined
  /** `unknown key` */
  readonly text: string
  readonly hint: string | undefined
}

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** Turns zod's issues about `value` into mistakes, one per thing to correct. */
export function explain(issues: readonly Issue[], value: unknown, parents: Path = []): readonly Mistake[] {
  return issues.flatMap((issue) => explainIssue(issue, value, [...parents, ...issue.path]))
}

function explainIssue(issue: Issue, value: unknown, path: Path): readonly Mistake[] {
  const found = lookUp(value, path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.split(' ').filter((key) => !key.startsWith('$'))
      return issue.keys.map((key) =>
        mistake([...path, key], 'unknown key', didYouMean(key, known) ?? `Known keys: ${known.join(', ')}.`),
      )
    }
    case 'invalid_union':
      return explainUnion(issue, value, path)
    case 'invalid_value':
      return [notAmong(found, issue.values.map(String), path)]
    case 'invalid_type': {
      const text =
        found === undefined ? 'is required' : `expected ${article(issue.expected)}, got ${show(found)}`
      return [mistake(path, text, undefined)]
    }
    case 'too_big':
    case 'too_small':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return [mistake(path, issue.message, undefined)]
  }
}

/**
 * A value that fits no branch of a union was meant for one of them: the branch that failed deepest inside, with the
 * fewest issues. Where all failed at the value itself, what all of them accept is listed.
 */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown, path: Path): readonly Mistake[] {
  const entered = issue.errors
    .filter((branch) => branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'))
    .sort((a, b) => a.length - b.length)
  const closest = entered[0]
  if (closest !== undefined) return explain(closest, value, path)
  const { values, types } = accepted(issue)
  const found = lookUp(value, path)
  if (found === undefined)
    return [mistake(path, 'is required', `Expected ${[...values, ...types].join(', ')}.`)]
  if (typeof found === 'string' && values.length > 0) return [notAmong(found, values, path)]
  return [mistake(path, `got ${show(found)}`, `Expected ${[...values, ...types].join(', ')}.`)]
}

function accepted(issue: z.core.$ZodIssueInvalidUnion): { values: string[]; types: string[] } {
  const values = new Set<string>()
  const types = new Set<string>()
  for (const inner of issue.errors.flat()) {
    if (inner.code === 'invalid_value') inner.values.forEach((value) => values.add(String(value)))
    if (inner.code === 'invalid_type') types.add(article(inner.expected))
    if (inner.code === 'invalid_union') {
      const nested = accepted(inner)
      nested.values.forEach((value) => values.add(value))
      nested.types.forEach((type) => types.add(type))
    }
  }
  return { values: [...values], types: [...types] }
}

function notAmong(found: unknown, values: readonly string[], path: Path): Mistake {
  const guess = typeof found === 'string' ? didYouMean(found, values) : undefined
  if (found === undefined) return mistake(path, 'is required', `Expected ${values.join(', ')}.`)
  return mistake(path, `${show(found)} is not one of ${values.join(', ')}`, guess)
}

function mistake(path: Path, text: string, hint: string | undefined): Mistake {
  const key = path.findLast((part) => typeof part === 'string')
  return { path: describePath(path), key, text, hint }
}

/** `expect["public.chats"].select[0]`: as one would write it in JavaScript. */
export function describePath(path: Path): string {
  if (path.length === 0) return 'the configuration'
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      const key = String(part)
      if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join('')
}

function lookUp(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  )
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : article(typeof value)
}

function article(type: string): string {
  if (type === 'record') return 'an object'
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}
