import { copyDatabase, dropDatabase } from '../../src/database/scratch.ts'
import type { Config } from '../../src/domain/config.ts'
import type { Finding } from '../../src/domain/report.ts'
import { prepare } from '../../src/prepare.ts'
import { judgePrepared } from '../../src/run.ts'
import { replay, shows } from './replay.ts'

export const context = () => ({
  environment: process.env,
  signal: new AbortController().signal,
  progress: () => undefined,
  onProgress: () => undefined,
  today: '2026-01-15',
})

/** A finding with what its script did. */
export interface Repeated {
  readonly finding: Finding
  readonly script: string
  readonly shown: boolean
  /** what came back last, for people */
  readonly answer: string
  /** of the error, where it ended in one */
  readonly sqlstate?: string
}

export interface Repetition {
  readonly findings: readonly Finding[]
  /** those with a script */
  readonly repeated: readonly Repeated[]
}

/** Checks a project and repeats every finding in a database in which only the migrations ran. */
export async function repeatAll(config: Config): Promise<Repetition> {
  await using prepared = await prepare(config, context())
  const bare = await copyDatabase(prepared.target, 'bare')
  const { findings } = await judgePrepared(prepared, config, context())
  const repeated = await repeatedOn(bare, findings)
  await dropDatabase(bare)
  return { findings, repeated }
}

/** Repeats the same scripts where the schema is sound. */
export async function repeatOn(config: Config, findings: readonly Finding[]): Promise<readonly Repeated[]> {
  await using prepared = await prepare(config, context())
  return await repeatedOn(prepared.target, findings)
}

async function repeatedOn(
  target: Parameters<typeof replay>[0],
  findings: readonly Finding[],
): Promise<readonly Repeated[]> {
  const all: Repeated[] = []
  for (const finding of findings) {
    const script = finding.reproduction
    if (script === undefined) continue
    const replayed = await replay(target, script)
    const { error } = replayed
    all.push({
      finding,
      script,
      shown: shows(script, replayed),
      answer: error
        ? `${error.sqlstate} ${error.message}: ${error.statement.slice(0, 200)}`
        : JSON.stringify(replayed.answers.at(-1)),
      ...(error ? { sqlstate: error.sqlstate } : {}),
    })
  }
  return all
}
