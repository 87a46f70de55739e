import { describe, expect, it } from 'vitest'
import { unprivilegedUser } from './run-as.ts'

const root = 'root:x:0:0:root:/root:/bin/sh'
const daemon = 'daemon:x:1:2:daemon:/:/sbin/nologin'
const nobody = 'nobody:x:65534:65533:nobody:/:/sbin/nologin'
const postgres = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash'

describe('the user that PostgreSQL runs as for root', () => {
  it.each([
    ['postgres', [root, daemon, nobody, postgres], { uid: 101, gid: 104 }],
    ['else nobody', [root, daemon, nobody], { uid: 65_534, gid: 65_533 }],
    ['else the first that is not root', [root, daemon], { uid: 1, gid: 2 }],
    ['nobody at all, when there is only root', [root, ''], undefined],
    ['never another name of root', ['postgres:x:0:0::/:/bin/sh', daemon], { uid: 1, gid: 2 }],
  ])('is %s', (_title, lines, user) => {
    expect(unprivilegedUser(lines.join('\n'))).toEqual(user)
  })
})
