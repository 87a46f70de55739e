import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { detectSources } from '../src/config/detect/choose.ts'
import { written } from '../src/config/detect/written.ts'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import type { CommandSource, Config, SourceConfig } from '../src/domain/config.ts'
import { HarnessError } from '../src/errors.ts'
import { applySources } from '../src/migrations/apply.ts'
import { findSources } from '../src/migrations/find.ts'
import { prepare, type Prepared } from '../src/prepare.ts'

const fixtures = fileURLToPath(new URL('../fixtures/sources', import.meta.url))

interface Layout {
  readonly fixture: string
  readonly source: SourceConfig
  readonly files: readonly string[]
  readonly notes?: readonly string[]
}

const FLYWAY = 'src/main/resources/db/migration'

/** Projects in the layout of a tool, and what it would run of them, in its order. */
const LAYOUTS: readonly Layout[] = [
  {
    fixture: 'supabase-schemas',
    source: { tool: 'supabase', dir: 'supabase' },
    files: ['supabase/schemas/tables.sql', 'supabase/schemas/policies.sql'],
  },
  {
    fixture: 'drizzle',
    source: { tool: 'drizzle', dir: 'database/migrations' },
    files: ['database/migrations/0000_notes.sql'],
  },
  {
    fixture: 'drizzle-1',
    source: { tool: 'drizzle', dir: 'drizzle' },
    files: ['drizzle/20260102030405_notes/migration.sql', 'drizzle/20260203040506_policies/migration.sql'],
  },
  {
    // by name, not by number
    fixture: 'prisma',
    source: { tool: 'prisma', dir: 'db/migrations' },
    files: ['db/migrations/100_notes/migration.sql', 'db/migrations/75_policies/migration.sql'],
  },
  {
    fixture: 'flyway',
    source: { tool: 'flyway', dir: FLYWAY },
    files: [
      `${FLYWAY}/V1__notes.sql`,
      `${FLYWAY}/V1_2__second.sql`,
      `${FLYWAY}/V1.10__tenth.sql`,
      `${FLYWAY}/R__policies.sql`,
      `${FLYWAY}/afterMigrate__grants.sql`,
    ],
  },
  {
    fixture: 'flyway-toml',
    source: { tool: 'flyway', dir: '.' },
    files: ['sql/V2024.01.01__notes.sql', 'sql/later/V2024.1.2__policies.sql'],
  },
  {
    fixture: 'goose',
    source: { tool: 'goose', dir: 'migrations' },
    files: ['migrations/9_notes.sql', 'migrations/10_policies.sql', 'migrations/00011_index.sql'],
    notes: ['migrations/12_rows.go is not run: it is Go, which only goose itself can run'],
  },
  {
    fixture: 'golang-migrate',
    source: { tool: 'golang-migrate', dir: 'db/migrations' },
    files: ['db/migrations/9_notes.up.sql', 'db/migrations/10_policies.up.sql'],
  },
  {
    fixture: 'dbmate',
    source: { tool: 'dbmate', dir: 'db/migrations' },
    files: ['db/migrations/20260101000000_notes.sql', 'db/migrations/20260201000000_policies.sql'],
  },
  {
    fixture: 'node-pg-migrate',
    source: { tool: 'node-pg-migrate', dir: 'migrations' },
    files: ['migrations/1796078738769_notes.sql', 'migrations/1796078742758_policies.sql'],
  },
  {
    fixture: 'sqitch',
    source: { tool: 'sqitch', dir: '.' },
    files: ['deploy/notes.sql', 'deploy/policies@v1.sql', 'deploy/policies.sql'],
  },
  { fixture: 'rails', source: { sql: ['db/structure.sql'] }, files: ['db/structure.sql'] },
  {
    fixture: 'plain',
    source: { tool: 'sql', dir: 'db/migrations' },
    files: ['db/migrations/9_notes.sql', 'db/migrations/10_policies.sql'],
  },
]

