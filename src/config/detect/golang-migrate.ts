import { folderTool, sqlIn } from './folders.ts'

/** golang-migrate: `<number>_<name>.up.sql` */
export const golangMigrate = folderTool(
  'golang-migrate',
  { title: 'golang-migrate', where: 'migrations/<number>_<name>.up.sql' },
  (projectDir, folder) => sqlIn(projectDir, folder).some((name) => /^\d+_.*\.up\.sql$/.test(name)),
)
