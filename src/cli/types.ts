import { existsSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import { GENERATED } from '../domain/generated-file.ts'
import { HarnessError } from '../errors.ts'
import type { Host } from './host.ts'
import { assertWritable, writeOutput } from './outputs.ts'
import { withProgress } from './run-project.ts'

/** Flags of `types` as commander gives them. */
export interface TypesFlags extends Flags {
  readonly config?: string
  readonly output?: string
  readonly check?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

const DEFAULT_OUTPUT = 'rls.generated.d.ts'

/**
 * Writes the types of a project's schema, or says whether the file that is there still holds them.
 * @returns the exit code: 1 where the file is not up to date
 * @throws HarnessError when the run could not be carried out, or the file is somebody's own
 */
export async function types(dir: string | undefined, flags: TypesFlags, host: Host): Promise<0 | 1> {
  const { environment, cwd } = host
  const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
  const path =
    flags.output === undefined ? resolve(config.projectDir, DEFAULT_OUTPUT) : resolve(cwd, flags.output)
  if (!path.endsWith('.ts'))
    throw new HarnessError('USAGE', `--output: ${flags.output} is no TypeScript file`, {
      hint: `Name it like ${DEFAULT_OUTPUT}.`,
    })
  const before = read(path)
  if (!flags.check) assertWritable([{ reporter: 'terminal', path }])
  const text = await withProgress(flags, host, (context) => host.declareTypes(config, context))
  const name = relative(cwd, path)
  const isCurrent = before === text
  if (flags.check && !isCurrent) {
    host.stdout.write(`${name} ${whatIsWrong(before, text)}\nhint: Write it with: rls-harness types\n`)
    return 1
  }
  if (!isCurrent) writeOutput(path, text)
  host.stdout.write(`${name} ${isCurrent ? 'is up to date' : 'is written'}\n`)
  return 0
}

/** @returns the text with the line ends that are generated, or null where there is no file */
function read(path: string): string | null {
  if (!existsSync(path)) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('OUTPUT_FAILED', `cannot read ${path}: ${reason}`, { cause: error })
  }
  if (text === '' || text.startsWith(GENERATED)) return text
  throw new HarnessError('OUTPUT_FAILED', `${path} was not written by rls-harness types`, {
    hint: 'Remove it, or name another file with --output.',
  })
}

/** Where it is different first: enough to see which migration it was. */
function whatIsWrong(before: string | null, text: string): string {
  if (before === null) return 'is missing'
  const old = before.split('\n')
  const line = text.split('\n').findIndex((one, index) => one !== old[index])
  return `is not up to date, from line ${line === -1 ? old.length : line + 1} on`
}
