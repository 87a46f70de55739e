import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newFolder, project, rls, type RunOptions } from './lab.ts'
import { SOUND, withConfig } from './projects.ts'

/** Runs what cannot be run: always 2, no report, nothing left. @returns what it said about that */
export async function complaint(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr, left } = await rls(args, options)
  expect({ code, stdout, left }, stderr).toEqual({ code: 2, stdout: '', left: [] })
  expect(stderr).not.toContain('this is a bug')
  return stderr.slice(stderr.indexOf('error: '))
}

function describeSources(): void {
  test('without migrations it says where it looked', async () => {
    const dir = newFolder('empty')
    const text = await complaint(['check', dir])
    expect(text).toContain(`no migrations found in ${dir}; looked for\n  Supabase: supabase/migrations/*.sql`)
    expect(text).toContain('\n  Flyway: ')
    expect(text).toContain('hint: Name them in rls.config.ts')
  })

  test('migrations that leave nothing to judge are never green', async () => {
    const nothing = { 'migrations/1.sql': 'select 1' }
    const text = await complaint(['check', project(nothing), '--fail-on', 'never'])
    expect(text).toContain(
      'there is nothing to judge: the migrations leave no table or view in schema public',
    )
  })

  test('tables that stand where no API role gets to are pointed at', async () => {
    const sql = 'create schema inside; create table inside.steps (id int primary key)'
    const text = await complaint(['check', project({ 'supabase/migrations/1_steps.sql': sql })])
    expect(text).toContain('there is nothing to judge')
    expect(text).toContain(
      'hint: Tables stand in inside, which no API role can use: --schema inside judges them',
    )
  })

  test('a scope that holds no relation is named as the reason', async () => {
    const text = await complaint(['check', project(SOUND), '--relation', 'public.nothing*'])
    expect(text).toContain('nothing to judge: no relation is like public.nothing*')
  })

  test('broken SQL is shown with file, line, the line, the server’s message and a hint', async () => {
    const files = { ...SOUND, 'migrations/2_more.sql': 'select 1;\n\ncreate table more (\n  id intt\n);\n' }
    expect(await complaint(['check', project(files)])).toBe(
      'error: migrations/2_more.sql:4: type "intt" does not exist (42704)\n' +
        '   4 |   id intt\n' +
        '     |      ^\n' +
        'hint: A type, role, extension or another object is missing. anon, authenticated and service_role come ' +
        "with platform: 'supabase'; roles of your own need a script that creates them, listed first.\n" +
        'If the history itself is broken: --lenient goes on behind what fails, --from-schema starts from a dump or a database instead.\n',
    )
  })

  test('a directory that is not there is named', async () => {
    expect(await complaint(['check', '/nowhere'])).toContain('/nowhere: there is no such directory')
  })
}

function describeConfigurations(): void {
  test('an unknown key is named with its line and the nearest key', async () => {
    const config = '{\n  "expct": {}\n}\n'
    expect(await complaint(['check', project({ ...SOUND, 'rls.config.json': config })])).toBe(
      'error: rls.config.json:2: expct: unknown key\nhint: Did you mean "expect"?\n',
    )
  })

  test('an expectation of a relation that is not there names the nearest', async () => {
    const text = await complaint(['check', project(withConfig({ expect: { 'public.nots': 'service' } }))])
    expect(text).toContain('expect["public.nots"]: there is no relation public.nots')
    expect(text).toContain('hint: Did you mean "public.notes"?')
  })

  test('a condition that the server refuses is shown with what it said', async () => {
    const expectation = { 'public.notes': { select: ['owner', { everyone: "boddy = 'x'" }] } }
    const text = await complaint(['check', project(withConfig({ expect: expectation }))])
    expect(text).toContain('expect["public.notes"]: the condition "boddy = \'x\'" is refused')
    expect(text).toContain('column "boddy" does not exist')
  })

  test('a TypeScript configuration that does not compile is named with its line', async () => {
    const config = 'export default {\n  expect: {,\n}\n'
    const text = await complaint(['check', project({ ...SOUND, 'rls.config.ts': config })])
    expect(text).toMatch(/^error: rls\.config\.ts:2: /)
  })

  test('a report that cannot be written stops before the run', async () => {
    const dir = project(SOUND)
    const text = await complaint(['check', dir, '--output-file', join(dir, 'migrations')])
    expect(text).toContain('cannot write')
  })
}

function describeFlags(): void {
  test('an unknown flag comes with a suggestion', async () => {
    expect(await complaint(['check', '--databse-url', 'x'])).toBe(
      "error: unknown option '--databse-url'\nhint: Did you mean --database-url?\n",
    )
  })

  test('an unknown command comes with a suggestion', async () => {
    expect(await complaint(['chek'])).toBe('error: unknown command "chek"\nhint: Did you mean "check"?\n')
  })

  test('a version that does not exist is refused with those that do', async () => {
    expect(await complaint(['check', project(SOUND), '--pg-version', '14'])).toContain('15, 16, 17, 18')
  })
}

export function describeBadInput(): void {
  describe.concurrent('bad input is a clear error and exit code 2:', () => {
    describeSources()
    describeConfigurations()
    describeFlags()
  })
}
