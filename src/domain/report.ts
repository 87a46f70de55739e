import type { Policy } from './catalog.ts'
import type { Platform } from './config.ts'
import type { ReportedIdentity } from './identity.ts'
import type { ReportedExtension } from './extension.ts'
import type { LockCheck } from './lock.ts'
import type { Place } from './place.ts'
import type { Audience, Command, Operation, Severity, Standing } from './vocabulary.ts'
import type { AppliedSource } from './source.ts'
import type { PlatformGrant } from './privilege.ts'
import type { ScenarioCount } from './scenario.ts'
import type { Shard } from './shard.ts'
import type { FindingCode, FindingKind } from './finding.ts'

export interface ReportedPolicy extends Policy, Place {
  /** sides that every signed-in session passes, whatever the row is: `true`, `auth.uid() is not null`; absent: none */
  readonly open?: readonly ('using' | 'check')[]
}

/** What a role that callers come in as may do with a relation, or with some of its columns. */
export interface ReportedPrivilege {
  readonly role: string
  readonly commands: readonly Command[]
}

export interface ReportedRelation extends Place {
  readonly name: string
  /** the part of the relation that it is about: a bucket, topics of one layout */
  readonly scope?: string
  readonly kind: string
  readonly exposed: boolean
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean }
  /** its own; of a view those of the tables that it reads stand there */
  readonly policies: readonly ReportedPolicy[]
  readonly privileges: readonly ReportedPrivilege[]
  readonly ownership: {
    readonly kind: string
    readonly path: readonly string[]
    readonly evidence: readonly string[]
  }
  /** the widest audience that was seen to get through */
  readonly access: Readonly<Record<Command, Audience>>
  /** what the matrix shows per standing and command */
  readonly cells: Readonly<Record<Standing, Readonly<Record<Command, Cell>>>>
  /** how many of the rows of this standing were reached, whoever may */
  readonly reach: Readonly<Record<Standing, Readonly<Record<Command, Reach>>>>
}

/** `all` rows that were there, or a view's or an insert's of which only that is known that it got through; `some`; `none` */
export type Reach = 'all' | 'some' | 'none'

/** `closed` nothing got through, `open` it did and may, `leak` it did and may not, `blocked` it did not and should, `untested`, `none` nothing to try */
export type Cell = 'closed' | 'open' | 'leak' | 'blocked' | 'untested' | 'none'

export interface ReportedFunction extends Place {
  readonly name: string
  readonly securityDefiner: boolean
  readonly access: {
    /** who holds EXECUTE */
    readonly execute: Audience
    /** the widest audience that was seen to get rows of others shown through it */
    readonly reads: Audience
    /** the widest audience that was seen to change rows of others through it */
    readonly writes: Audience
  }
}

export interface ReportedBucket {
  readonly id: string
  readonly public: boolean
  /** in bytes */
  readonly fileSizeLimit: number | null
  readonly allowedMimeTypes: readonly string[] | null
}

export interface ReportedActor {
  readonly name: string
  readonly role: string
  readonly tenant?: string
  readonly claims: Readonly<Record<string, unknown>>
}

export interface Blame extends Place {
  readonly policy?: string
  readonly statement?: string
  /** the branch of the policy that let the row through: `visibility = 'public'`; of a function its statement */
  readonly through?: string
}

/** What a condition came to: true, false, or NULL. */
export type Truth = boolean | null

/** What was said, and where. */
interface Placed extends Place {
  readonly statement?: string
}

/** What the server checks on the way of a statement, in its order. */
export type Check = Placed &
  (
    | {
        readonly kind: 'privilege'
        /** who asks */
        readonly role: string
        readonly privilege: string
        readonly on: string
        readonly held: boolean
      }
    | { readonly kind: 'view' | 'function'; readonly name: string; readonly runsAs: string }
    | { readonly kind: 'row security'; readonly relation: string; readonly state: 'on' | 'off' | 'bypassed' }
    | {
        readonly kind: 'policy'
        readonly relation: string
        readonly policy: string
        readonly permissive: boolean
        /** whose policies are asked: an UPDATE that reads columns asks those for SELECT, too */
        readonly command: Command
        readonly side: 'using' | 'check'
        readonly came: Truth
        /** it raised an error instead */
        readonly error?: string
        readonly atoms: readonly { readonly text: string; readonly came: Truth; readonly error?: string }[]
      }
  )

