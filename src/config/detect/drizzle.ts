import { DEFAULT_FOLDERS, type SourceConfig } from '../../domain/config.ts'
import { drizzleOut, isDrizzleConfig, isForeignDialect } from '../../domain/drizzle-config.ts'
import { holdsMigrationFolders, isFile, namesIn, textOf, tidy, type Detector } from './detector.ts'

/** Drizzle: a journal up to 0.45, folders with a `migration.sql` from 1.0 on, in the folder that its config calls `out`. */
export const drizzle: Detector = {
  title: 'Drizzle',
  where: '<out>/meta/_journal.json or <out>/*/migration.sql (out as in drizzle.config.*, else drizzle)',
  find(projectDir) {
    const found = outFolders(projectDir).filter(
      (out) => isFile(projectDir, out, 'meta', '_journal.json') || holdsMigrationFolders(projectDir, out),
    )
    return found.map((dir): SourceConfig => ({ tool: 'drizzle', dir }))
  },
}

/** Of several configurations each has a folder; those of other databases do not count. */
function outFolders(projectDir: string): readonly string[] {
  const names = namesIn(projectDir).filter(isDrizzleConfig)
  // what drizzle-kit takes without being told: others are for pulls and other databases
  const usual = names.filter((name) => /^drizzle\.config\.\w+$/.test(name))
  const texts = (usual.length > 0 ? usual : names).map((name) => textOf(projectDir, name))
  if (texts.length === 0) return [DEFAULT_FOLDERS.drizzle]
  const ours = texts.filter((text) => !isForeignDialect(text))
  return [...new Set(ours.map((text) => tidy(drizzleOut(text) ?? DEFAULT_FOLDERS.drizzle)))]
}
