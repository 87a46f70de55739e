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
    const { found, truth } = await examine(name)
    const main = truth.leaks.filter(({ grade }) => grade !== 'bonus')
    const missed = main.filter(
      (leak) => ![leak, ...(leak.accept ?? [])].some((tuple) => found.has(keyOf(tuple))),
    )
    expect(missed).toEqual([])
    expect(truth.safe.map(keyOf).filter((key) => found.has(key))).toEqual([])
  })

  test('the repaired twin raises no alarm, and nothing in it is untested', async () => {
    const { found, truth, untested, errors } = await examine(`${name}-safe`)
    expect(truth.safe.map(keyOf).filter((key) => found.has(key))).toEqual([])
    expect(errors).toEqual([])
    expect(untested).toEqual([])
  })
})

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
