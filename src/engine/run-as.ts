import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { HarnessError } from '../errors.ts'

/** The user that PostgreSQL's programs run as; empty: the same as ours. */
export interface RunAs {
  readonly uid?: number
  readonly gid?: number
}

/**
 * PostgreSQL refuses to run as root (src/backend/main/main.c, check_root), so root hands over to somebody else.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE when there is nobody else
 */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return {}
  const user = unprivilegedUser(readFileSync('/etc/passwd', 'utf8'))
  if (user) return user
  throw new HarnessError(
    'ENGINE_UNAVAILABLE',
    'PostgreSQL does not run as root, and /etc/passwd has no other user',
    {
      hint: 'Run the harness as another user, or add one.',
    },
  )
}

/** postgres, else nobody, else the first user that is not root. */
export function unprivilegedUser(passwd: string): Required<RunAs> | undefined {
  const users = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length > 3 && /^\d+$/.test(fields[2] ?? '') && Number(fields[2]) !== 0)
  const user =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? users[0]
  return user && { uid: Number(user[2]), gid: Number(user[3]) }
}

/** Whether `user` may execute the file (or enter the folder) and every folder above it, by the mode bits. */
export function canReach(path: string, user: RunAs): boolean {
  if (user.uid === undefined) return true
  const { uid, gid, mode } = statSync(path)
  const executeBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
  if ((mode & executeBit) === 0) return false
  return dirname(path) === path || canReach(dirname(path), user)
}
