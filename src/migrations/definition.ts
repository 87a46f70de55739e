import { child, children, constantOf, nameParts, stringOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { listName, rangeName, typeText } from './known-names.ts'
import type { KnownNames } from './known-names.ts'

/** What a statement makes or changes, as the server identifies it. */
export interface Made {
  readonly objectType: string
  readonly identity: string
}

/** The objects that one statement defines; what it says about names is kept. */
export function readDefinition(node: Node, names: KnownNames): readonly Made[] {
  switch (node.kind) {
    case 'VariableSetStmt':
      if (node.fields['name'] === 'search_path') names.setPath(pathIn(children(node, 'args')))
      return []
    case 'SelectStmt':
      readSetConfig(node, names)
      return []
    case 'CreateStmt':
      return createdTable(node, names)
    case 'CreateTableAsStmt':
      return createdAs(node, names)
    case 'ViewStmt':
      return made('view', names, relationIn(node, 'view'))
    case 'CreateSeqStmt':
      return made('sequence', names, relationIn(node, 'sequence'))
    case 'CreateFunctionStmt':
      return [createdFunction(node, names)]
    case 'CreateEnumStmt':
    case 'CreateDomainStmt':
    case 'CompositeTypeStmt':
      names.add(names.own(typeName(node)))
      return []
    case 'CreatePolicyStmt':
    case 'AlterPolicyStmt':
      return [policyOn(String(node.fields['policy_name']), names.find(relationIn(node, 'table')))]
    case 'AlterTableStmt':
      return altered(String(node.fields['objtype']), names.find(relationIn(node, 'relation')))
    case 'AlterFunctionStmt':
      return functionIn(child(node, 'func') ?? withFields(node.fields['func']), names)
    case 'AlterOwnerStmt':
    case 'CommentStmt':
      return concerned(node, names)
    case 'RenameStmt':
      return renamed(node, names)
    case 'AlterObjectSchemaStmt':
      return moved(node, names)
    case 'DropStmt':
      dropped(node, names)
      return []
    default:
      return []
  }
}

/** Each kind of type has its name in a field of its own. */
function typeName(node: Node): ReturnType<typeof rangeName> {
  if (node.kind === 'CompositeTypeStmt') return relationIn(node, 'typevar')
  return listName(nameParts(node, node.kind === 'CreateEnumStmt' ? 'typeName' : 'domainname'))
}

const pathIn = (args: readonly Node[]): readonly string[] | null =>
  args.length === 0 ? null : args.map((one) => String(constantOf(one) ?? ''))

/** A dump empties its search_path by a function. */
function readSetConfig(node: Node, names: KnownNames): void {
  const call = [...walk(node)].find(
    (one) => one.kind === 'FuncCall' && nameParts(one, 'funcname').at(-1) === 'set_config',
  )
  const [name, value] = call ? children(call, 'args').map(constantOf) : []
  if (name !== 'search_path' || typeof value !== 'string') return
  names.setPath(
    value
      .split(',')
      .map((one) => one.trim().replaceAll('"', ''))
      .filter((one) => one !== ''),
  )
}

const withFields = (value: unknown): Node => ({
  kind: '',
  fields: typeof value === 'object' && value !== null ? (value as Node['fields']) : {},
})

/** The grammar names relations without the type of their node. */
const relationIn = (node: Node, field: string) => rangeName(withFields(node.fields[field]))

function made(objectType: string, names: KnownNames, named: ReturnType<typeof rangeName>): readonly Made[] {
  const identity = names.own(named)
  names.add(identity)
  return [{ objectType, identity }]
}

/** What is there already is not made by IF NOT EXISTS. Columns that number themselves bring a sequence. */
function createdTable(node: Node, names: KnownNames): readonly Made[] {
  const named = relationIn(node, 'relation')
  if (withFields(node.fields['relation']).fields['relpersistence'] === 't') return []
  const identity = names.own(named)
  if (!names.add(identity) && node.fields['if_not_exists'] === true) return []
  const sequences = children(node, 'tableElts').flatMap((column) => {
    const isSerial = /serial\d?$/.test(nameParts(withFields(column.fields['typeName']), 'names').at(-1) ?? '')
    const isIdentity = children(column, 'constraints').some(
      ({ fields }) => fields['contype'] === 'CONSTR_IDENTITY',
    )
    return isSerial || isIdentity
      ? [{ objectType: 'sequence', identity: `${identity}_${String(column.fields['colname'])}_seq` }]
      : []
  })
  return [...sequences, { objectType: 'table', identity }]
}

function createdAs(node: Node, names: KnownNames): readonly Made[] {
  const rel = withFields(withFields(node.fields['into']).fields['rel'])
  if (rel.fields['relpersistence'] === 't') return []
  return made(
    node.fields['objtype'] === 'OBJECT_MATVIEW' ? 'materialized view' : 'table',
    names,
    rangeName(rel),
  )
}

function createdFunction(node: Node, names: KnownNames): Made {
  const types = children(node, 'parameters')
    .filter(({ fields }) => !/_(OUT|TABLE)$/.test(String(fields['mode'])))
    .map(({ fields }) => typeText(withFields(fields['argType']), names))
  const name = names.own(listName(nameParts(node, 'funcname')))
  names.add(name)
  return {
    objectType: node.fields['is_procedure'] === true ? 'procedure' : 'function',
    identity: `${name}(${types.join(',')})`,
  }
}

const policyOn = (name: string, relation: string): Made => ({
  objectType: 'policy',
  identity: `${name} on ${relation}`,
})

const OBJECT_TYPES: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
}

