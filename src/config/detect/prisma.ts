import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holdsMigrationFolders, namesIn, tidy, type Detector } from './detector.ts'

/** Prisma Migrate: `prisma/migrations/<name>/migration.sql`. */
export const prisma: Detector = {
  title: 'Prisma',
  where: 'prisma/migrations/*/migration.sql (or migrations.path of prisma.config.*)',
  isThere(projectDir) {
    const dir = migrationsFolder(projectDir)
    return holdsMigrationFolders(projectDir, dir) ? { tool: 'prisma', dir } : undefined
  },
}

function migrationsFolder(projectDir: string): string {
  const config = namesIn(projectDir).find((name) => /^prisma\.config\.[cm]?[jt]s$/.test(name))
  if (config === undefined) return 'prisma/migrations'
  const text = readFileSync(join(projectDir, config), 'utf8')
  const path = /\bmigrations\s*:\s*\{[^}]*?\bpath\s*:\s*(["'`])(?<path>[^"'`$]+)\1/.exec(text)?.groups?.[
    'path'
  ]
  return path === undefined ? 'prisma/migrations' : tidy(path)
}
