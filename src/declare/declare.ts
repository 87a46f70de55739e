import type { Catalog } from '../domain/catalog.ts'
import { GENERATED } from '../domain/generated-file.ts'
import { declareRelation } from './relation.ts'
import { declareRoutine } from './routine.ts'
import { byCode, member } from './names.ts'

/** Schemas whose relations are declared, and those whose functions are. */
export interface DeclaredSchemas {
  readonly relations: readonly string[]
  readonly functions: readonly string[]
}

/**
 * The catalog as a declaration file that augments the package's types (src/domain/generated-schema.ts). The same schema
 * gives the same text, whatever order the migrations made it in.
 */
export function declareSchema(catalog: Catalog, schemas: DeclaredSchemas): string {
  const relations = catalog.relations
    .filter(({ schema }) => schemas.relations.includes(schema))
    .sort((a, b) => byCode(a.qualified, b.qualified))
  const routines = catalog.routines
    .filter(({ schema, isTrigger }) => schemas.functions.includes(schema) && !isTrigger)
    .filter(({ kind }) => kind === 'function' || kind === 'procedure')
    .sort((a, b) => byCode(a.signature, b.signature))
  const roles = catalog.roles
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('pg_'))
    .sort(byCode)
  const sections = [
    section('GeneratedRelations', relations.map(declareRelation)),
    section(
      'GeneratedFunctions',
      routines.map((routine) => declareRoutine(routine, relations)),
    ),
    section(
      'GeneratedRoles',
      roles.map((name) => `    ${member(name)}: true`),
    ),
  ]
  return [
    `${GENERATED}: do not edit. Write it again after a change of the schema.`,
    '/* eslint-disable */',
    "import 'rls-harness'",
    '',
    "declare module 'rls-harness' {",
    sections.join('\n\n'),
    '}',
    '',
  ].join('\n')
}

/** An interface that stays empty is left out: names fall back to any text. */
function section(name: string, members: readonly string[]): string {
  return members.length === 0 ? `  // ${name}: none` : [`  interface ${name} {`, ...members, '  }'].join('\n')
}
