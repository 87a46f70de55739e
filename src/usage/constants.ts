import type * as t from '@babel/types'
import { bare, isFunction, keyName, returnsOf } from './nodes.ts'
import type { Imports } from './project.ts'
import type { Binding, Located } from './scope.ts'

const DEPTH = 12

/** What an expression is for certain, without running the program. */
export class Constants {
  readonly #imports: Imports

  constructor(imports: Imports) {
    this.#imports = imports
  }

  /** Every text that an expression can be, or null where one is not known. */
  strings({ node, scope }: Located, depth = 0): readonly string[] | null {
    if (depth > DEPTH) return null
    const here = bare(node)
    const all = (nodes: readonly t.Node[]): readonly string[] | null =>
      union(nodes.map((one) => this.strings({ node: one, scope }, depth + 1)))
    switch (here.type) {
      case 'StringLiteral':
        return [here.value]
      case 'TemplateLiteral':
        return this.#template(here, { node, scope }, depth)
      case 'ConditionalExpression':
        return all([here.consequent, here.alternate])
      case 'LogicalExpression':
        return here.operator === '&&' ? null : all([here.left, here.right])
      case 'BinaryExpression':
        return here.operator === '+' ? joined([all([here.left]), all([here.right])]) : null
      case 'Identifier': {
        const binding = scope.lookup(here.name)
        return binding ? this.#bound(binding, scope, depth) : null
      }
      case 'MemberExpression':
        return this.#member(here, { node, scope }, depth)
      default:
        return null
    }
  }

  /** The only text that an expression can be. */
  single(located: Located): string | null {
    const texts = this.strings(located)
    return texts?.length === 1 ? (texts[0] ?? null) : null
  }

  /** The text that an expression begins with: `team=eq.` of `team=eq.${id}`. */
  beginning({ node, scope }: Located): string | null {
    const here = bare(node)
    const whole = this.single({ node, scope })
    if (whole !== null) return whole
    if (here.type === 'TemplateLiteral') return here.quasis[0]?.value.cooked ?? null
    return here.type === 'BinaryExpression' && here.operator === '+' && here.left.type !== 'PrivateName'
      ? this.beginning({ node: here.left, scope })
      : null
  }

  /** The objects that an expression is, or holds as a list; null where something else may be among them. */
  objects({ node, scope }: Located, depth = 0): readonly (Located & { node: t.ObjectExpression })[] | null {
    const here = bare(node)
    if (depth > DEPTH) return null
    const all = (found: readonly Located[]): ReturnType<typeof this.objects> => {
      const lists = found.map((one) => this.objects(one, depth + 1))
      return lists.every((list) => list !== null) ? lists.flat() : null
    }
    if (here.type === 'ObjectExpression') return [{ node: here, scope }]
    if (here.type === 'ConditionalExpression')
      return all([here.consequent, here.alternate].map((one) => ({ node: one, scope })))
    if (here.type === 'ArrayExpression')
      return all(here.elements.map((one) => ({ node: one ?? here, scope })))
    if (here.type === 'CallExpression') return all(mapped(here).map((one) => ({ node: one, scope })))
    if (here.type !== 'Identifier') return null
    const value = this.constant({ node: here, scope })
    return value ? this.objects(value, depth + 1) : null
  }

  /** What a name stands for that is given a value once; of an import, what the other file gives it. */
  constant({ node, scope }: Located, depth = 0): Located | null {
    if (node.type !== 'Identifier' || depth > DEPTH) return null
    const binding = scope.lookup(node.name)
    if (binding?.kind === 'import') {
      const value = this.#imports.valueOf(scope.module, binding.source, binding.name)
      return value?.node.type === 'Identifier' ? this.constant(value, depth + 1) : value
    }
    if (binding?.kind !== 'variable' || binding.path.length > 0 || binding.loop) return null
    return binding.assigned.length === 0 ? binding.init : null
  }

