/** What a setting or a claim of the session stands for. */
export type Standpoint =
  /** the key of whoever asks */
  | 'user'
  /** the key of the asker's tenant */
  | 'tenant'
  | 'email'
  /** a role, a flag: one of a few words */
  | 'label'
  /** nothing that could be found out: no session has it */
  | 'unknown'

/** A setting that policies read, and what it stands for. */
export interface FoundSetting {
  readonly name: string
  readonly stands: Standpoint
  /** words that it is compared with */
  readonly labels: readonly string[]
  /** what the text is cast to before it is compared */
  readonly cast?: 'uuid' | 'integer' | 'boolean'
  /** "compared with public.notes.org_id" */
  readonly evidence: string
}

/** Who connects and what the session says, as policies and grants of a project have it. */
export interface FoundIdentity {
  /** the database role that callers come in as, where it was not the platform's */
  readonly role?: { readonly name: string; readonly evidence: string; readonly made?: true }
  /** values of settings by name: `$user`, `$tenant`, `$email`, or a word that opens nothing */
  readonly settings: Readonly<Record<string, string>>
  readonly found: readonly FoundSetting[]
}

/** A claim of the token that policies read, and what it stands for. */
export interface ReportedClaim {
  /** `app_metadata.org_id` */
  readonly path: string
  readonly stands: Standpoint
  readonly labels: readonly string[]
}

/** How sessions of a run said who asks. */
export interface ReportedIdentity {
  /** `declared` in the configuration, `found` in policies and grants, `platform`: as Supabase does it */
  readonly from: 'declared' | 'found' | 'platform'
  /** roles of the database that callers came in as */
  readonly roles: readonly string[]
  /** why this role, where it was found */
  readonly evidence?: string
  /** the role stands in no migration: it was made for the run, with the rights of the owner that policies bind */
  readonly made?: true
  /** a role that was tried beside them: the one that the application may connect as */
  readonly app?: string
  readonly settings: readonly (FoundSetting & { readonly value?: string })[]
  readonly claims: readonly ReportedClaim[]
}
