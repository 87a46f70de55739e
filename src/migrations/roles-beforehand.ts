import type { MigrationFile } from '../domain/source.ts'
import { parseStatements } from '../sql/parse.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { splitScript } from '../sql/split.ts'

/**
 * Roles that GRANT, REVOKE, OWNER TO and policies name and no file makes: the project's server has them, and without them
 * these statements fail. They are made without any right. A role whose name stands in quotes somewhere, or behind CREATE
 * ROLE, may be made by a block: it is left alone. The parser must have been loaded.
 */
export function rolesBeforehand(
  files: readonly Pick<MigrationFile, 'text'>[],
  known: readonly string[],
): { readonly names: readonly string[]; readonly sql: string } {
  const texts = files.map(({ text }) => text)
  const named = new Set(texts.filter((text) => MENTIONS.test(text)).flatMap(rolesNamed))
  const names = [...named].filter(
    (name) => !known.includes(name) && !name.startsWith('pg_') && !texts.some((text) => mayMake(text, name)),
  )
  return { names: names.sort(), sql: names.length === 0 ? '' : makeAll(names) }
}

const MENTIONS = /\b(grant|revoke|owner\s+to|policy)\b/i

function rolesNamed(text: string): readonly string[] {
  return splitScript(text).flatMap((part) => {
    if (part.kind !== 'statement' || !MENTIONS.test(part.text) || part.words[0] === 'do') return []
    // who is in whom is told by the roles themselves
    return (parseStatements(part.text) ?? []).flatMap(({ kind, fields }) =>
      kind === 'GrantRoleStmt' ? [] : roleNames(fields),
    )
  })
}

/** Whatever is called `rolename`: where a field can be nothing but a role, the parser does not say what it is. */
function roleNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: readonly [string, unknown]) =>
    key === 'rolename' && typeof inner === 'string' ? [inner] : roleNames(inner),
  )
}

function mayMake(text: string, name: string): boolean {
  const plain = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(String.raw`'${plain}'|\bcreate\s+(role|user|group)\s+"?${plain}\b`, 'i').test(text)
}

const makeAll = (names: readonly string[]): string =>
  `do $rls_harness$ begin ${names
    .map(
      (name) =>
        `if not exists (select from pg_catalog.pg_roles where rolname = ${quoteLiteral(name)}) then create role ${quoteName(name)} nologin; end if;`,
    )
    .join('\n')} end $rls_harness$`
