import { expect, test } from 'vitest'
import { Connection } from '../../src/database/connection.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { SIMPLE, type Turn } from './conversations.ts'
import { EXTENDED } from './extended-conversations.ts'
import { randomConversation } from './random-conversations.ts'
import { RawClient } from './raw-client.ts'
import { alice, openStage } from './scene.ts'

const CONVERSATIONS = { ...SIMPLE, ...EXTENDED }

export function describeSameAsServer(target: () => ConnectionTarget): void {
  test.each(Object.keys(CONVERSATIONS))('%s: the client hears what a server would say', async (title) => {
    const turns = CONVERSATIONS[title] ?? []
    const heard = await throughGateway(target(), turns)
    expect(heard.filter((line) => line.startsWith('Z')).length).toBe(turns.length)
    expect(heard).toEqual(await fromServer(target(), turns))
  })
}

/** How many, and from which seed on; more of them by RLS_GATEWAY_CONVERSATIONS=from:count. */
const [FROM = 1, MANY = 40] = (process.env['RLS_GATEWAY_CONVERSATIONS'] ?? '1:40').split(':').map(Number)

export function describeRandomConversations(target: () => ConnectionTarget): void {
  test(`${MANY} conversations that nobody thought of are heard as from a server`, async () => {
    for (let seed = FROM; seed < FROM + MANY; seed += 1) {
      const turns = randomConversation(seed)
      const heard = await throughGateway(target(), turns)
      expect({ seed, heard }).toEqual({ seed, heard: await fromServer(target(), turns) })
    }
  })
}

async function throughGateway(target: ConnectionTarget, turns: readonly Turn[]): Promise<readonly string[]> {
  await using stage = await openStage(target)
  const before = await stage.place()
  const gateway = await stage.gateway()
  const heard = await converse(await RawClient.open(gateway.target), turns)
  expect(await stage.place()).toEqual(before)
  return heard
}

/** The same session, as an application has it that logs in as authenticator. */
async function fromServer(target: ConnectionTarget, turns: readonly Turn[]): Promise<readonly string[]> {
  await using admin = await Connection.open(target)
  await admin.run('create table before as table notes')
  try {
    const claims = JSON.stringify({ ...alice.claims, role: alice.role })
    const escaped = claims.replaceAll(/[\\ ]/g, '\\$&')
    const options = `-c role=authenticated -c request.jwt.claims=${escaped}`
    return await converse(await RawClient.open({ ...target, user: 'authenticator' }, { options }), turns)
  } finally {
    await admin.run('truncate notes, drafts; insert into notes table before; drop table before')
  }
}

async function converse(client: RawClient, turns: readonly Turn[]): Promise<readonly string[]> {
  await using _ = client
  const heard: string[] = []
  for (const turn of turns) heard.push(...(await client.say(...turn)))
  // a server's own trouble with portals of failed transactions
  return heard.filter((line) => !line.startsWith('N WARNING 01000'))
}
