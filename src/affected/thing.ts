import type { Trait } from '../domain/trait.ts'

/** What traits are of, as one text: names of relations, functions and types may be alike. */
export type Thing = `${Trait['kind']} ${string}`

export const thingOf = ({ kind, name }: Pick<Trait, 'kind' | 'name'>): Thing => `${kind} ${name}`
export const relationThing = (name: string): Thing => `relation ${name}`
export const nameOf = (thing: Thing): string => thing.slice(thing.indexOf(' ') + 1)
export const isRelation = (thing: Thing): boolean => thing.startsWith('relation ')
