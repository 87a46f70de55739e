import type { Place } from './place.ts'
import type { Finding, Untested } from './report.ts'

/** One of the two states that are compared. */
export interface ComparedState {
  /** as people named it: a branch, a file, `work tree` */
  readonly name: string
  readonly sha?: string
}

/** What of the schema is different and may be why: a policy, a privilege, a definition, a file. */
export interface Cause extends Place {
  /** `policy "open" is new` */
  readonly text: string
}

/** Who gets at something now, and who did. What is absent on one side was not there. */
export interface AccessChange {
  /** `schema.name`, of buckets and topics with `/scope`, of functions with their argument types */
  readonly subject: string
  /** a command, `reads` and `writes` of a function, `public` of a bucket */
  readonly aspect: string
  readonly before?: string
  readonly after?: string
  /**
   * `opened`: somebody gets at what was closed to him, nobody lost anything; `closed` the other way round; `changed`: both;
   * `told`: neither, such as a new relation that nobody gets at
   */
  readonly direction: 'opened' | 'closed' | 'changed' | 'told'
  readonly causes: readonly Cause[]
}

/** A finding of the later state with what may be why. */
export interface OpenedFinding {
  readonly finding: Finding
  readonly causes: readonly Cause[]
}

/** What is different between two states of one project. */
export interface Comparison {
  readonly before: ComparedState
  readonly after: ComparedState
  readonly findings: {
    /** not there before, or accepted then; what is accepted now is not among them */
    readonly opened: readonly OpenedFinding[]
    /** not there any more */
    readonly closed: readonly Finding[]
    /** still there: of another severity, or accepted now */
    readonly changed: readonly { readonly before: Finding; readonly after: Finding }[]
    /** how many are in both as they were */
    readonly same: number
  }
  readonly untested: { readonly opened: readonly Untested[]; readonly closed: readonly Untested[] }
  readonly access: readonly AccessChange[]
  readonly files: {
    readonly added: readonly string[]
    readonly removed: readonly string[]
    readonly changed: readonly string[]
  }
  /** what is different of the runs themselves, and makes a comparison less sure */
  readonly remarks: readonly string[]
}
