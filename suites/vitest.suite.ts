import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Vitest as people start it, on the built package
const library = fileURLToPath(new URL('../fixtures/library', import.meta.url))
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

let place: string
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'rls-vitest-'))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

interface Ran {
  readonly code: number | null
  readonly output: string
}

/** Without what the Vitest that runs this suite hands to its workers. */
function start(
  folder: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_V8_COVERAGE|TEST$|GITHUB_)/.test(name),
  )
  const env = { ...Object.fromEntries(kept), ...more, NO_COLOR: '1' }
  const child = spawn(process.execPath, [vitest, ...args], { cwd: join(library, folder), env })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

interface Result {
  readonly status: string
  readonly message: string
}

/** Results by title. */
function resultsIn(file: string): ReadonlyMap<string, Result> {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly {
        readonly fullName: string
        readonly status: string
        readonly failureMessages?: readonly string[]
      }[]
    }[]
  }
  return new Map(
    testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ fullName, status, failureMessages }) => [
        fullName.trim(),
        { status, message: (failureMessages ?? []).join('\n') },
      ]),
    ),
  )
}

async function run(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Ran & { readonly results: ReadonlyMap<string, Result> }> {
  const file = join(place, `${folder}-${Math.random().toString(36).slice(2)}.json`)
  const ran = await start(folder, ['run', '--reporter=json', `--outputFile=${file}`], more)
  return { ...ran, results: resultsIn(file) }
}

const failed = (results: ReadonlyMap<string, Result>): readonly string[] =>
  [...results].flatMap(([title, { status }]) => (status === 'failed' ? [title] : [])).sort()

describe('a test that leaves something behind', () => {
  test('fails with its name, and the next one finds nothing of it', async () => {
    const { code, results } = await run('misbehaving')
    expect(code).toBe(1)
    expect(failed(results)).toEqual([
      'begins again',
      'commits',
      'forgets an await',
      'leaves a client open',
      'leaves a connection open',
    ])
    expect(results.get('commits')?.message).toContain(
      'the statement ended the transaction of its test: commit',
    )
    expect(results.get('commits')?.message).toContain(
      '"commits" left something behind: it ended the transaction',
    )
    expect(results.get('begins again')?.message).toContain(
      'the statement ended the transaction of its test: rollback',
    )
    expect(results.get('forgets an await')?.message).toContain('an await is missing')
    expect(results.get('leaves a client open')?.message).toContain('it left 1 connection of alice open')
    expect(results.get('leaves a connection open')?.message).toContain('left connections open: forgotten as ')
    expect(results.get('finds nothing of what was committed')?.status).toBe('passed')
    expect(results.get('leaves everything as it was')?.status).toBe('passed')
  })
})

test('a test begins afresh whatever became of the last one: retries, hooks, timeouts, lost connections', async () => {
  const { code, results, output } = await run('hooks')
  expect(code).toBe(1)
  expect(failed(results), output).toEqual([
    'ends its own connection',
    'takes too long',
    'takes too long in a statement',
    'throws in the middle',
  ])
  expect(results.get('takes too long in a statement')?.message).toContain('an await is missing')
  expect(results.size).toBe(17)
})

describe('describeIsolation', () => {
  interface Expected {
    readonly findings: readonly {
      readonly relation: string
      readonly command: string
      readonly actor?: string
    }[]
  }
  const expected = (variant: string): Expected['findings'] =>
    (JSON.parse(readFileSync(join(library, '../apps', variant, 'expected.json'), 'utf8')) as Expected)
      .findings
  const WHO: Readonly<Record<string, string>> = {
    anon: 'without a session',
    foreign: 'by a stranger',
    team: 'by a team mate',
    own: 'by the owner',
  }

  test('is green on a sound project, cell by cell', async () => {
    const { code, results, output } = await run('isolation')
    expect(failed(results), output).toEqual([])
    expect(code).toBe(0)
    const titles = [...results.keys()]
    expect(titles).toContain('isolation public.documents update by a stranger')
    expect(titles).toContain('isolation public.role_in(uuid) execute')
    expect(titles.filter((title) => title.startsWith('isolation public.notes '))).toHaveLength(17)
    // what there is nothing to try of is skipped, and nothing else
    const skipped = [...results].filter(([, { status }]) => status !== 'passed').map(([title]) => title)
    expect(
      skipped.every((title) => /public\.(notes|workspaces) .* by (a team mate|the owner)$/.test(title)),
    ).toBe(true)
  })

  test.each(['movie-chat/leaky-using-true', 'org-saas/leaky-cross-org'])(
    'is red where %s leaks',
    async (variant) => {
      const { code, results } = await run('isolation', { PROJECT: `../../apps/${variant}` })
      expect(code).toBe(1)
      // what the policies alone say of themselves is nobody's attempt
      const cells = expected(variant).flatMap(({ relation, command, actor }) =>
        actor === undefined ? [] : [`isolation ${relation} ${command} ${WHO[actor]}`],
      )
      expect(failed(results)).toEqual([...new Set(cells)].sort())
      const message = results.get(cells[0] ?? '')?.message ?? ''
      expect(message).toMatch(/\n {2}because .*patch\.sql:\d+/)
      expect(message).toMatch(/\n {2}reproduce .*rls-harness repro [0-9a-f]{8} /)
    },
  )

  test('cannot be started on nothing', async () => {
    const { code, output } = await start('isolation', ['run'], { PROJECT: '../nowhere' })
    expect(code).toBe(1)
    expect(output).toContain('rls-harness: ../nowhere: there is no such directory')
  })
})

test('without the set-up tests fail and say how to get it', async () => {
  const { code, output } = await start('sharded', ['run', '--config=../without-setup.config.ts', 'notes'])
  expect(code).toBe(1)
  expect(output).toContain('Add it to the Vitest configuration')
})

test('three shards, merged, are the whole', { timeout: 300_000 }, async () => {
  const whole = await run('sharded')
  const blobs = join(place, 'blobs')
  for (const shard of [1, 2, 3]) {
    const args = [
      'run',
      '--reporter=blob',
      `--outputFile=${join(blobs, `${shard}.json`)}`,
      `--shard=${shard}/3`,
    ]
    await start('sharded', args)
  }
  const file = join(place, 'merged.json')
  const { code } = await start('sharded', [
    `--merge-reports=${blobs}`,
    '--reporter=json',
    `--outputFile=${file}`,
  ])
  expect(code).toBe(whole.code)
  const statuses = (results: ReadonlyMap<string, Result>): readonly string[] =>
    [...results].map(([title, { status }]) => `${title}: ${status}`).sort()
  expect(statuses(resultsIn(file))).toEqual(statuses(whole.results))
  expect(failed(whole.results)).toEqual(['this one is wrong'])
  expect(whole.results.size).toBeGreaterThan(60)
})
