import type { SourceConfig } from '../../domain/config.ts'
import { namesIn, textOf, type Detector } from './detector.ts'

const HEADER = /^-- PostgreSQL database dump$/m
const FOLDERS = ['.', 'db', 'database', 'schema', 'supabase', 'sql'] as const

/** What pg_dump wrote: asked only where no migrations were recognised, which make the same. */
export const dump: Detector = {
  title: 'a dump of the schema',
  where: 'db/*.sql, schema.sql and the like, written by pg_dump',
  find: (projectDir) =>
    FOLDERS.flatMap((folder) =>
      namesIn(projectDir, folder)
        .filter(
          (name) => name.endsWith('.sql') && HEADER.test(textOf(projectDir, folder, name).slice(0, 2000)),
        )
        .map((name): SourceConfig => ({ sql: [folder === '.' ? name : `${folder}/${name}`] })),
    ),
}
