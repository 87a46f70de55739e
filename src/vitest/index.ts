import type { Handout, ProjectOptions } from '../testing/handout.ts'
import type { RlsMatchers } from './matchers.ts'

export { expect } from './matchers.ts'
export type { ChangesOf, RlsMatchers, RowsOf } from './matchers.ts'
export { test } from './fixtures.ts'
export { describeIsolation } from './describe-isolation.ts'
export type { IsolationScope } from '../testing/isolation.ts'
export type { Fixtures, Seed, SeedWishes } from './fixtures.ts'
export { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
export type { Attempt } from '../testing/attempt.ts'
export type { CustomIdentity } from '../testing/identity.ts'
export type { TestActor, TestTenant } from '../testing/people.ts'
export type { UserOptions } from '../testing/newcomers.ts'
export type { ProjectOptions } from '../testing/handout.ts'

declare global {
  // Vitest's `Matchers` has one type parameter in 4 and two in 5, and a declaration must repeat them. Both take the methods
  // of Chai's assertions over.
  namespace Chai {
    interface Assertion extends RlsMatchers {}
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** which project the tests are about, as `test.provide` says it */
    rlsHarness: ProjectOptions
    /** what the set-up hands to the workers */
    'rls-harness': Handout
  }
}
