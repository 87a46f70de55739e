/*
 * What `rls-harness types` writes augments these three interfaces. Where no such file is part of a program they stay
 * empty, and the types below fall back to names and values of any kind. index.ts re-exports this file as a whole: an
 * augmentation of a single re-exported name would declare another interface beside it (TypeScript handbook,
 * "Module Augmentation").
 */

/** Relations by `schema.name`: what rows hold as the harness reads them, and what an insert takes. */
// oxlint-disable-next-line typescript/no-empty-object-type -- generated files fill it
export interface GeneratedRelations {}

/** Functions and procedures by `schema.name(argument types)`: what they take and what they return. */
// oxlint-disable-next-line typescript/no-empty-object-type -- generated files fill it
export interface GeneratedFunctions {}

/** Database roles by name. */
// oxlint-disable-next-line typescript/no-empty-object-type -- generated files fill it
export interface GeneratedRoles {}

type NamesIn<Generated> = [keyof Generated] extends [never] ? string : Extract<keyof Generated, string>

/** What generated files say of `Name` under `Part`, or `Otherwise` where there is none. */
type PartOf<Generated, Name, Part extends string, Otherwise> = Name extends keyof Generated
  ? Generated[Name] extends Readonly<Record<Part, infer Found>>
    ? Found
    : Otherwise
  : Otherwise

type AnyValues = Record<string, unknown>

/** `schema.name` of a relation, without quotes; any text without a generated file. */
export type KnownRelation = NamesIn<GeneratedRelations>

/** `schema.name(argument types)` of a function or procedure; any text without a generated file. */
export type KnownFunction = NamesIn<GeneratedFunctions>

/** A database role; any text without a generated file. */
export type KnownRole = NamesIn<GeneratedRoles>

/** A row as the harness reads it: timestamps, numerics and arrays are the server's text, JSON is parsed. */
export type RowOf<Relation extends KnownRelation> = PartOf<GeneratedRelations, Relation, 'row', AnyValues>

/**
 * A row to insert: generated columns are absent, those that the server can fill are optional. `never` where nothing can
 * be inserted (a view that the server cannot write through).
 */
export type InsertOf<Relation extends KnownRelation> = PartOf<
  GeneratedRelations,
  Relation,
  'insert',
  AnyValues
>

/** Names of a relation's columns. */
export type ColumnOf<Relation extends KnownRelation> = Extract<keyof RowOf<Relation>, string>

/** Values of some of a row's columns, to write or to compare with: as they are read, or as an insert takes them. */
export type ValuesOf<Relation extends KnownRelation> = {
  readonly [Column in ColumnOf<Relation>]?:
    RowOf<Relation>[Column] | (Column extends keyof InsertOf<Relation> ? InsertOf<Relation>[Column] : never)
}

/** Arguments of a function by name; by position (`1`, `2`, …) where they have none. */
export type ArgumentsOf<Routine extends KnownFunction> = PartOf<
  GeneratedFunctions,
  Routine,
  'arguments',
  AnyValues
>

/** What a call gives: of a set, one of its rows. */
export type ResultOf<Routine extends KnownFunction> = PartOf<GeneratedFunctions, Routine, 'returns', unknown>
