import { isFile, namesIn, type Detector } from './detector.ts'
import { dependsOn, notInstalled, runnerOf } from './packages.ts'

/** Sequelize: its migrations are code; the address may be given to the command. */
export const sequelize: Detector = {
  title: 'Sequelize',
  where: '.sequelizerc, or migrations/*.js and the package sequelize-cli',
  find: (projectDir) =>
    isFile(projectDir, '.sequelizerc') || (dependsOn(projectDir, 'sequelize-cli') && holdsCode(projectDir))
      ? [{ command: `${runnerOf(projectDir)} sequelize-cli db:migrate --url $DATABASE_URL` }]
      : [],
  remark: (projectDir) => notInstalled(projectDir, 'sequelize-cli'),
}

const holdsCode = (projectDir: string): boolean =>
  namesIn(projectDir, 'migrations').some((name) => /\.[cm]?[jt]s$/.test(name))
