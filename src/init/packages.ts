import { isFile } from '../config/detect/detector.ts'
import { PACKAGE_MANAGERS, type PackageManager, type Packages } from './facts.ts'

const LOCK_FILES: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json'],
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  bun: ['bun.lock', 'bun.lockb'],
}

/** How packages are installed: by the lock file, in the project or at the top of a workspace, then by `packageManager`. */
export function readPackages(
  manifest: Readonly<Record<string, unknown>>,
  projectDir: string,
  root: string,
): Packages {
  const declared = String(manifest['packageManager'] ?? '')
  const locks = [projectDir, root].flatMap((dir) =>
    PACKAGE_MANAGERS.filter((manager) => LOCK_FILES[manager].some((file) => isFile(dir, file))),
  )
  const manager =
    locks[0] ?? PACKAGE_MANAGERS.find((name) => declared === name || declared.startsWith(`${name}@`)) ?? 'npm'
  return {
    manager,
    locked: locks.length > 0,
    modernYarn: [projectDir, root].some((dir) => isFile(dir, '.yarnrc.yml')),
    pinned: declared !== '',
    named: ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((key) => {
      const value = manifest[key]
      return typeof value === 'object' && value !== null ? Object.keys(value) : []
    }),
  }
}

/** The command that runs a package's command where packages are installed. */
export function runner({ manager }: Pick<Packages, 'manager'>): string {
  switch (manager) {
    case 'npm':
      return 'npx'
    case 'pnpm':
      return 'pnpm exec'
    case 'yarn':
      return 'yarn'
    case 'bun':
      return 'bunx'
  }
}

/** The command that adds packages for development. */
export function adder({ manager }: Pick<Packages, 'manager'>): string {
  switch (manager) {
    case 'npm':
      return 'npm install --save-dev'
    case 'pnpm':
      return 'pnpm add --save-dev'
    case 'yarn':
      return 'yarn add --dev'
    case 'bun':
      return 'bun add --dev'
  }
}

/** The command that installs what the lock file says, and nothing else, as far as there is one. */
export function installer({ manager, locked, modernYarn }: Packages): string {
  if (!locked) return `${manager} install`
  switch (manager) {
    case 'npm':
      return 'npm ci'
    case 'yarn':
      return modernYarn ? 'yarn install --immutable' : 'yarn install --frozen-lockfile'
    case 'pnpm':
    case 'bun':
      return `${manager} install --frozen-lockfile`
  }
}
