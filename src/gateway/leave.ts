import type { Plain } from './command.ts'
import { errorText, type Answer } from './conversation.ts'
import type { Identity } from './identity.ts'
import { notice } from './messages.ts'
import { LEFT_SESSION, leftNames } from './session-sql.ts'
import type { ClientSession } from './session.ts'

/** The client's statement passed, and what is due at its end did not. */
export function leftOrFailed({ name, role }: Identity, error: Buffer): Buffer {
  if (!errorText(error).includes(LEFT_SESSION)) return error
  return notice({
    severity: 'ERROR',
    sqlstate: '42501',
    message: `the statement left the session of ${name}, which is one of role ${role}: it was undone`,
    hint: 'A client of the gateway is one actor. Open a gateway for the other one.',
  })
}

/** Remembers what leaveSql() read: the settings that the client's statements left behind. */
export function observe(session: ClientSession, commands: readonly Plain[], answer: Answer): void {
  const [role, read] = answer.rows
  const names = leftNames(session.settings)
  const values = new Map(names.map((name, index) => [name, read?.[index] ?? '']))
  const before = session.settings.snapshot().current
  session.settings.observe(new Map([...values, ['role', role?.[0] ?? 'none']]))
  for (const { assignments, cursor, prepares } of commands) {
    if (cursor !== undefined) session.cursors.add(cursor)
    if (prepares !== undefined) session.prepared.add(prepares)
    for (const { name, session: keeps } of assignments)
      if (keeps && name.kind === 'constant') session.settings.keep(name.text.toLowerCase())
  }
  for (const name of session.identity.sessionSettings)
    if (before.get(name) !== session.settings.current.get(name)) session.settings.keep(name)
}
