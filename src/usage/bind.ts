import type * as t from '@babel/types'
import { childrenOf, isClass, isFunction, keyName } from './nodes.ts'
import type { FunctionNode } from './nodes.ts'
import { namesIn } from './pattern.ts'
import { Scope } from './scope.ts'
import type { Field, Located, Module } from './scope.ts'

/** A file whose names are known. */
export interface Bound {
  readonly module: Module
  readonly scope: Scope
  /** every call that no longer chain of calls holds, in the order of the source */
  readonly chains: readonly Located[]
}

interface Binder {
  readonly module: Module
  readonly chains: Located[]
  readonly assignments: { readonly name: string; readonly value: Located }[]
}

/** Finds out what every name of a file means, and which chains of calls there are. */
export function bind(path: string, ast: t.File): Bound {
  const module: Module = { path, exports: new Map(), stars: [], scopes: new WeakMap() }
  const scope = new Scope(module, null)
  const binder: Binder = { module, chains: [], assignments: [] }
  for (const statement of ast.program.body) visit(statement, scope, binder)
  for (const { name, value } of binder.assignments) {
    const binding = value.scope.lookup(name)
    if (binding?.kind === 'variable') binding.assigned.push(value)
  }
  return { module, scope, chains: binder.chains }
}

function visit(node: t.Node, scope: Scope, binder: Binder): void {
  if (isFunction(node)) return visitFunction(node, scope, binder)
  if (isClass(node)) return visitClass(node, scope, binder)
  switch (node.type) {
    case 'ImportDeclaration':
      return declareImport(node, scope)
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
      declareExport(node, scope, binder.module)
      break
    case 'VariableDeclaration':
      return visitVariables(node, scope, binder, false)
    case 'ForOfStatement':
      return visitLoop(node, new Scope(scope.module, scope), binder)
    case 'TSEnumDeclaration':
      scope.declare(node.id.name, { kind: 'enum', members: node.body?.members ?? node.members })
      return
    case 'AssignmentExpression':
      recordAssignment(node, scope, binder)
      break
    case 'CallExpression':
    case 'OptionalCallExpression':
      binder.chains.push({ node, scope })
      return visitChain(node, scope, binder)
    default:
  }
  const inner = OWN_NAMES.has(node.type) ? new Scope(scope.module, scope) : scope
  for (const child of childrenOf(node)) visit(child, inner, binder)
}

const OWN_NAMES: ReadonlySet<string> = new Set([
  'BlockStatement',
  'StaticBlock',
  'ForStatement',
  'ForInStatement',
  'SwitchStatement',
  'CatchClause',
  'TSModuleBlock',
])

/** The calls inside of a chain belong to it; its arguments have chains of their own. */
function visitChain(node: t.Node, scope: Scope, binder: Binder): void {
  switch (node.type) {
    case 'CallExpression':
    case 'OptionalCallExpression':
      visitChain(node.callee, scope, binder)
      for (const argument of node.arguments) visit(argument, scope, binder)
      return
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      visitChain(node.object, scope, binder)
      if (node.computed) visit(node.property, scope, binder)
      return
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return visitChain(node.expression, scope, binder)
    default:
      visit(node, scope, binder)
  }
}

function visitFunction(node: FunctionNode, scope: Scope, binder: Binder): void {
  if (node.type === 'FunctionDeclaration' && node.id)
    scope.declare(node.id.name, { kind: 'function', value: { node, scope } })
  const inner = new Scope(scope.module, scope)
  scope.module.scopes.set(node, inner)
  for (const parameter of node.params) {
    declareParameter(parameter, inner)
    visit(parameter, inner, binder)
  }
  // the body of a function shares its scope: what is returned is looked up there
  if (node.body.type === 'BlockStatement')
    for (const statement of node.body.body) visit(statement, inner, binder)
  else visit(node.body, inner, binder)
}

function declareParameter(node: t.Node, scope: Scope): void {
  if (node.type === 'TSParameterProperty') {
    const target = node.parameter.type === 'AssignmentPattern' ? node.parameter.left : node.parameter
    if (target.type === 'Identifier')
      fieldOf(scope.self, target.name, (field) => (field.type ??= target.typeAnnotation ?? null))
    return declareParameter(node.parameter, scope)
  }
  for (const { name, path, type } of namesIn(node)) scope.declare(name, { kind: 'parameter', type, path })
}

