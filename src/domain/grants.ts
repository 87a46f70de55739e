/** Where a GRANT or REVOKE of a migration stands, and what it says. */
export interface GrantStatement {
  readonly file: string
  readonly line: number
  /** place in the order in which the migrations' statements ran */
  readonly number: number
  readonly grants: boolean
  /** `objects` names them, `schemas` means all that there are in these, `defaults` those that are made afterwards */
  readonly target: 'objects' | 'schemas' | 'defaults'
  readonly on: 'tables' | 'sequences'
  /** relations as they are written, schemas, or `null` where the name is only known while it runs */
  readonly names: readonly GrantedName[] | null
  /** `all`, or the privileges; with columns where it names some */
  readonly privileges: readonly { readonly name: string; readonly columns: readonly string[] }[] | 'all'
  /** roles; `public` for everybody */
  readonly roles: readonly string[]
}

export interface GrantedName {
  readonly schema: string | null
  /** null: the whole schema; for default privileges, schema null means every schema */
  readonly name: string | null
}

/** Something that can be granted. `madeAt`: the number of the statement that made it, 0 where that is not known. */
export interface Grantable {
  readonly schema: string
  readonly name: string
  readonly on: 'tables' | 'sequences'
  readonly madeAt: number
}

/** The last statement by which the project itself gave a privilege on an object to one of these roles. */
export function grantOf(
  statements: readonly GrantStatement[],
  object: Grantable,
  privilege: string,
  roles: readonly string[],
): GrantStatement | undefined {
  return statements.findLast(
    (one) =>
      one.grants &&
      one.roles.some((role) => roles.includes(role)) &&
      namesPrivilege(one, privilege) &&
      covers(one, object),
  )
}

const namesPrivilege = ({ privileges }: GrantStatement, privilege: string): boolean =>
  privileges === 'all' ||
  privileges.some(({ name, columns }) => (name === privilege || name === 'all') && columns.length === 0)

/** Whether a statement is about an object; a name without schema may mean any. */
export function covers(statement: GrantStatement, { schema, name, on, madeAt }: Grantable): boolean {
  const { target, names, number } = statement
  switch (target) {
    case 'objects':
      // GRANT … ON name without SEQUENCE takes sequences, too
      return (
        (statement.on === on || statement.on === 'tables') &&
        (names === null ||
          names.some((one) => one.name === name && (one.schema === null || one.schema === schema)))
      )
    case 'schemas':
      return (
        statement.on === on &&
        madeAt <= number &&
        (names === null || names.some((one) => one.schema === schema))
      )
    case 'defaults':
      return (
        statement.on === on &&
        madeAt > number &&
        (names === null || names.some((one) => one.schema === null || one.schema === schema))
      )
  }
}