  #bound(binding: Binding, scope: Located['scope'], depth: number): readonly string[] | null {
    switch (binding.kind) {
      case 'variable': {
        if (binding.path.length > 0 || !binding.init) return literalTypes(binding.type)
        if (binding.loop) return this.#elements(binding.init, depth)
        const values = [binding.init, ...binding.assigned].map((one) => this.strings(one, depth + 1))
        return union(values) ?? literalTypes(binding.type)
      }
      case 'parameter':
        return binding.path.length === 0 ? literalTypes(binding.type) : null
      case 'import': {
        const value = this.#imports.valueOf(scope.module, binding.source, binding.name)
        return value && this.strings(value, depth + 1)
      }
      default:
        return null
    }
  }

  #elements(list: Located, depth: number): readonly string[] | null {
    const here = bare((this.constant(list) ?? list).node)
    const scope = this.constant(list)?.scope ?? list.scope
    if (here.type !== 'ArrayExpression') return null
    return union(here.elements.map((one) => (one ? this.strings({ node: one, scope }, depth + 1) : null)))
  }

  #template(here: t.TemplateLiteral, { scope }: Located, depth: number): readonly string[] | null {
    const parts = here.quasis.flatMap((quasi, index) => {
      const expression = here.expressions[index]
      const text = quasi.value.cooked ?? null
      return expression
        ? [text === null ? null : [text], this.strings({ node: expression, scope }, depth + 1)]
        : [text === null ? null : [text]]
    })
    return joined(parts)
  }

  /** `TABLES.users` of an object or an enum. */
  #member(here: t.MemberExpression, { scope }: Located, depth: number): readonly string[] | null {
    const name = keyName(here.property, here.computed)
    if (name === null) return null
    const holder = this.#holder(here.object, scope, depth)
    if (!holder) return null
    if ('members' in holder) {
      const member = holder.members.find(({ id }) => keyName(id, false) === name)
      return member?.initializer ? this.strings({ node: member.initializer, scope }, depth + 1) : null
    }
    const property = holder.node.properties.find(
      (one) => one.type === 'ObjectProperty' && keyName(one.key, one.computed) === name,
    )
    return property?.type === 'ObjectProperty'
      ? this.strings({ node: property.value, scope: holder.scope }, depth + 1)
      : null
  }

  #holder(
    node: t.Node,
    scope: Located['scope'],
    depth: number,
  ): (Located & { node: t.ObjectExpression }) | { readonly members: readonly t.TSEnumMember[] } | null {
    const here = bare(node)
    if (here.type === 'MemberExpression') return this.#inner(here, scope, depth)
    if (here.type !== 'Identifier') return null
    const binding = scope.lookup(here.name)
    if (binding?.kind === 'enum') return binding
    if (binding?.kind === 'import') {
      const value = this.#imports.valueOf(scope.module, binding.source, binding.name)
      if (!value || depth > DEPTH) return null
      return value.node.type === 'Identifier'
        ? this.#holder(value.node, value.scope, depth + 1)
        : objectOf(value)
    }
    const value = this.constant({ node: here, scope })
    return value && objectOf(value)
  }

  #inner(here: t.MemberExpression, scope: Located['scope'], depth: number): ReturnType<typeof objectOf> {
    const name = keyName(here.property, here.computed)
    const outer = depth > DEPTH ? null : this.#holder(here.object, scope, depth + 1)
    if (!outer || 'members' in outer) return null
    const property = outer.node.properties.find(
      (one) => one.type === 'ObjectProperty' && keyName(one.key, one.computed) === name,
    )
    return property?.type === 'ObjectProperty' ? objectOf({ node: property.value, scope: outer.scope }) : null
  }
}

function objectOf({ node, scope }: Located): (Located & { node: t.ObjectExpression }) | null {
  const here = bare(node)
  const frozen =
    here.type === 'CallExpression' && here.arguments[0] && isFreeze(here.callee)
      ? bare(here.arguments[0])
      : here
  return frozen.type === 'ObjectExpression' ? { node: frozen, scope } : null
}

const isFreeze = (callee: t.Node): boolean =>
  callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'freeze'

/** What `list.map((one) => ({ … }))` holds. */
function mapped({ callee, arguments: [first] }: t.CallExpression): readonly t.Node[] {
  const isMap = callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'map'
  return isMap && first && isFunction(first) ? returnsOf(first) : [callee]
}

/** The texts of a type like `'draft' | 'sent'`. */
function literalTypes(type: t.Node | null): readonly string[] | null {
  if (!type) return null
  if (type.type === 'TSTypeAnnotation') return literalTypes(type.typeAnnotation)
  if (type.type === 'TSUnionType') return union(type.types.map(literalTypes))
  return type.type === 'TSLiteralType' && type.literal.type === 'StringLiteral' ? [type.literal.value] : null
}

function union(lists: readonly (readonly string[] | null)[]): readonly string[] | null {
  return lists.every((list) => list !== null) ? [...new Set(lists.flat())] : null
}

function joined(parts: readonly (readonly string[] | null)[]): readonly string[] | null {
  let texts: readonly string[] = ['']
  for (const part of parts) {
    if (part === null || texts.length * part.length > 64) return null
    texts = texts.flatMap((before) => part.map((text) => before + text))
  }
  return texts
}

/** The value of a key of an object that is written out. */
export function property(
  { node, scope }: Located & { node: t.ObjectExpression },
  name: string,
): Located | null {
  const found = node.properties.find(
    (one) => one.type === 'ObjectProperty' && keyName(one.key, one.computed) === name,
  )
  return found?.type === 'ObjectProperty' ? { node: found.value, scope } : null
}
