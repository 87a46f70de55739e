import type { Connection } from '../database/connection.ts'
import type { DiagnosisLine } from '../domain/diagnosis.ts'
import { EXTENSION_STUBS } from '../platform/install.ts'
import { fine, note, someOf } from './lines.ts'

/** A stub says what it is in its comment. */
const INSTALLED = `select e.extname as name, coalesce(obj_description(e.oid, 'pg_extension'), '') as comment
  from pg_extension e where e.extname <> 'plpgsql' order by e.extname`

interface Installed {
  readonly name: string
  readonly comment: string
}

/** Which extensions the migrations have, and which of them only look like it. */
export async function extensionLines(connection: Connection): Promise<readonly DiagnosisLine[]> {
  const rows = await connection.rows<Installed>(INSTALLED)
  const isStub = ({ name, comment }: Installed): boolean =>
    EXTENSION_STUBS.includes(name) && /stub/i.test(comment)
  const real = rows.filter((one) => !isStub(one)).map(({ name }) => name)
  const stubs = rows.filter(isStub).map(({ name }) => name)
  return [
    fine(real.length === 0 ? 'none that the server has itself' : `the server’s own: ${someOf(real, 20)}`),
    ...(stubs.length > 0 ? [note(`stubs, which have the names and do nothing: ${someOf(stubs, 20)}`)] : []),
  ]
}
