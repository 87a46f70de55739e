import { folderTool, isMarked } from './folders.ts'

/** dbmate: `-- migrate:up` */
export const dbmate = folderTool(
  'dbmate',
  { title: 'dbmate', where: 'db/migrations/*.sql with -- migrate:up' },
  (projectDir, folder) => isMarked(projectDir, folder, /^--\s*migrate:up\b/im),
)
