import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import {
  installPgTap,
  makePlatform,
  makeVariant,
  pgTapMajor,
  startPeerServer,
  supabaseTestFolder,
} from './guides/peers.ts'
import { GUIDES, pgTapResults, vitestResults } from './guides/results.ts'
import type { Results } from './guides/results.ts'

/*
 * The guides for whoever comes from pgTAP or supabase-test: the same twenty tests in all three, green on the sound schema, and
 * each of them red on a variant that breaks what it is about.
 */
const TITLES = [
  'a user reads her own notes and nobody else’s',
  'without a session notes are refused',
  'a user writes notes in her own name',
  'nobody writes a note in somebody else’s name',
  'an update of somebody else’s note changes nothing',
  'nobody hands a note of his own over to somebody else',
  'a user deletes her own notes and nobody else’s',
  'a user changes her name and not her plan',
  'an upsert does not take somebody else’s handle over',
  'members read the documents of their workspace, strangers do not',
  'who is merely invited reads nothing',
  'editors write documents, viewers do not',
  'nobody moves a document into another workspace',
  'a locked document is changed by owners alone',
  'deleting a document takes a second factor',
  'who signed in anonymously creates no document',
  'everybody sees what is published, and nothing else',
  'members count the documents of their workspace, strangers do not',
  'without a session nothing is counted',
  'the audit is for the service role alone',
]

/** The tests that must be red, by their places in TITLES. */
const VARIANTS: Readonly<Record<string, readonly number[]>> = {
  '.': [],
  'leaky-reads': [0, 1, 9, 10, 16, 17, 18, 19],
  'leaky-writes': [3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15],
  overblocked: [2],
}

/** Tests that are green where the schema is open: what they saw says nothing about it. */
const NOTHING_PROVEN = [
  'a stranger reads no events',
  'viewers write no documents',
  'nobody writes a note in somebody else’s name',
  'a stranger deletes no note',
  'a stranger changes no note',
]

const variants = Object.keys(VARIANTS)
const cases = variants.map((variant) => [variant === '.' ? 'the sound schema' : variant, variant] as const)
const expected = (variant: string): Results => ({
  titles: TITLES,
  red: (VARIANTS[variant] ?? []).map((place) => TITLES[place] ?? ''),
})

test('every test is red on some variant', () => {
  const places = Object.values(VARIANTS).flat()
  expect([...places].sort((a, b) => a - b)).toEqual(TITLES.map((_, place) => place))
})

describe('with rls-harness', () => {
  const run = (variant: string, file: string): Promise<Results> =>
    vitestResults({ file, config: 'vitest.config.ts', environment: { GUIDE_VARIANT: variant } })

  test.each(cases)('%s', async (_, variant) => {
    expect(await run(variant, 'rls-harness/policies.test.ts')).toEqual(expected(variant))
  })

  test('what proves nothing is red', async () => {
    const results = await run('nothing-proven', 'nothing-proven/rls-harness.test.ts')
    expect(results).toEqual({ titles: NOTHING_PROVEN, red: NOTHING_PROVEN })
  })
})

const major = await pgTapMajor()
const folder = supabaseTestFolder()
const withoutPgTap = typeof major === 'string' ? ` (skipped: ${major})` : ''
const withoutSupabaseTest = folder === null ? ' (skipped: no folder SUPABASE_TEST_DIR has supabase-test)' : ''

describe.skipIf(typeof major === 'string' && folder === null)('with the other tools', () => {
  let server: Server
  const databases = new Map<string, ConnectionTarget>()
  const databaseOf = (variant: string): ConnectionTarget => databases.get(variant) as ConnectionTarget

  beforeAll(async () => {
    server = await startPeerServer(typeof major === 'string' ? null : major)
    const platform = await makePlatform(server, 'platform')
    for (const variant of [...variants, 'nothing-proven'])
      databases.set(variant, await makeVariant(server, platform, variant))
  })
  afterAll(() => server[Symbol.asyncDispose]())

  describe.skipIf(folder === null)(`supabase-test${withoutSupabaseTest}`, () => {
    const run = (variant: string, file: string): Promise<Results> => {
      const { host, port, user, database } = databaseOf(variant)
      const environment = {
        SUPABASE_TEST_DIR: folder ?? '',
        TEMPLATE_DATABASE: database,
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGPASSWORD: 'postgres',
      }
      return vitestResults({ file, config: 'vitest.supabase-test.mjs', environment })
    }

    test.each(cases)('%s', async (_, variant) => {
      expect(await run(variant, 'supabase-test/policies.test.ts')).toEqual(expected(variant))
    })

    test('what proves nothing is green', async () => {
      const results = await run('nothing-proven', 'nothing-proven/supabase-test.test.ts')
      expect(results).toEqual({ titles: NOTHING_PROVEN, red: [] })
    })
  })

  // last, for what it installs is in the databases from then on
  describe.skipIf(typeof major === 'string')(`pgTAP${withoutPgTap}`, () => {
    const run = async (variant: string, file: string): Promise<Results> => {
      await installPgTap(databaseOf(variant))
      return pgTapResults(join(GUIDES, file), databaseOf(variant))
    }

    test.each(cases)('%s', async (_, variant) => {
      expect(await run(variant, 'pgtap/policies.test.sql')).toEqual(expected(variant))
    })

    test('what proves nothing is green', async () => {
      const results = await run('nothing-proven', 'nothing-proven/pgtap.test.sql')
      expect(results).toEqual({ titles: NOTHING_PROVEN, red: [] })
    })
  })
})
