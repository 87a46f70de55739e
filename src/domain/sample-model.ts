import type { Model } from './ownership.ts'

/** A model of a project in which nothing was inferred, for tests. */
export const sampleModel = (rest: Partial<Model> = {}): Model => ({
  ownerships: new Map(),
  tenants: [],
  privileges: [],
  shares: [],
  lookups: new Set(),
  claims: [],
  userRoots: [],
  literals: new Map(),
  rowStates: new Map(),
  emailColumns: new Set(),
  emailShapes: { literals: [], columns: [] },
  ...rest,
})
