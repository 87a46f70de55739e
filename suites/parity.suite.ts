import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Server } from '../src/domain/server.ts'
import { startServer } from '../src/engine/choose.ts'
import { APPLICATIONS, PROJECTS, wholeReport, type Engine } from './parity/engines.ts'

const EMBEDDED = { engine: 'embedded', version: 17 } as const
const MAJORS = [15, 16, 18] as const
/** Debian's and Ubuntu's place; other machines have theirs elsewhere, if any. */
const SYSTEM = ([15, 16, 17, 18] as const).find((major) =>
  existsSync(`/usr/lib/postgresql/${major}/bin/initdb`),
)

/** Six runs, on a machine that may have other things to do. */
const PATIENCE_MS = 300_000

let server: Server

beforeAll(async () => {
  const database = { ...EMBEDDED, allowExternal: false, keep: false, cache: true }
  server = await startServer({ database, projectDir: fileURLToPath(APPLICATIONS), environment: process.env })
})
afterAll(() => server[Symbol.asyncDispose]())

function others(): readonly Engine[] {
  const host = encodeURIComponent(server.target.host)
  const url = `postgresql:///postgres?host=${host}&port=${server.target.port}&user=${server.target.user}`
  return [
    ...MAJORS.map((version) => ({ engine: 'embedded', version }) as const),
    { engine: 'external', url },
    ...(SYSTEM === undefined ? [] : [{ engine: 'system', version: SYSTEM } as const]),
  ]
}

test('the machine has a PostgreSQL of its own to compare with', (context) => {
  if (SYSTEM === undefined)
    context.skip('there is none in /usr/lib/postgresql: the engine "system" is left out')
})

describe('a report is the same on PostgreSQL 15, 16, 17 and 18, on the system’s and on an external one', () => {
  test.each(PROJECTS)(
    '%s',
    async (project) => {
      const dir = fileURLToPath(new URL(project, APPLICATIONS))
      const expected = await wholeReport(EMBEDDED, dir)
      expect(expected.outcome).toBe(project.includes('/') ? 'findings' : 'isolated')
      const engines = [...others()]
      // two at a time: while one waits for its server, the other has something to do
      const compareNext = async (): Promise<void> => {
        for (let engine = engines.shift(); engine; engine = engines.shift())
          expect(await wholeReport(engine, dir), JSON.stringify(engine)).toEqual(expected)
      }
      await Promise.all([compareNext(), compareNext()])
    },
    PATIENCE_MS,
  )
})
