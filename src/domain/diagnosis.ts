/** What is found out about one side of a project before anything is probed. */
export interface DiagnosisLine {
  /** `fine`, `note`: worth knowing; `problem`: a check cannot run because of it */
  readonly state: 'fine' | 'note' | 'problem'
  readonly text: string
  /** what to do about it */
  readonly hint?: string
}

export const DIAGNOSIS_SECTIONS = [
  'configuration',
  'surroundings',
  'engine',
  'sources',
  'migrations',
  'platform',
  'extensions',
  'schemas',
  'identity',
  'policies',
  'seeding',
] as const
export type DiagnosisSectionName = (typeof DIAGNOSIS_SECTIONS)[number]

export interface DiagnosisSection {
  readonly name: DiagnosisSectionName
  readonly lines: readonly DiagnosisLine[]
}

/** What a check would do with a project, as far as it can be found out; sections behind a problem may be missing. */
export interface Diagnosis {
  readonly schemaVersion: 1
  /** a check could run */
  readonly ready: boolean
  readonly sections: readonly DiagnosisSection[]
}
