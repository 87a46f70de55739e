import { dirname, relative, resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import type { Flags } from '../config/settings.ts'
import type { Config } from '../domain/config.ts'
import { DIAGNOSIS_SECTIONS } from '../domain/diagnosis.ts'
import type { Diagnosis, DiagnosisLine, DiagnosisSection } from '../domain/diagnosis.ts'
import { HarnessError } from '../errors.ts'
import { headOf } from '../git/refs.ts'
import { diagnosisText } from '../report/diagnosis.ts'
import { inertJson } from '../report/text.ts'
import { lookFor } from './appearance.ts'
import type { Host } from './host.ts'
import { withProgress } from './run-project.ts'

/** Flags of `doctor` as commander gives them. */
export interface DoctorFlags extends Flags {
  readonly config?: string
  readonly json?: boolean
  readonly color?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
}

/**
 * Says what a check would do with a project and what stands in its way, without probing.
 *
 * @returns the exit code: 2 where a check could not run
 */
export async function doctor(dir: string | undefined, flags: DoctorFlags, host: Host): Promise<0 | 2> {
  const { environment, cwd } = host
  const given = flags.config === undefined ? undefined : dirname(resolve(cwd, flags.config))
  const projectDir = resolve(cwd, dir ?? given ?? '.')
  const { config, lines } = await configuration(dir, flags, host)
  const first: readonly DiagnosisSection[] = [
    { name: 'configuration', lines },
    { name: 'surroundings', lines: [await repository(projectDir, host)] },
  ]
  const rest = await withProgress(flags, host, (context) => host.diagnose(projectDir, config, context))
  const sections = [...first, ...rest].sort(
    (a, b) => DIAGNOSIS_SECTIONS.indexOf(a.name) - DIAGNOSIS_SECTIONS.indexOf(b.name),
  )
  const ready = !sections.some((one) => one.lines.some(({ state }) => state === 'problem'))
  const diagnosis: Diagnosis = { schemaVersion: 1, ready, sections }
  host.stdout.write(
    flags.json
      ? `${inertJson(JSON.stringify(diagnosis, null, 2))}\n`
      : diagnosisText(diagnosis, lookFor({ ...host, environment }, flags.color)),
  )
  return ready ? 0 : 2
}

interface Configured {
  readonly config?: Config
  readonly lines: readonly DiagnosisLine[]
}

/** What configures a run; one that cannot be read is what is told. A mistake on the command line is an error as anywhere. */
async function configuration(dir: string | undefined, flags: DoctorFlags, host: Host): Promise<Configured> {
  const { environment, cwd } = host
  try {
    const config = await loadConfig({ cwd, dir, configPath: flags.config, environment, flags })
    const { configFile, projectDir, baseline } = config
    return {
      config,
      lines: [
        configFile === undefined
          ? { state: 'fine', text: 'no rls.config: everything is detected or a default' }
          : { state: 'fine', text: `${relative(projectDir, configFile)} can be read` },
        ...(baseline
          ? [
              {
                state: 'fine',
                text: `${baseline.file}: ${baseline.findings.length} findings are accepted`,
              } as const,
            ]
          : []),
      ],
    }
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code === 'USAGE') throw error
    const { message, hint } = error
    return { lines: [{ state: 'problem', text: message, ...(hint === undefined ? {} : { hint }) }] }
  }
}

async function repository(projectDir: string, { environment, signal }: Host): Promise<DiagnosisLine> {
  try {
    const { sha, ref } = await headOf(projectDir, { environment, signal })
    return { state: 'fine', text: `git: ${ref ?? 'no branch'} at ${sha.slice(0, 8)}` }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    return { state: 'fine', text: `no git: --changed and diff of commits do not work (${error.message})` }
  }
}
