import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../src/domain/report.ts'
import { check } from './check.ts'

/*
 * Pairs of a leaky schema and its repaired twin. `expect.json` says what was proven by hand-written attacks: every leak
 * must be found (under its own name or one that counts as it), nothing that is safe may be reported.
 */
interface Tuple {
  readonly relation: string
  readonly operation: string
  readonly actor: string
}
interface Truth {
  readonly leaks: readonly (Tuple & { readonly grade?: string; readonly accept?: readonly Tuple[] })[]
  readonly safe: readonly Tuple[]
}
interface Declared {
  readonly expect?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly connection?: { readonly role: string; readonly settings: Readonly<Record<string, string>> }
}

const root = fileURLToPath(new URL('../fixtures/pairs/', import.meta.url))
const cases = readdirSync(root)

describe.each(cases.filter((name) => !name.endsWith('-safe')))('%s', (name) => {
  test('every leak is found', async () => {
    const { found, truth } = await examined(name)
    const main = truth.leaks.filter(({ grade }) => grade !== 'bonus')
    const missed = main.filter((leak) => !isFound(leak, found))
    expect(missed).toEqual([])
    expect(truth.safe.map(keyOf).filter((key) => found.has(key))).toEqual([])
  })

  test('the repaired twin raises no alarm, and nothing in it is untested', async () => {
    const { found, truth, untested, errors } = await examined(`${name}-safe`)
    expect(truth.safe.map(keyOf).filter((key) => found.has(key))).toEqual([])
    expect(errors).toEqual([])
    expect(untested).toEqual([])
  })
})

test('the whole set: every leaking case is caught, every twin is clean, nothing crashes', async () => {
  const results: (Awaited<ReturnType<typeof examined>> & { readonly name: string })[] = []
  for (const name of cases) results.push({ name, ...(await examined(name)) })
  // some pairs show what makes the owner's own work fail, or side ways alone
  const leaky = results.filter(({ truth }) => truth.leaks.some(({ grade }) => grade !== 'bonus'))
  const twins = results.filter(({ name }) => name.endsWith('-safe'))
  const tuples = results.flatMap(({ truth, found }) =>
    truth.leaks.map((leak) => ({ leak, hit: isFound(leak, found) })),
  )
  const main = tuples.filter(({ leak }) => leak.grade !== 'bonus')
  const bonus = tuples.filter(({ leak }) => leak.grade === 'bonus')
  const alarms = results.flatMap(({ truth, found }) => truth.safe.map(keyOf).filter((key) => found.has(key)))
  const caught = leaky.filter(({ truth, found }) => truth.leaks.some((leak) => isFound(leak, found)))
  const clean = twins.filter(({ truth, found }) => !truth.safe.map(keyOf).some((key) => found.has(key)))
  const share = (part: readonly unknown[], whole: readonly unknown[]): string =>
    `${part.length}/${whole.length}`
  process.stderr.write(
    `pairs: ${share(caught, leaky)} leaking schemas caught, ${share(
      main.filter(({ hit }) => hit),
      main,
    )} leaks and ` +
      `${share(
        bonus.filter(({ hit }) => hit),
        bonus,
      )} side ways found, ${share(clean, twins)} twins clean, ${alarms.length} false alarms\n`,
  )
  expect(leaky.filter((one) => !caught.includes(one)).map(({ name }) => name)).toEqual([])
  expect(twins.filter((one) => !clean.includes(one)).map(({ name }) => name)).toEqual([])
})

const isFound = (leak: Truth['leaks'][number], found: ReadonlySet<string>): boolean =>
  [leak, ...(leak.accept ?? [])].some((tuple) => found.has(keyOf(tuple)))

const known = new Map<string, ReturnType<typeof examine>>()

/** Each case is run once, whoever asks for it. */
function examined(name: string): ReturnType<typeof examine> {
  const result = known.get(name) ?? examine(name)
  known.set(name, result)
  return result
}

async function examine(name: string) {
  const dir = mkdtempSync(join(tmpdir(), 'rls-pair-'))
  try {
    copyFileSync(`${root}${name}/schema.sql`, `${dir}/schema.sql`)
    writeFileSync(`${dir}/rls.config.json`, JSON.stringify(configOf(name)))
    const report = await check(dir)
    const leaks = report.findings.filter(({ severity, kind }) => severity !== 'note' && kind === 'leak')
    const truth = JSON.parse(readFileSync(`${root}${name}/expect.json`, 'utf8')) as Truth
    const listed = new Set([...truth.leaks, ...truth.safe].map(keyOf))
    return {
      truth,
      found: new Set(leaks.flatMap((finding) => keysOf(finding, listed))),
      untested: report.coverage.untested,
      errors: report.findings.filter(({ severity }) => severity === 'error'),
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const keyOf = ({ relation, operation, actor }: Tuple): string =>
  `${relation.toLowerCase()} ${operation} ${actor}`

/** A stranger is called `other-user` or, where there are tenants, `other-tenant`. */
function keysOf({ relation, command, actor }: Finding, listed: ReadonlySet<string>): readonly string[] {
  const names = {
    anon: ['anon'],
    team: ['same-tenant'],
    foreign: ['other-user', 'other-tenant'],
    own: ['other-user', 'other-tenant'],
  }
  const keys = (actor === undefined ? [] : names[actor]).map((name) =>
    keyOf({ relation, operation: command, actor: name }),
  )
  return keys.some((key) => listed.has(key)) ? keys.filter((key) => listed.has(key)) : keys
}

const WORDS: Readonly<Record<string, string>> = { public: 'everyone', none: 'nobody' }

function configOf(name: string): unknown {
  const file = `${root}${name}/config.json`
  const declared: Declared = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Declared) : {}
  const intents = Object.entries(declared.expect ?? {}).map(([relation, commands]) => [
    relation,
    Object.fromEntries(
      Object.entries(commands).map(([command, audience]) => [command, WORDS[audience] ?? audience]),
    ),
  ])
  return {
    migrations: [{ sql: ['schema.sql'] }],
    expect: Object.fromEntries(intents) as unknown,
    ...(declared.connection ? { identity: identityOf(declared.connection) } : {}),
  }
}

function identityOf({ role, settings }: NonNullable<Declared['connection']>) {
  return {
    role,
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, value.replace('{{user.id}}', '$user')]),
    ),
  }
}
