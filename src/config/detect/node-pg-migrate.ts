import type { SourceConfig } from '../../domain/config.ts'
import { namesIn, type Detector } from './detector.ts'
import { FOLDERS, isMarked } from './folders.ts'
import { dependsOn, notInstalled, runnerOf } from './packages.ts'

const UP = /^\s*--[\s-]*up\s+migration\b/im
const CODE = /(?<!\.d)\.[cm]?[jt]s$/

/** node-pg-migrate: the package and a folder of SQL; code it has to run itself. */
export const nodePgMigrate: Detector = {
  title: 'node-pg-migrate',
  where: 'migrations/* and the package node-pg-migrate',
  find(projectDir) {
    const isUsed = dependsOn(projectDir, 'node-pg-migrate')
    return FOLDERS.flatMap((dir): readonly SourceConfig[] => {
      const names = namesIn(projectDir, dir)
      if (isUsed && names.some((name) => CODE.test(name))) return [{ command: commandFor(projectDir, dir) }]
      const holdsSql = names.some((name) => name.endsWith('.sql'))
      return holdsSql && (isUsed || isMarked(projectDir, dir, UP)) ? [{ tool: 'node-pg-migrate', dir }] : []
    }).slice(0, 1)
  },
  remark: (projectDir) => notInstalled(projectDir, 'node-pg-migrate'),
}

const commandFor = (projectDir: string, dir: string): string =>
  `${runnerOf(projectDir)} node-pg-migrate up${dir === 'migrations' ? '' : ` -m ${dir}`}`
