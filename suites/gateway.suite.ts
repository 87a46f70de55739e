import { afterAll, beforeAll, describe } from 'vitest'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import { describeLine } from './gateway/line.ts'
import { describeClients } from './gateway/clients.ts'
import { describeLeaving, WAYS_OUT } from './gateway/leaving.ts'
import { describeOtherLanguages } from './gateway/other-languages.ts'
import { describePrisma } from './gateway/prisma.ts'
import { describeRandomConversations, describeSameAsServer } from './gateway/same-as-server.ts'
import { describeSharing } from './gateway/sharing.ts'
import { describeSettings, TENANCY } from './gateway/settings.ts'
import { notesDatabase } from './gateway/scene.ts'
import { startEmbedded } from './scene.ts'

let server: Server
let target: ConnectionTarget

beforeAll(async () => {
  server = await startEmbedded()
  target = await notesDatabase(server, 'gateway', WAYS_OUT + TENANCY)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describe('a client of the gateway', () => {
  describeSameAsServer(() => target)
  describeRandomConversations(() => target)
})

describe('the session of a gateway', () => {
  describeLeaving(() => target)
})

describe('on a shared connection', () => {
  describeSharing(() => target)
})

describe('between client and server', () => {
  describeLine(() => target)
})

describe('the clients of applications', () => {
  describeClients(() => target)
  describePrisma(() => target)
  describeOtherLanguages(
    () => server,
    () => target,
  )
})

describe('settings and checks', () => {
  describeSettings(() => target)
})

describe.each([15, 18] as const)('on PostgreSQL %i, a client of the gateway', (version) => {
  let other: Server
  let place: ConnectionTarget

  beforeAll(async () => {
    other = await startEmbedded(version)
    place = await notesDatabase(other, 'gateway', WAYS_OUT + TENANCY)
  })

  afterAll(async () => {
    await other[Symbol.asyncDispose]()
  })

  describeSameAsServer(() => place)
  describeSettings(() => place)
})