/** The smallest row and session that still get through: what else they hold makes no difference. */
export interface Witness {
  readonly row: Readonly<Record<string, unknown>>
  readonly session: {
    readonly role: string
    readonly claims: Readonly<Record<string, unknown>>
    readonly settings: Readonly<Record<string, string>>
  }
}

/** Whether an atom of a policy was seen to hold and not to hold, and for whom first. */
export interface AtomCoverage {
  readonly text: string
  /** `true`, `false`: nothing can change it */
  readonly constant?: true
  readonly seenTrue: boolean
  readonly seenFalse: boolean
  /** names of actors */
  readonly trueFor?: string
  readonly falseFor?: string
  /** why it was not seen both ways, as far as that is known */
  readonly why?: string
}

/** Rows and sessions that were derived from the policies of one relation. */
export interface ScenarioCoverage extends ScenarioCount {
  readonly relation: string
  /** what of the policies could not be looked into, and why: what it asks for is tried with guesses */
  readonly opaque: readonly string[]
}

/** What was seen of one side of a policy. */
export interface PolicyCoverage {
  readonly relation: string
  readonly policy: string
  readonly side: 'using' | 'check'
  readonly atoms: readonly AtomCoverage[]
}

export interface Finding {
  /** first characters of the fingerprint: what people type */
  readonly id: string
  /** over code, relation, command, actor and blame; free of line numbers, seeds and row values */
  readonly fingerprint: string
  readonly code: FindingCode
  readonly kind: FindingKind
  readonly severity: Severity
  /** `schema.name`; of a function `schema.name(argument types)` */
  readonly relation: string
  /** the part of the relation that it is about: a bucket, a topic */
  readonly scope?: string
  readonly command: Operation
  /** none on static findings */
  readonly actor?: Standing
  /** what led there, in order, where it took several statements */
  readonly steps?: readonly Step[]
  readonly title: string
  readonly evidence: string
  readonly blame: readonly Blame[]
  /** everything that was checked on the way of the statement that shows it */
  readonly checks?: readonly Check[]
  readonly witness?: Witness
  /** a psql script for a database that the migrations were applied to */
  readonly reproduction?: string
  readonly remedy?: { readonly sql: string; readonly verified: boolean }
  /** why it does not count: the configuration accepts it, or it was there when the project was adopted */
  readonly suppressed?: Acceptance
  /** the group that it is told in: one cause stands behind many */
  readonly group?: GroupId
}

/**
 * What has one cause in most of a project. `unprotected`: row security is off; `one-team`: policies ask whether somebody is
 * signed in, and no more; `read-by-all`, `read-by-signed-in`: rows with an owner are read through `using (true)`.
 */
export const GROUP_IDS = ['unprotected', 'one-team', 'read-by-all', 'read-by-signed-in'] as const
export type GroupId = (typeof GROUP_IDS)[number]

/** Who gets through on a relation of a group. */
export interface GroupedRelation {
  readonly relation: string
  readonly access: readonly { readonly actor: Standing; readonly commands: readonly Operation[] }[]
  /** ids of the findings that are told in the group */
  readonly findings: readonly string[]
}

/** Findings with one cause, told as one. Each stays a finding, with its fingerprint, and counts by itself for the gate. */
export interface FindingGroup {
  readonly id: GroupId
  /** the highest of its findings */
  readonly severity: Severity
  readonly title: string
  readonly remedy: string
  /** entries for `expect`, to be copied where it is meant; absent where no declaration can say so */
  readonly declaration?: Readonly<Record<string, Audience | Readonly<Partial<Record<Command, Audience>>>>>
  readonly relations: readonly GroupedRelation[]
}

/** Who says that something is accepted, and why. */
export interface Acceptance {
  readonly by: 'ignore' | 'baseline'
  readonly reason: string
  /** ISO date, the last day on which it is accepted */
  readonly expires?: string
}

export interface Untested {
  readonly relation: string
  /** the part of the relation that it is about: a bucket, a topic */
  readonly scope?: string
  readonly command: Operation
  /** standing, or `all` where the command as a whole proved nothing */
  readonly actor: Standing | 'all'
  readonly reason: string
  /** it was untested when the project was adopted: it is shown and does not fail the gate */
  readonly accepted?: Acceptance
}

/** One statement of several that together reach what none of them would alone. */
export interface Step {
  readonly command: Operation
  readonly relation: string
}

