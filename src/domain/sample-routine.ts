import type { Argument, Routine } from './catalog.ts'
import type { RoutineFacts } from './routine-facts.ts'

/** An argument of tests: a uuid that must be given. */
export const sampleArgument = (name: string | null, rest: Partial<Argument> = {}): Argument => ({
  name,
  type: rest.baseType ?? 'uuid',
  baseType: 'uuid',
  array: false,
  variadic: false,
  hasDefault: false,
  default: null,
  labels: null,
  relation: null,
  composite: false,
  pseudo: false,
  placeholder: false,
  ...rest,
})

/** A function of tests: it runs with its owner's rights, and anon may execute it. */
export function sampleRoutine(
  body: string,
  given: readonly Argument[] = [],
  rest: Partial<Routine> = {},
): Routine {
  return {
    oid: 77,
    schema: 'public',
    name: 'f',
    signature: `public.f(${given.map(({ type }) => type).join(',')})`,
    kind: 'function',
    language: 'sql',
    body,
    securityDefiner: true,
    volatility: 'stable',
    returns: 'text',
    returnsSet: false,
    argumentCount: given.length,
    arguments: given,
    returnsRecord: false,
    owner: 'postgres',
    searchPath: null,
    executableBy: ['anon', 'authenticated'],
    isTrigger: false,
    ...rest,
  }
}

/** What is known of a function that looks at nothing. */
export const sampleFacts = (rest: Partial<RoutineFacts> = {}): RoutineFacts => ({
  routine: 77,
  relations: [],
  bindings: new Map(),
  literals: new Map(),
  jsonArrays: [],
  elevated: true,
  asksWho: true,
  writes: false,
  dynamic: false,
  reachesOut: null,
  ...rest,
})
