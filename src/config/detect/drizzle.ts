import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holdsMigrationFolders, isFile, namesIn, tidy, type Detector } from './detector.ts'

/** Drizzle: a journal up to 0.45, folders with a `migration.sql` from 1.0 on, in the folder that its config calls `out`. */
export const drizzle: Detector = {
  title: 'Drizzle',
  where: '<out>/meta/_journal.json or <out>/*/migration.sql (out as in drizzle.config.*, else drizzle)',
  isThere(projectDir) {
    const out = outFolder(projectDir)
    const found = isFile(projectDir, out, 'meta', '_journal.json') || holdsMigrationFolders(projectDir, out)
    return found ? { tool: 'drizzle', dir: out } : undefined
  },
}

/** Read from the text: running a project's drizzle.config needs drizzle-kit and whatever else it imports. */
function outFolder(projectDir: string): string {
  const config = namesIn(projectDir).find((name) => /^drizzle\.config\.[cm]?[jt]s(on)?$/.test(name))
  if (config === undefined) return 'drizzle'
  const text = readFileSync(join(projectDir, config), 'utf8')
  const out = /^[^/\n]*\bout["']?\s*:\s*(["'`])(?<path>[^"'`$]+)\1/m.exec(text)?.groups?.['path']
  return out === undefined ? 'drizzle' : tidy(out)
}
