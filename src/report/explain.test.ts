import { describe, expect, test } from 'vitest'
import type { Finding } from '../domain/report.ts'
import { explanation, withoutScript } from './explain.ts'
import type { ReporterOptions } from './reporter.ts'
import { finding, sampleReport } from './sample-report.ts'

const PLAIN: ReporterOptions = { level: 'all', colour: false, unicode: true, width: 100, exitCode: 0 }

const explained = (changes: Partial<Finding>, options: Partial<ReporterOptions> = {}): string =>
  explanation(finding(changes), sampleReport(), { ...PLAIN, ...options })

const SCRIPT = `begin;

-- as carol
set local session authorization "authenticator";
set local role "authenticated";
select set_config('request.jwt.claims', '{}', true);

-- expected: 1 row (belongs to alice); a sound schema returns 0
select t.* from "public"."chats" t;

rollback;
`

describe('an explanation', () => {
  test('lists the checks in the server’s order, each with what it came to and where it stands', () => {
    const text = explained({
      reproduction: SCRIPT,
      checks: [
        {
          kind: 'privilege',
          held: true,
          role: 'authenticated',
          privilege: 'select',
          on: 'public.chats',
          file: 'a.sql',
          line: 3,
        },
        { kind: 'view', name: 'public.overview', runsAs: 'postgres' },
        { kind: 'row security', relation: 'public.chats', state: 'on' },
        {
          kind: 'policy',
          relation: 'public.chats',
          policy: 'chats_read',
          permissive: true,
          command: 'select',
          side: 'using',
          came: true,
          statement: 'create policy chats_read …',
          file: 'drizzle/0007_share.sql',
          line: 12,
          atoms: [
            { text: 'owner = auth.uid()', came: false },
            { text: 'shared', came: null },
            { text: 'true', came: true },
          ],
        },
      ],
    })
    expect(text.slice(text.indexOf(' What was'), text.indexOf(' Evidence'))).toBe(
      [
        ' What was checked, in the server’s order',
        `   1. privilege: authenticated holds select on public.chats${' '.repeat(34)}a.sql:3`,
        '   2. view public.overview: what it reads, it reads as postgres',
        '   3. row security of public.chats: on',
        `   4. policy "chats_read" for select, using: true${' '.repeat(26)}drizzle/0007_share.sql:12`,
        '      create policy chats_read …',
        '      false owner = auth.uid()',
        '      NULL  shared',
        '      true  true',
        '',
        '',
      ].join('\n'),
    )
  })

  test('says what let it through where nothing was checked', () => {
    const text = explained({ reproduction: SCRIPT })
    expect(text).toContain(' What let it through\n   policy   "chats_read"')
    expect(text).toContain(' Who\n   carol: role authenticated, in globex\n     sub = 2\n')
    expect(text).toContain(' Statement\n   select t.* from "public"."chats" t;\n')
  })

  test('shows the smallest row and session', () => {
    const text = explained({
      witness: {
        row: { visibility: 'public' },
        session: { role: 'anon', claims: {}, settings: { 'app.tenant': '7' } },
      },
    })
    expect(text).toContain('   session  role anon, app.tenant = 7\n   row      visibility = public\n')
  })

  test('says why there is no script', () => {
    const { reproduction: _, ...rest } = finding({ kind: 'static', code: 'row-security-off' })
    const text = explanation(rest, sampleReport(), PLAIN)
    expect(text).toContain('There is no script: the schema alone says it, and no statement was tried.')
    expect(withoutScript({ kind: 'overblock', code: 'read-overblock' })).toContain('nobody got through')
  })

  test('lists the steps of an ascent', () => {
    const steps = [{ command: 'insert', relation: 'public.members' }] as const
    expect(explained({ steps })).toContain(' Steps\n   1. insert on public.members\n')
  })

  test('keeps to the width and to ASCII, and shows control characters of names', () => {
    const text = explained(
      { evidence: `carol: ${'x'.repeat(200)}\u001b[2J`, reproduction: SCRIPT },
      { unicode: false, width: 80 },
    )
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/^[\n -~]*$/)
    expect(text).toContain('\\x1b')
  })
})