describe.each(LAYOUTS)('$fixture', ({ fixture, source, files, notes = [] }) => {
  const project = join(fixtures, fixture)

  test('is recognised, and its files are in the order of its tool', () => {
    expect(detectSources(project).sources).toEqual([source])
    const [found] = findSources(project, [source])
    expect(found?.files.map(({ path }) => path)).toEqual(files)
    expect(found?.notes).toEqual(notes)
  })
})

/** Tools that have to run themselves, and the command that is proposed. */
const COMMANDS: readonly (readonly [fixture: string, command: CommandSource])[] = [
  ['alembic', { command: 'alembic upgrade head' }],
  ['knex', { command: 'npx knex migrate:latest' }],
  [
    'typeorm',
    {
      command: 'npx typeorm migration:run -d src/data-source.js',
      env: { NOTES_DATABASE_URL: '$DATABASE_URL' },
    },
  ],
  ['sequelize', { command: 'npx sequelize-cli db:migrate --url $DATABASE_URL' }],
]

test.each(COMMANDS)(
  '%s is never run unasked: the error holds the configuration to write',
  (fixture, command) => {
    const project = join(fixtures, fixture)
    const error = failureOf(() => detectSources(project))
    expect(error.code).toBe('SOURCES_AMBIGUOUS')
    expect(error.hint).toContain(`export default {\n  migrations: [\n    ${written(command)},\n  ],\n}`)
  },
)

function failureOf(work: () => unknown): HarnessError {
  try {
    work()
  } catch (error) {
    if (error instanceof HarnessError) return error
  }
  throw new Error('it did not fail')
}

const signal = new AbortController().signal
const environment = {
  ...process.env,
  AWS_SECRET_ACCESS_KEY: 'secret',
  DATABASE_URL: 'postgresql://production',
}

const configOf = async (): Promise<Config> => {
  const config = await loadConfig({
    cwd: fixtures,
    dir: join(fixtures, 'plain'),
    environment: {},
    flags: {},
  })
  const layouts = LAYOUTS.map(({ fixture, source }) => inFixture(fixture, source))
  const commands: readonly SourceConfig[] = [
    { command: 'node migrate.mjs apply', cwd: 'command' },
    { command: ['node', 'migrate.mjs', 'print', 'printed_notes'], cwd: 'command', mode: 'stdout-sql' },
  ]
  return { ...config, projectDir: fixtures, sources: [...layouts, ...commands] }
}

function inFixture(fixture: string, source: SourceConfig): SourceConfig {
  if ('sql' in source) return { sql: source.sql.map((path) => `${fixture}/${path}`) }
  return 'command' in source ? source : { ...source, dir: join(fixture, source.dir ?? '') }
}

