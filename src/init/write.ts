import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDirectory, isFile } from '../config/detect/detector.ts'
import { HarnessError } from '../errors.ts'
import type { Addition, PlannedFile } from './plan.ts'

/** What became of a planned file: a file that is there is never touched. */
export interface Written {
  readonly path: string
  readonly state: 'written' | 'kept'
}

/**
 * Writes a file that is not there.
 * @throws HarnessError OUTPUT_FAILED
 */
export function writeNew(projectDir: string, { path, text }: PlannedFile): Written {
  const target = join(projectDir, path)
  try {
    if (!isDirectory(dirname(target))) mkdirSync(dirname(target), { recursive: true })
  } catch (error) {
    throw cannotWrite(path, error)
  }
  try {
    // wx: between a look and a write somebody else may have made it
    writeFileSync(target, text, { flag: 'wx' })
    return { path, state: 'written' }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return { path, state: 'kept' }
    throw cannotWrite(path, error)
  }
}

function cannotWrite(path: string, error: unknown): HarnessError {
  const reason = error instanceof Error ? error.message : String(error)
  return new HarnessError('OUTPUT_FAILED', `cannot write ${path}: ${reason}`, {
    hint: 'Nothing that was there has changed. Run rls-harness init again when this is put right.',
    cause: error,
  })
}

/** Whether somebody's own file lacks lines: it does until it holds the last one of them that says something. */
export function lacks(projectDir: string, { path, lines }: Addition): boolean {
  const target = join(projectDir, path)
  const telling = lines.findLast((line) => /\w/.test(line)) ?? ''
  return !isFile(target) || !readFileSync(target, 'utf8').includes(telling.trim())
}