function altered(kind: string, identity: string): readonly Made[] {
  const objectType = OBJECT_TYPES[kind]
  return objectType === undefined ? [] : [{ objectType, identity }]
}

/** ALTER FUNCTION and the like: with the types that tell it from others of the name. */
function functionIn(node: Node, names: KnownNames, as?: string): readonly Made[] {
  const types = children(node, 'objargs').map((type) => typeText(type, names))
  const name = as ?? names.find(listName(nameParts(node, 'objname')))
  return [{ objectType: 'function', identity: `${name}(${types.join(',')})` }]
}

/** What a COMMENT or a change of owner is about. */
function concerned(node: Node, names: KnownNames): readonly Made[] {
  const kind = String(node.fields['objtype'] ?? node.fields['objectType'])
  const object = child(node, 'object')
  if (!object) return []
  if (object.kind === 'ObjectWithArgs') return kind === 'OBJECT_FUNCTION' ? functionIn(object, names) : []
  const parts = children(object, 'items').flatMap((one) => stringOf(one) ?? [])
  if (kind === 'OBJECT_POLICY')
    return [policyOn(parts.at(-1) ?? '', names.find(listName(parts.slice(0, -1))))]
  return altered(kind, names.find(listName(parts)))
}

function renamed(node: Node, names: KnownNames): readonly Made[] {
  const kind = String(node.fields['renameType'])
  const name = String(node.fields['newname'])
  const object = child(node, 'object')
  if (kind === 'OBJECT_FUNCTION' && object) {
    const before = names.find(listName(nameParts(object, 'objname')))
    const after = `${schemaOf(before)}.${name}`
    names.add(after)
    return functionIn(object, names, after)
  }
  const before = names.find(relationIn(node, 'relation'))
  if (kind === 'OBJECT_POLICY') return [policyOn(name, before)]
  if (kind === 'OBJECT_COLUMN') return []
  const after = `${schemaOf(before)}.${name}`
  names.remove(before)
  names.add(after)
  return altered(kind, after)
}

function moved(node: Node, names: KnownNames): readonly Made[] {
  const schema = String(node.fields['newschema'])
  const object = child(node, 'object')
  if (object?.kind === 'ObjectWithArgs') {
    const { name } = listName(nameParts(object, 'objname'))
    return functionIn(object, names, `${schema}.${name}`)
  }
  const named = relationIn(node, 'relation')
  names.remove(names.find(named))
  const after = `${schema}.${named.name}`
  names.add(after)
  return altered(String(node.fields['objectType']), after)
}

function dropped(node: Node, names: KnownNames): void {
  if (!/^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|TYPE|DOMAIN)$/.test(String(node.fields['removeType']))) return
  for (const object of children(node, 'objects')) {
    const parts =
      object.kind === 'TypeName'
        ? nameParts(object, 'names')
        : children(object, 'items').flatMap((one) => stringOf(one) ?? [])
    names.remove(names.find(listName(parts)))
  }
}

const schemaOf = (name: string): string => name.slice(0, name.lastIndexOf('.'))
