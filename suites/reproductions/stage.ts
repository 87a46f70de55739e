import { copyDatabase, dropDatabase } from '../../src/database/scratch.ts'
import type { Config } from '../../src/domain/config.ts'
import type { Finding } from '../../src/domain/report.ts'
import { prepare } from '../../src/prepare.ts'
import { judgePrepared } from '../../src/run.ts'
import { replay, shows } from './replay.ts'

const context = () => ({
  environment: process.env,
  signal: new AbortController().signal,
  progress: () => undefined,
  onProgress: () => undefined,
  today: '2026-01-15',
})

/** A finding with what its script did. */
export interface Repeated {
  readonly finding: Finding
  readonly script: string | undefined
  readonly shown: boolean
  /** what came back instead */
  readonly instead: string
}

/** Checks a project and repeats every finding in a database in which only the migrations ran. */
export async function repeatAll(config: Config): Promise<readonly Repeated[]> {
  await using prepared = await prepare(config, context())
  const bare = await copyDatabase(prepared.target, 'bare')
  const { findings } = await judgePrepared(prepared, config, context())
  const repeated = await repeatedOn(bare, findings)
  await dropDatabase(bare)
  return repeated
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
    if (script === undefined) {
      all.push({ finding, script, shown: false, instead: 'no script' })
      continue
    }
    const replayed = await replay(target, script)
    const { error } = replayed
    const instead = error
      ? `${error.sqlstate} ${error.message}: ${error.statement.slice(0, 200)}`
      : JSON.stringify(replayed.answers.at(-1))
    all.push({ finding, script, shown: shows(script, replayed), instead })
  }
  return all
}
