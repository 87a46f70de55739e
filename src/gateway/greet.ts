import { HarnessError } from '../errors.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { refusedAssignment } from './command.ts'
import { ask } from './conversation.ts'
import type { Host } from './host.ts'
import { noticeFields, type Notice } from './messages.ts'
import { enterSql, undoSql } from './session-sql.ts'
import { ClientSession, REPORTED } from './session.ts'
import { Settings } from './settings.ts'
import { startSettings } from './startup.ts'

/** A start that is refused, as a server would. */
export class RefusedStart extends Error {
  readonly notice: Notice

  constructor(sqlstate: string, message: string, hint?: string) {
    super(message)
    this.notice = { severity: 'FATAL', sqlstate, message, hint }
  }
}

export interface Greeting {
  readonly session: ClientSession
  /** what the client is told of its settings */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Begins a client's session: tries its settings as the actor, and undoes it all.
 *
 * @throws RefusedStart for another user, another database, or a setting that the server does not take
 */
export async function greet(
  host: Host,
  number: number,
  start: ReadonlyMap<string, string>,
): Promise<Greeting> {
  const { identity } = host
  checkTarget(host, start)
  const wanted = startSettings(start)
  for (const [name, value] of wanted) checkSetting(name, value, identity.role)
  const unknown = [...wanted.keys()].filter((name) => name !== 'role' && !identity.base.has(name))
  const initial = new Map([...identity.settings, ...wanted, ['role', identity.role] as const])
  const settings = new Settings(initial, identity.base)
  const savepoint = `rls_gateway_${number}_start`
  const rows = await host.connection.lend(async (wire) => {
    if (wire.status !== 'T')
      return new RefusedStart('25000', 'the transaction of the test is not open, or has failed')
    const entered = await ask(
      wire,
      `${enterSql(identity, settings, { savepoint, readOnly: false, read: unknown, flush: false })};\n${readReported([...wanted.keys()])}`,
    )
    await ask(wire, undoSql(savepoint, true))
    if (!entered.error) return entered.rows
    const fields = noticeFields(entered.error)
    return new RefusedStart(fields.get('C') ?? 'XX000', fields.get('M') ?? 'the session cannot begin')
  })
  if (rows instanceof RefusedStart) throw rows
  const base = unknown.length === 0 ? [] : (rows[0] ?? [])
  unknown.forEach((name, index) => settings.learn(name, base[index] ?? ''))
  const values = rows.at(-1) ?? []
  const parameters = new Map(REPORTED.map((name, index) => [name as string, values[index] ?? '']))
  // as the server spells them
  const spelled = [...wanted.keys()].map(
    (name, index) => [name, values[REPORTED.length + index] ?? ''] as const,
  )
  const own = new Settings(new Map([...initial, ...spelled]), settings.base)
  return { session: new ClientSession(identity, number, own, parameters), parameters }
}

function readReported(names: readonly string[]): string {
  const values = [...REPORTED, ...names].map(
    (name) => `pg_catalog.current_setting(${quoteLiteral(name)}, true)`,
  )
  return `select ${values.join(', ')}`
}

function checkTarget({ identity }: Host, start: ReadonlyMap<string, string>): void {
  const user = start.get('user') ?? ''
  if (start.has('replication')) throw new RefusedStart('0A000', 'the gateway has no replication')
  if (user !== identity.name)
    throw new RefusedStart(
      '28000',
      `this is the gateway of ${identity.name}, and not of "${user}"`,
      'Take the URL that the gateway gives, user included.',
    )
  const database = start.get('database') || user
  if (database !== identity.database)
    throw new RefusedStart('3D000', `this is a gateway to database "${identity.database}", not "${database}"`)
}

function checkSetting(name: string, value: string, role: string): void {
  const refused = refusedAssignment(name, { kind: 'constant', text: value.replaceAll("'", '') })
  if (refused?.kind === 'refused') throw new RefusedStart(refused.refusal.sqlstate, refused.refusal.message)
  if (name === 'role' && value !== role && value !== 'none')
    throw new RefusedStart('42501', `permission denied to set role "${value}"`)
}

/** What a client is told when something went wrong that no server says. */
export function noticeOf(error: unknown): Notice {
  if (error instanceof RefusedStart) return error.notice
  if (error instanceof HarnessError)
    return { severity: 'FATAL', sqlstate: '08006', message: error.message, hint: error.hint }
  const message = error instanceof Error ? error.message : String(error)
  return { severity: 'FATAL', sqlstate: '08P01', message }
}
