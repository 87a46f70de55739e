import { isFile, textOf, type Detector } from './detector.ts'
import { dependsOn, notInstalled, runnerOf } from './packages.ts'
import { connectingIn, environmentFor } from './variables.ts'

const FOLDERS = ['', 'src/', 'src/config/', 'src/db/', 'src/database/', 'db/', 'database/', 'config/']
const NAMES = ['data-source', 'datasource', 'dataSource', 'ormconfig', 'typeorm.config']
const ENDINGS = ['ts', 'js', 'cjs', 'mjs']

/** TypeORM: its migrations are code, run against a data source. */
export const typeorm: Detector = {
  title: 'TypeORM',
  where: 'data-source.* (or src/data-source.*) and the package typeorm',
  find(projectDir) {
    const file = dependsOn(projectDir, 'typeorm') ? sourceIn(projectDir) : undefined
    if (file === undefined) return []
    const text = textOf(projectDir, file)
    if (/\btype\s*:\s*["'`](?!postgres|cockroach)\w+["'`]/.test(text) && !/["'`]postgres["'`]/.test(text))
      return []
    const env = environmentFor(connectingIn(text))
    const program = file.endsWith('.ts') ? 'typeorm-ts-node-commonjs' : 'typeorm'
    return [
      { command: `${runnerOf(projectDir)} ${program} migration:run -d ${file}`, ...(env ? { env } : {}) },
    ]
  },
  remark: (projectDir) => notInstalled(projectDir, 'typeorm'),
}

const sourceIn = (projectDir: string): string | undefined =>
  FOLDERS.flatMap((folder) =>
    NAMES.flatMap((name) => ENDINGS.map((ending) => `${folder}${name}.${ending}`)),
  ).find((file) => isFile(projectDir, file))
