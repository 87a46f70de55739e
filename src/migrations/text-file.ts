import { readFileSync, readdirSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { HarnessError } from '../errors.ts'

/** The text of a file of the project, without a byte order mark. */
export function readText(projectDir: string, path: string): string {
  const shown = displayPath(projectDir, path)
  let bytes: Buffer
  try {
    bytes = readFileSync(resolve(projectDir, path))
  } catch (error) {
    const reason = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : ''
    throw new HarnessError('SOURCES_NOT_FOUND', `${shown} cannot be read (${reason})`, { cause: error })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new HarnessError('SOURCES_NOT_FOUND', `${shown} is not UTF-8 text`, {
      hint: 'Save it as UTF-8: PostgreSQL reads it as the client encoding, which is UTF8 here.',
      cause: error,
    })
  }
}

/** Relative to the project and with forward slashes: what people see. */
export function displayPath(projectDir: string, path: string): string {
  return relative(projectDir, resolve(projectDir, path)).split(sep).join('/') || '.'
}

export function isInside(projectDir: string, path: string): boolean {
  const fromProject = relative(projectDir, resolve(projectDir, path))
  return fromProject !== '..' && !fromProject.startsWith(`..${sep}`) && !isAbsolute(fromProject)
}

export function isFolder(projectDir: string, path: string): boolean {
  return statSync(resolve(projectDir, path), { throwIfNoEntry: false })?.isDirectory() ?? false
}

export function isFile(projectDir: string, path: string): boolean {
  return statSync(resolve(projectDir, path), { throwIfNoEntry: false })?.isFile() ?? false
}

/** Names in a folder; none when there is no such folder. */
export function namesIn(projectDir: string, folder: string): readonly string[] {
  return isFolder(projectDir, folder) ? readdirSync(resolve(projectDir, folder)).sort() : []
}
