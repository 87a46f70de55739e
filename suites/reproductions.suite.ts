import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { resolveConfig } from '../src/config/resolve.ts'
import type { UserConfig } from '../src/config/schema.ts'
import type { Config } from '../src/domain/config.ts'
import { prepare } from '../src/prepare.ts'
import { context, repeatAll, repeatOn } from './reproductions/stage.ts'

/*
 * Every script is run where nothing but the migrations ran: on the leaking schema it shows what the finding says, on the
 * sound twin it does not.
 */
const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url))
const counts = { scripts: 0, shown: 0, closed: 0, kept: 0, without: 0, characters: 0 }

/** Scripts that show the same on the sound twin, and why they rightly do. */
const STILL_OPEN: Readonly<Record<string, string>> = {
  // the sound project declares another connection: nothing changes in the database
  'apps/chidi/leaky-owner-connection': 'row-security-bypassed',
  // in the twin it is the platform’s grant that is left, which is no finding
  'twins/grant-all-in-loop': 'trigger-privilege truncate-privilege',
  // the sound twin says that an open invitation gives access; nothing in the leaky one does
  'twins/invite-still-pending': 'read-leak',
}

/** How a sound schema refuses: privileges and policies, the check option of a view, its own code, a constraint, a function that is gone. */
const REFUSED = /^(42501|44000|P0001|23\d{3}|42883|42P01|22023)$/

afterAll(() => {
  const { scripts, shown, closed, kept, without, characters } = counts
  process.stdout.write(
    `${shown} of ${scripts} scripts show their finding; on the sound twin ${closed} do not, ${kept} rightly do; ${without} findings without a script; ${Math.round(characters / scripts)} characters on average\n`,
  )
})

describe('fixtures/findings', () => {
  test.each(names('findings'))('%s', async (name) => {
    const user = name === 'row-security-bypassed' ? { app: { role: 'pharmacy_server' } } : {}
    await expectPair(
      `findings/${name}`,
      sqlConfig(`findings/${name}`, ['broken.sql'], user),
      sqlConfig(`findings/${name}`, ['broken.sql', 'repair.sql'], user),
    )
  })
})

describe('fixtures/apps', () => {
  const variants = names('apps').flatMap((app) =>
    readdirSync(`${FIXTURES}apps/${app}`)
      .filter((variant) => existsSync(`${FIXTURES}apps/${app}/${variant}/rls.config.ts`))
      .map((variant) => [app, variant] as const),
  )
  // all of them pass: some of each application are enough to notice when that changes
  const some = variants.filter(
    ([app, variant], index) =>
      process.env['ALL'] !== undefined ||
      index % 3 === 0 ||
      variants.find(([other]) => other === app)?.[1] === variant ||
      `apps/${app}/${variant}` in STILL_OPEN,
  )
  test.each(some)('%s: %s', async (app, variant) => {
    await expectPair(
      `apps/${app}/${variant}`,
      await projectConfig(`apps/${app}/${variant}`),
      await projectConfig(`apps/${app}`),
    )
  })
})

/** All of them pass; a twelfth is enough to notice when that changes, beside those that once did not. */
const TOLD = new Set([
  'dropped-student',
  'function-error-text',
  'grant-all-in-loop',
  'key-decides',
  'old-partition-open',
  'paid-subscription',
  'self-invitation',
  'storage-denied-helper',
])

describe('fixtures/twins', () => {
  const some = names('twins').filter(
    (name, index) => process.env['ALL'] !== undefined || index % 12 === 0 || TOLD.has(name),
  )
  test.each(some)('%s', async (name) => {
    const path = `${FIXTURES}twins/${name}/config.json`
    const user = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as UserConfig) : {}
    await expectPair(
      `twins/${name}`,
      sqlConfig(`twins/${name}`, ['leaky.sql'], user),
      sqlConfig(`twins/${name}`, ['safe.sql'], user),
    )
  })
})

test('scripts are the same in every run', async () => {
  const config = await projectConfig('apps/org-saas/leaky-document')
  const [first, second] = [await repeatAll(config), await repeatAll(config)]
  expect(second.repeated.map(({ script }) => script)).toEqual(first.repeated.map(({ script }) => script))
})

const psql = spawnSync('psql', ['--version'], { encoding: 'utf8' })

describe('psql', () => {
  test.skipIf(psql.status !== 0)('prints the row that it should not, and leaves nothing behind', async () => {
    const config = sqlConfig('findings/read-leak', ['broken.sql'])
    const { findings } = await repeatAll(config)
    const [finding] = findings
    await using prepared = await prepare(config, context())
    const { host, port, user, database } = prepared.target
    const run = (input: string) =>
      spawnSync(
        'psql',
        ['-X', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', String(port), '-U', user, '-d', database],
        { input, encoding: 'utf8' },
      )
    const { stdout, stderr, status } = run(finding?.reproduction ?? '')
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout.slice(stdout.lastIndexOf('patient_id'))).toContain('(1 row)\n\nROLLBACK')
    expect(run('select count(*) from public.lab_results').stdout).toContain(' 0\n')
  })
})

/** Repeats all findings of a leaking project, there and on its sound twin. */
async function expectPair(name: string, leaking: Config, sound: Config): Promise<void> {
  const { findings, repeated } = await repeatAll(leaking)
  const on = await repeatOn(
    sound,
    repeated.map(({ finding }) => finding),
  )
  // what is told without being judged is as it was on the sound twin
  const judged = on.filter(({ finding }) => finding.severity !== 'note')
  const open = judged.filter(({ shown }) => shown)
  const rightly = open.filter(({ finding }) => STILL_OPEN[name]?.split(' ').includes(finding.code))
  counts.scripts += repeated.length
  counts.shown += repeated.filter(({ shown }) => shown).length
  counts.closed += judged.length - open.length
  counts.kept += rightly.length + on.length - judged.length
  counts.without += findings.length - repeated.length
  counts.characters += repeated.reduce((sum, { script }) => sum + script.length, 0)
  const told = ({
    finding: { code, relation, command },
    answer,
    script,
  }: (typeof repeated)[number]): string => `${code} ${relation} ${command}: ${answer}\n${script}`
  expect(repeated.filter(({ shown }) => !shown).map(told)).toEqual([])
  expect(open.filter((one) => !rightly.includes(one)).map(told)).toEqual([])
  const odd = judged.filter(({ sqlstate }) => sqlstate !== undefined && !REFUSED.test(sqlstate))
  expect(odd.map(told)).toEqual([])
}

function names(folder: string): readonly string[] {
  return readdirSync(FIXTURES + folder).filter((name) => !name.endsWith('.md'))
}

const projectConfig = (dir: string): Promise<Config> =>
  loadConfig({ cwd: FIXTURES + dir, environment: {}, flags: {} })

function sqlConfig(dir: string, sql: readonly string[], user: UserConfig = {}): Config {
  return resolveConfig({
    projectDir: FIXTURES + dir,
    user,
    environment: {},
    flags: {},
    sources: [{ sql }],
    sourcesFrom: 'suites/reproductions.suite.ts',
  })
}
