import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { executable, type Binaries, type Environment } from './binaries.ts'
import { execute } from './execute.ts'

/** Folders that hold one folder per version, and where the executables are in it. */
const INSTALLATIONS: readonly { readonly parent: string; readonly name: RegExp; readonly bin: string }[] = [
  { parent: '/usr/lib/postgresql', name: /^\d+$/, bin: 'bin' }, // Debian, Ubuntu
  { parent: '/usr', name: /^pgsql-\d+$/, bin: 'bin' }, // Red Hat
  { parent: '/usr/libexec', name: /^postgresql\d+$/, bin: '' }, // Alpine
  { parent: '/opt/homebrew/opt', name: /^postgresql(@\d+)?$/, bin: 'bin' },
  { parent: '/usr/local/opt', name: /^postgresql(@\d+)?$/, bin: 'bin' }, // Homebrew on Intel
  { parent: '/home/linuxbrew/.linuxbrew/opt', name: /^postgresql(@\d+)?$/, bin: 'bin' },
  { parent: '/Applications/Postgres.app/Contents/Versions', name: /^\d+$/, bin: 'bin' },
  { parent: 'C:\\Program Files\\PostgreSQL', name: /^\d+$/, bin: 'bin' },
]

/** The PostgreSQL installations of the machine, those on PATH first. */
export async function listSystem(environment: Environment): Promise<readonly Binaries[]> {
  const onPath = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(Boolean)
  const folders = [...onPath, ...INSTALLATIONS.flatMap(versionFolders)].flatMap(realFolder)
  const found = await Promise.all([...new Set(folders)].map((bin) => readVersion(bin, environment)))
  return found.flat()
}

function versionFolders({ parent, name, bin }: (typeof INSTALLATIONS)[number]): readonly string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .filter((entry) => name.test(entry))
    .map((entry) => join(parent, entry, bin))
}

/** PATH often holds links: the libraries lie beside the real executable. */
function realFolder(folder: string): readonly string[] {
  const [postgres, initdb] = ['postgres', 'initdb'].map((name) => join(folder, executable(name)))
  if (!postgres || !initdb || !existsSync(postgres) || !existsSync(initdb)) return []
  return [dirname(realpathSync(postgres))]
}

async function readVersion(bin: string, environment: Environment): Promise<readonly Binaries[]> {
  const answer = await execute(join(bin, executable('postgres')), ['-V'], { user: {}, environment, cwd: bin })
  const version =
    answer.kind === 'done' ? /\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(answer.output)?.[1] : undefined
  if (version === undefined) return [] // an executable that does not run here is as good as none
  return [{ kind: 'system', version, major: Number.parseInt(version, 10), bin }]
}
