import type * as t from '@babel/types'
import { property } from './constants.ts'
import type { Constants } from './constants.ts'
import type { Imports } from './project.ts'
import type { Binding, Located } from './scope.ts'
import { DEFAULT_SCHEMA } from './signs.ts'

/** The function that a name stands for, followed through imports. */
export function functionOf(
  binding: Binding | undefined,
  at: Located,
  imports: Imports,
  constants: Constants,
): Located | null {
  if (binding?.kind === 'function') return binding.value
  if (binding?.kind === 'variable') return constants.constant(at)
  if (binding?.kind !== 'import') return null
  const value = imports.valueOf(at.scope.module, binding.source, binding.name)
  if (value?.node.type !== 'Identifier') return value
  return functionOf(value.scope.lookup(value.node.name), value, imports, constants)
}

/** `{ db: { schema: 'x' } }` among the arguments of what makes a client; null where it is made at run time. */
export function schemaIn(given: readonly t.Node[], { scope }: Located, constants: Constants): string | null {
  for (const argument of given) {
    const [options] = constants.objects({ node: argument, scope }) ?? []
    const db = options && property(options, 'db')
    const [inner] = db ? (constants.objects(db) ?? []) : []
    const schema = inner && property(inner, 'schema')
    if (schema) return constants.single(schema)
  }
  return DEFAULT_SCHEMA
}
