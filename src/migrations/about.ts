import { NOTHING } from '../domain/failed-statement.ts'
import type { About, WrittenName } from '../domain/failed-statement.ts'
import type { ServerError } from '../domain/server-error.ts'
import { child, children, nameParts, parseStatements, stringOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { aboutAlter } from './about-alter.ts'
import { isMissing, nameIn, rangeIn } from './about-names.ts'
import { aboutText, missingRelation } from './about-text.ts'

/**
 * What a statement that failed was about: what of the access may be another than it seems, now that it did not run. What
 * only writes rows, comments or types decides nothing about who gets at them, or what needs it fails by itself.
 */
export function aboutOf(text: string, error: Pick<ServerError, 'sqlstate' | 'message' | 'position'>): About {
  const nodes = parseStatements(text)
  const missing = missingRelation(text, error)
  const abouts =
    nodes === null || nodes.length === 0
      ? [aboutText(text)]
      : nodes.map((node) => aboutNode(node, error.sqlstate))
  const [about = NOTHING] = abouts
  // what is there in another shape is not missing
  const expected = isThere(error.sqlstate) ? [] : about.expected
  return { ...about, expected: missing === undefined ? expected : [...expected, missing] }
}

/** Something of that name is there. */
const isThere = (sqlstate: string): boolean =>
  ['42P07', '42710', '42723', '42P06', '42701'].includes(sqlstate)

const relation = (...names: readonly WrittenName[]): About => ({
  ...NOTHING,
  relations: names,
  expected: names,
})
const routine = (...functions: readonly WrittenName[]): About => ({ ...NOTHING, functions })
const inSchemas = (schemas: readonly string[]): About => ({ ...NOTHING, schemas })
const EVERYTHING: About = { ...NOTHING, everything: true }

type Reader = (node: Node, sqlstate: string) => About

const nothing: Reader = () => NOTHING
const everything: Reader = () => EVERYTHING
const onRelation =
  (field: string): Reader =>
  (node) =>
    relation(rangeIn(node, field))

/** Kinds that are not named are read as a text: whatever is called by one of its words may be meant. */
const READERS: Readonly<Record<string, Reader>> = {
  CreateStmt: onRelation('relation'),
  CreateForeignTableStmt: (node) =>
    relation(rangeIn({ kind: '', fields: fieldsOf(node.fields['base']) }, 'relation')),
  ViewStmt: onRelation('view'),
  CreateTableAsStmt: (node) => relation(rangeIn({ kind: '', fields: fieldsOf(node.fields['into']) }, 'rel')),
  CreateFunctionStmt: (node) => routine(nameIn(nameParts(node, 'funcname'))),
  AlterFunctionStmt: (node) => routine(functionIn(node, 'func')),
  CreateTrigStmt: onRelation('relation'),
  RuleStmt: onRelation('relation'),
  CreatePolicyStmt: onRelation('table'),
  AlterPolicyStmt: onRelation('table'),
  AlterTableStmt: aboutAlter,
  RenameStmt: aboutRenaming,
  AlterObjectSchemaStmt: aboutNamed,
  AlterOwnerStmt: (node, sqlstate) => (sqlstate === '42704' ? NOTHING : aboutNamed(node)),
  DropStmt: aboutDropping,
  GrantStmt: aboutGrant,
  GrantRoleStmt: everything,
  AlterDefaultPrivilegesStmt: aboutDefaults,
  AlterRoleStmt: (_, sqlstate) => (isMissing(sqlstate) ? NOTHING : EVERYTHING),
  CreateEventTrigStmt: (_, sqlstate) => (isThere(sqlstate) ? NOTHING : EVERYTHING),
  SelectStmt: aboutQuery,
  InsertStmt: aboutWriting,
  UpdateStmt: aboutWriting,
  DeleteStmt: nothing,
  TruncateStmt: nothing,
  MergeStmt: nothing,
  CopyStmt: nothing,
  CommentStmt: nothing,
  CreateSchemaStmt: nothing,
  CreateExtensionStmt: nothing,
  AlterExtensionStmt: nothing,
  IndexStmt: nothing,
  CreateSeqStmt: nothing,
  AlterSeqStmt: nothing,
  CreateEnumStmt: nothing,
  AlterEnumStmt: nothing,
  CreateDomainStmt: nothing,
  CompositeTypeStmt: nothing,
  CreateRoleStmt: nothing,
  CreatePublicationStmt: nothing,
  AlterPublicationStmt: nothing,
  VariableSetStmt: nothing,
  VariableShowStmt: nothing,
  AlterDatabaseSetStmt: nothing,
  VacuumStmt: nothing,
  ReindexStmt: nothing,
  RefreshMatViewStmt: nothing,
  LockStmt: nothing,
  NotifyStmt: nothing,
  SecLabelStmt: nothing,
}

function aboutNode(node: Node, sqlstate: string): About {
  const reader = READERS[node.kind]
  if (reader) return reader(node, sqlstate)
  return aboutText(textOf(node))
}

/** All constants and names of a statement that nothing more is known of. */
const textOf = (node: Node): string =>
  [...walk(node)]
    .flatMap((one) => [stringOf(one), ...Object.values(one.fields)])
    .flatMap((one) => (typeof one === 'string' ? [one] : []))
    .join(' ')

const fieldsOf = (value: unknown): Node['fields'] =>
  typeof value === 'object' && value !== null ? (value as Node['fields']) : {}

function functionIn(node: Node, field: string): WrittenName {
  const object = child(node, field) ?? { kind: '', fields: fieldsOf(node.fields[field]) }
  return nameIn(nameParts(object, 'objname'))
}

/** A row of the table of buckets decides which of them are tried. */
function aboutWriting(node: Node): About {
  const { schema, name } = rangeIn(node, 'relation')
  return schema === 'storage' && name === 'buckets'
    ? { ...NOTHING, relations: [{ schema, name: 'objects' }] }
    : NOTHING
}

/** What a function that is called would have done is not known: it is told by its arguments at best. */
function aboutQuery(node: Node): About {
  const calls = [...walk(node)].filter(({ kind }) => kind === 'FuncCall')
  const own = calls.filter((call) => {
    const parts = nameParts(call, 'funcname')
    return parts.length === 1 ? !HARMLESS.test(parts[0] ?? '') : parts[0] === 'public'
  })
  return own.length === 0 ? NOTHING : { ...NOTHING, words: wordsOf(own.map(textOf).join(' ')) }
}

const HARMLESS =
  /^(setval|nextval|set_config|current_setting|now|pg_.*|count|to_.*|lower|upper|coalesce|format)$/

const wordsOf = (text: string): readonly string[] => aboutText(`grant ${text}`).words

function aboutRenaming(node: Node): About {
  const old = rangeIn(node, 'relation')
  const kind = String(node.fields['renameType'])
  const isRelation = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE'].includes(kind)
  if (isRelation) {
    const renamed = { schema: old.schema, name: String(node.fields['newname']) }
    return { ...NOTHING, relations: [old, renamed], expected: [renamed] }
  }
  if (kind === 'OBJECT_POLICY') return relation(old)
  if (kind === 'OBJECT_COLUMN') return relation(old)
  return kind === 'OBJECT_FUNCTION' ? routine(functionIn(node, 'object')) : NOTHING
}

/** ALTER … OWNER TO and SET SCHEMA. */
function aboutNamed(node: Node): About {
  const object = child(node, 'object')
  if (object?.kind === 'ObjectWithArgs') return routine(nameIn(nameParts(object, 'objname')))
  if ('relation' in node.fields) return relation(rangeIn(node, 'relation'))
  return NOTHING
}

/** That something was not there to be dropped is what the statement wanted, unless it wanted more than one thing. */
function aboutDropping(node: Node, sqlstate: string): About {
  const objects = children(node, 'objects')
  if (isMissing(sqlstate) && objects.length < 2) return NOTHING
  const kind = String(node.fields['removeType'])
  const names = objects.map((object) =>
    object.kind === 'ObjectWithArgs'
      ? nameParts(object, 'objname')
      : children(object, 'items').flatMap((one) => stringOf(one) ?? []),
  )
  switch (kind) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
      return { ...NOTHING, relations: names.map(nameIn) }
    case 'OBJECT_POLICY':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
      return { ...NOTHING, relations: names.map((parts) => nameIn(parts.slice(0, -1))) }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return routine(...names.map(nameIn))
    case 'OBJECT_SCHEMA':
      return inSchemas(objects.flatMap((one) => stringOf(one) ?? []))
    default:
      return NOTHING
  }
}

function aboutGrant(node: Node): About {
  const objects = children(node, 'objects')
  const schemas = objects.flatMap((one) => stringOf(one) ?? [])
  if (node.fields['targtype'] === 'ACL_TARGET_ALL_IN_SCHEMA') return inSchemas(schemas)
  switch (node.fields['objtype']) {
    case 'OBJECT_TABLE':
      return relation(...objects.map((one) => rangeIn({ kind: '', fields: { one: one.fields } }, 'one')))
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
      return routine(...objects.map((one) => nameIn(nameParts(one, 'objname'))))
    case 'OBJECT_SCHEMA':
      return inSchemas(schemas)
    default:
      return NOTHING
  }
}

function aboutDefaults(node: Node): About {
  const option = children(node, 'options').find(({ fields }) => fields['defname'] === 'schemas')
  const list = option && child(option, 'arg')
  const schemas = list ? children(list, 'items').flatMap((one) => stringOf(one) ?? []) : []
  return schemas.length > 0 ? inSchemas(schemas) : EVERYTHING
}
