import type { Place } from './place.ts'

/** One line of an access lock: who was seen to get at what. */
export interface LockEntry {
  /** `schema.name`, of buckets and topics with `/scope`, of functions with their argument types; or `run` */
  readonly subject: string
  /** a command, `reads` and `writes` of a function, `public` of a bucket, a setting of the run */
  readonly aspect: string
  /** `owner`, `owner, everyone (some rows)`, `nobody` */
  readonly value: string
}

/** A line that is not what it was; what is absent on one side was not there. */
export interface LockDifference {
  readonly subject: string
  readonly aspect: string
  readonly before?: string
  readonly after?: string
  /** where what is there now was said */
  readonly places: readonly Place[]
}

/** What holding a run against the access lock gave. */
export interface LockCheck {
  /** as people see it */
  readonly file: string
  readonly differences: readonly LockDifference[]
}