/** What a run judged again, and what it left as it was. */
export interface Changed {
  /** the state that it was compared with: a commit, or the run before */
  readonly since: string
  /** why everything was judged; then nothing is left */
  readonly all?: string
  /** relations and functions, with the reason for each */
  readonly judged: readonly { readonly name: string; readonly reason: string }[]
  /** relations, buckets and functions that were not judged again */
  readonly left: readonly string[]
}

/** Which tables of the project hold rows while it is probed: of an empty one, little can be shown. */
export interface Seeding {
  /** tables that rows can be put into */
  readonly tables: number
  readonly empty: readonly { readonly relation: string; readonly reason: string }[]
  /** tables whose triggers refused every row: theirs were made with the triggers off, keys and constraints hold */
  readonly withoutTriggers: readonly string[]
}

/** A statement of the migrations that failed and was passed over. */
export interface PassedOver {
  readonly file: string
  readonly line: number
  /** its beginning */
  readonly statement: string
  /** null where the harness does not run such a statement */
  readonly sqlstate: string | null
  readonly message: string
  /** relations and functions that it leaves untested, `*` for all; none where it decides nothing about access */
  readonly about: readonly string[]
}

/** How long a part of the run took. */
export interface Timing {
  readonly name: string
  readonly ms: number
}

/** The finished result of a run: the only thing that a reporter sees. Two runs of the same inputs differ in `run` alone. */
export interface Report {
  readonly schemaVersion: 1
  readonly tool: { readonly name: string; readonly version: string }
  readonly run: {
    readonly seed: number
    readonly engine: { readonly kind: string; readonly version: string }
    /** what the database has before the first migration, and what that is known by */
    readonly platform: Platform
    /** what is installed in the database, sorted by name */
    readonly extensions: readonly ReportedExtension[]
    readonly apiPrivileges: string
    readonly durationMs: number
    readonly steps: readonly Timing[]
    readonly peakMemoryMb: number
    /** how sessions said who asks, and how that is known */
    readonly identity?: ReportedIdentity
    /** of a part of a run: which, of how many, and what the others try */
    readonly shard?: Shard & { readonly left: readonly string[] }
    /** of a run that judged again what a change may have changed */
    readonly changed?: Changed
    /** of a run in parts that were joined: how many */
    readonly shards?: number
    /** of a run that goes on behind statements that fail: which did; absent where an error ends the run */
    readonly lenient?: { readonly failed: readonly PassedOver[] }
    /** where the project's work tree stood; absent outside of a repository */
    readonly git?: { readonly sha: string; readonly ref: string | null; readonly dirty: boolean }
    /** flags narrowed it to some relations or schemas: it says nothing about the rest */
    readonly narrowed?: true
  }
  /** `partial`: nothing was found in a part of a run, which says nothing about the whole */
  readonly outcome: 'isolated' | 'findings' | 'could-not-run' | 'partial'
  readonly sources: readonly AppliedSource[]
  readonly relations: readonly ReportedRelation[]
  readonly functions: readonly ReportedFunction[]
  readonly storage: { readonly buckets: readonly ReportedBucket[] }
  readonly actors: readonly ReportedActor[]
  readonly tenants: readonly string[]
  readonly rows: number
  readonly seeding: Seeding
  readonly probes: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  readonly coverage: {
    readonly planned: number
    readonly executed: number
    readonly untested: readonly Untested[]
    /** which atoms of which policies were seen to hold and not to hold */
    readonly policies: readonly PolicyCoverage[]
    /** what was derived from policies, by relation */
    readonly scenarios: readonly ScenarioCoverage[]
    /** surfaces that this version does not try at all: "3 functions" */
    readonly untried: readonly string[]
  }
  /** what the platform's default privileges open beside the policies, and nobody has taken away: no finding */
  readonly platformGrants: readonly PlatformGrant[]
  readonly findings: readonly Finding[]
  /** findings that have one cause; empty in the report of a shard, which does not know the whole */
  readonly groups: readonly FindingGroup[]
  /** what is not as the access lock says; absent where the run was not held against one */
  readonly lock?: LockCheck
  /** unused or expired ignore entries and other things to know that are no findings */
  readonly notices: readonly string[]
  readonly summary: {
    readonly relations: number
    readonly functions: number
    readonly probes: number
    readonly bySeverity: Readonly<Record<Severity, number>>
    readonly suppressed: number
  }
}
