import { folderTool, isMarked } from './folders.ts'

/** goose: `-- +goose Up` */
export const goose = folderTool(
  'goose',
  { title: 'goose', where: 'migrations/*.sql with -- +goose Up' },
  (projectDir, folder) => isMarked(projectDir, folder, /^--\s*\+goose\s+up\b/im),
)
