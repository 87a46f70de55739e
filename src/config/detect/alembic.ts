import { posix } from 'node:path'
import { isFile, textOf, type Detector } from './detector.ts'
import { connectingIn, environmentFor } from './variables.ts'

const ASYNC_URL = 'postgresql+asyncpg://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/$PGDATABASE'

/** Alembic: its revisions are Python, in the order of a graph. */
export const alembic: Detector = {
  title: 'Alembic',
  where: 'alembic.ini',
  find(projectDir) {
    if (!isFile(projectDir, 'alembic.ini')) return []
    const env = environment(environmentFile(projectDir))
    return [{ command: `${runner(projectDir)}alembic upgrade head`, ...(env ? { env } : {}) }]
  },
  remark(projectDir) {
    const { urls, parts } = connectingIn(environmentFile(projectDir))
    if (urls.length > 0 || Object.keys(parts).length > 0) return undefined
    return "env.py reads no variable that holds a URL: let it take DATABASE_URL, as in config.set_main_option('sqlalchemy.url', os.environ['DATABASE_URL']). An address that stands in alembic.ini would be migrated instead."
  },
}

function runner(projectDir: string): string {
  if (isFile(projectDir, 'uv.lock')) return 'uv run '
  if (isFile(projectDir, 'poetry.lock')) return 'poetry run '
  const folder = ['.venv', 'venv'].find((name) => isFile(projectDir, name, 'bin', 'alembic'))
  return folder === undefined ? '' : `${folder}/bin/`
}

function environmentFile(projectDir: string): string {
  const location =
    /^\s*script_location\s*=\s*(.+?)\s*$/m.exec(textOf(projectDir, 'alembic.ini'))?.[1] ?? 'alembic'
  return textOf(projectDir, posix.normalize(location.replaceAll('%(here)s', '.')), 'env.py')
}

/** An asynchronous engine takes the name of its driver from the URL, unless the script puts it in. */
function environment(script: string): Readonly<Record<string, string>> | undefined {
  const connecting = connectingIn(script)
  const isAsync = /create_async_engine|async_engine_from_config|AsyncEngine/.test(script)
  if (!isAsync || /\basyncpg\b.*replace|replace\(.*\basyncpg\b/s.test(script))
    return environmentFor(connecting)
  return {
    ...environmentFor(connecting),
    ...Object.fromEntries(connecting.urls.map((name) => [name, ASYNC_URL])),
  }
}
