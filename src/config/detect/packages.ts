import { isFile, textOf } from './detector.ts'

/** Whether package.json names a package. */
export function dependsOn(projectDir: string, name: string): boolean {
  const text = textOf(projectDir, 'package.json')
  if (!text.includes(`"${name}"`)) return false
  try {
    const manifest: unknown = JSON.parse(text)
    return ['dependencies', 'devDependencies'].some((key) => {
      const named: unknown = Reflect.get(Object(manifest), key)
      return typeof named === 'object' && named !== null && name in named
    })
  } catch {
    return false
  }
}

/** How a command of a package is run in the project: `npx knex`. */
export function runnerOf(projectDir: string): string {
  if (isFile(projectDir, 'pnpm-lock.yaml')) return 'pnpm exec'
  if (isFile(projectDir, 'yarn.lock')) return 'yarn'
  return isFile(projectDir, 'bun.lock') || isFile(projectDir, 'bun.lockb') ? 'bunx' : 'npx'
}

/** What is missing before a package's command can run. */
export function notInstalled(projectDir: string, command: string): string | undefined {
  if (isFile(projectDir, 'node_modules', '.bin', command)) return undefined
  return `${command} is not installed here: install the packages of the project first.`
}