describe('sources of all tools, one after the other', () => {
  let prepared: Prepared
  let config: Config
  beforeAll(async () => {
    config = await configOf()
    prepared = await prepare(config, { environment, signal, onProgress: () => {} })
  })
  afterAll(() => prepared?.[Symbol.asyncDispose]())

  const rows = async (query: string): Promise<readonly string[]> => {
    await using connection = await Connection.open(prepared.target)
    return (await connection.rows<{ name: string }>(query)).map(({ name }) => name)
  }

  test('leave a table with its policy each, and nothing of what undoes them', async () => {
    const tools =
      'command dbmate drizzle1 drizzle flyway flyway_toml golang goose npm plain printed prisma rails sqitch supabase'
    const made = `select relname as name from pg_class join pg_policy on polrelid = pg_class.oid
      where polname = 'own' and relrowsecurity order by relname`
    expect(await rows(made)).toEqual(tools.split(' ').map((tool) => `${tool}_notes`))
    expect(
      await rows(`select distinct tableowner as name from pg_tables where schemaname = 'public'`),
    ).toEqual(['postgres'])
  })

  test('run as their tools would: in numeric order, without a transaction, with their placeholders', async () => {
    const columns = `select attname as name from pg_attribute where attrelid = 'flyway_notes'::regclass
      and attnum > 3 and not attisdropped`
    expect(await rows(columns)).toEqual(['tenth'])
    const index = `select indexrelid::regclass::text as name from pg_index where indrelid = 'goose_notes'::regclass`
    expect(await rows(index)).toContain('goose_notes_user')
  })

  test('what a command made is the command’s, what it printed has lines', () => {
    const places = prepared.definitions.flatMap(({ objectType, identity, file, line }) =>
      objectType === 'policy' && /command|printed/.test(identity ?? '') ? [[file, line]] : [],
    )
    expect(places).toEqual([
      ['by: node migrate.mjs apply', 0],
      ['by: node migrate.mjs print printed_notes', 3],
    ])
    const granted = prepared.definitions.filter(({ tag, file }) => tag === 'GRANT' && file.startsWith('by: '))
    const [own, printed] = granted.map(({ statement }) => statement)
    expect(own).toBe('grant select on command_notes to authenticated')
    expect(printed).toContain('grant select on printed_notes to authenticated')
  })

  const attempt = (source: CommandSource, ours: 'server' | 'database' = 'server'): Promise<unknown> =>
    attemptWith(source, signal, ours)

  async function attemptWith(
    source: CommandSource,
    interrupted: AbortSignal,
    ours: 'server' | 'database',
  ): Promise<unknown> {
    const sources = findSources(fixtures, [{ cwd: 'command', ...source }])
    const commands = { environment, signal: interrupted, onProgress: () => {}, ours }
    await using connection = await Connection.open(prepared.target)
    return await applySources(connection, sources, { projectDir: fixtures, role: 'postgres', commands }).then(
      () => 'it ran',
      (error: unknown) => error,
    )
  }

  test('a command that fails is told with its output, and without the password', async () => {
    const error = await attempt({ command: 'node migrate.mjs fail' })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(String(error)).toContain('node migrate.mjs fail ended with exit code 3')
    expect(String(error)).toMatch(/cannot reach postgresql:\/\/postgres:\*+@127\.0\.0\.1:\d+\/postgres/)
  })

  test('a command sees no secret, and nothing that leads to another database', async () => {
    const error = String(await attempt({ command: 'node migrate.mjs environment', env: { OWN: '$PGHOST' } }))
    expect(error).toContain('PGPASSWORD')
    expect(error).toContain('OWN')
    expect(error).not.toContain('AWS')
  })

  test('a command that writes nothing here may have written elsewhere: an error', async () => {
    expect(await attempt({ command: 'node migrate.mjs idle' })).toMatchObject({
      message: 'node migrate.mjs idle ended well, but wrote nothing into the throw-away database',
    })
  })

  test('a command is ended when its time is over, or when somebody interrupts', async () => {
    expect(String(await attempt({ command: 'node migrate.mjs sleep', timeout: 1 }))).toContain(
      'more than 1 s',
    )
    const controller = new AbortController()
    const running = attemptWith({ command: 'node migrate.mjs sleep' }, controller.signal, 'server')
    setTimeout(() => controller.abort(), 300)
    expect(await running).toMatchObject({ name: 'AbortError' })
  })

  test('a command is refused on a database that the harness has not made', async () => {
    expect(await attempt({ command: 'node migrate.mjs apply' }, 'database')).toMatchObject({
      code: 'DATABASE_REFUSED',
    })
  })

  const installed = COMMANDS.filter(([fixture]) => fixture === 'alembic' && isInstalled('alembic'))
  test.skipIf(installed.length === 0)('Alembic itself, where it is installed', async () => {
    expect(await attempt({ command: 'alembic upgrade head', cwd: 'alembic' })).toBe('it ran')
    expect(await rows(`select version_num as name from alembic_version`)).toEqual(['04e4bf1b0a12'])
  })
})

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', cwd: resolve(fixtures) })
    return true
  } catch {
    return false
  }
}
