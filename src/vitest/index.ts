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

declare module 'vitest' {
  // oxlint-disable-next-line no-unused-vars, typescript/no-explicit-any -- as Vitest declares it
  interface Matchers<T = any> extends RlsMatchers {}

  interface ProvidedContext {
    /** which project the tests are about, as `test.provide` says it */
    rlsHarness: ProjectOptions
    /** what the set-up hands to the workers */
    'rls-harness': Handout
  }
}
