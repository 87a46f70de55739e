import type { Audience, Command } from './vocabulary.ts'

/** Who may (upper end) and who must (lower end) get through with a command on a relation. */
export interface Expectation {
  readonly relation: number
  /** the part of the relation that it is about: a bucket, a topic */
  readonly scope?: string
  readonly command: Command
  readonly upper: Audience
  readonly lower: Audience
  readonly declared: boolean
  /** rows that a wider audience may reach: SQL conditions over the relation */
  readonly conditions: readonly { readonly audience: Audience; readonly where: string }[]
  /** whether anything but the lack of a policy or privilege could let an API role through */
  readonly admits: boolean
  /** why nobody can get through, where `admits` is false: "no policy for update", "no privilege" */
  readonly closedBy: string | null
  /** name of a permissive policy whose predicate is literally true for this command */
  readonly trivialPolicy: string | null
  /** the relation's rows are nobody's: reading follows the policies, writing is for nobody */
  readonly shared: boolean
  /** team mates' access is a matter of taste here: shown as a note, judged only if declared */
  readonly ownerInside: boolean
  /** the relation's rows are people: profiles, accounts */
  readonly people: boolean
  readonly why: string
}