function visitVariables(node: t.VariableDeclaration, scope: Scope, binder: Binder, loop: boolean): void {
  for (const { id, init } of node.declarations) {
    const value = init ? { node: init, scope } : null
    for (const { name, path, type } of namesIn(id))
      scope.declare(name, { kind: 'variable', init: value, path, assigned: [], type, loop })
    if (id.type === 'ObjectPattern' || id.type === 'ArrayPattern') visit(id, scope, binder)
    if (init) visit(init, scope, binder)
  }
}

function visitLoop(node: t.ForOfStatement, scope: Scope, binder: Binder): void {
  if (node.left.type === 'VariableDeclaration')
    for (const { id } of node.left.declarations)
      for (const { name, path, type } of namesIn(id))
        scope.declare(name, {
          kind: 'variable',
          init: { node: node.right, scope },
          path,
          assigned: [],
          type,
          loop: true,
        })
  visit(node.right, scope, binder)
  visit(node.body, scope, binder)
}

function visitClass(node: t.ClassDeclaration | t.ClassExpression, scope: Scope, binder: Binder): void {
  if (node.id) scope.declare(node.id.name, { kind: 'class' })
  if (node.superClass) visit(node.superClass, scope, binder)
  const inner = new Scope(scope.module, scope, new Map())
  for (const member of node.body.body) {
    if (member.type === 'ClassProperty' || member.type === 'ClassPrivateProperty') {
      const name = keyName(member.key, member.type === 'ClassProperty' && (member.computed ?? false))
      const { value, typeAnnotation } = member
      if (name !== null)
        fieldOf(inner.fields, name, (field) => {
          field.type ??= typeAnnotation ?? null
          if (value) field.values.push({ node: value, scope: inner })
        })
    }
    visit(member, inner, binder)
  }
}

function fieldOf(fields: Map<string, Field> | null, name: string, change: (field: Field) => void): void {
  if (!fields) return
  const field = fields.get(name) ?? { values: [], type: null }
  fields.set(name, field)
  change(field)
}

function recordAssignment(
  { left, right, operator }: t.AssignmentExpression,
  scope: Scope,
  binder: Binder,
): void {
  if (!['=', '??=', '||='].includes(operator)) return
  const value = { node: right, scope }
  if (left.type === 'Identifier') binder.assignments.push({ name: left.name, value })
  if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return
  const name = keyName(left.property, left.computed)
  if (name !== null) fieldOf(scope.self, name, (field) => field.values.push(value))
}

function declareImport({ source, specifiers, importKind }: t.ImportDeclaration, scope: Scope): void {
  if (importKind === 'type') return
  for (const one of specifiers) {
    const name =
      one.type === 'ImportSpecifier'
        ? (keyName(one.imported, false) ?? '')
        : one.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*'
    scope.declare(one.local.name, { kind: 'import', source: source.value, name })
  }
}

function declareExport(
  node: t.ExportNamedDeclaration | t.ExportDefaultDeclaration | t.ExportAllDeclaration,
  scope: Scope,
  { exports, stars }: Module,
): void {
  if (node.type === 'ExportAllDeclaration') {
    stars.push(node.source.value)
    return
  }
  if (node.type === 'ExportDefaultDeclaration') {
    exports.set('default', { kind: 'value', value: { node: node.declaration, scope } })
    return
  }
  for (const name of node.declaration ? declaredBy(node.declaration) : [])
    exports.set(name, { kind: 'local', name })
  for (const one of node.specifiers) {
    const name = keyName(one.exported, false) ?? ''
    if (one.type !== 'ExportSpecifier') continue
    const local = one.local.name
    exports.set(
      name,
      node.source ? { kind: 'from', source: node.source.value, name: local } : { kind: 'local', name: local },
    )
  }
}

function declaredBy(node: t.Declaration): readonly string[] {
  if (node.type === 'VariableDeclaration')
    return node.declarations.flatMap(({ id }) => namesIn(id).map(({ name }) => name))
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : []
}
