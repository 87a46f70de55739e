/**
 * One thing that a database says of something in it, under names that another database has, too: two databases with the
 * same traits and rows are the same to whoever asks them.
 */
export interface Trait {
  /** `global`: what cannot be said of one of the others alone */
  readonly kind: 'relation' | 'function' | 'sequence' | 'type' | 'global'
  /** `schema.name`; of a function `schema.name(argument types)` */
  readonly name: string
  /** who may do what with it: policies, privileges, row security */
  readonly access: boolean
  /** "policy own notes", "column body": for people, and unique of the thing */
  readonly aspect: string
  /** the relation that a foreign key, a parent or a sequence refers to */
  readonly target: string | null
  readonly text: string
  /** said of it by the harness: names in the text are no mentions */
  readonly inferred?: true
}
