import { namesIn, textOf, type Detector } from './detector.ts'
import { notInstalled, runnerOf } from './packages.ts'
import { connectingIn, environmentFor } from './variables.ts'

const CONFIG = /^knexfile\.[cm]?[jt]s$/

/** Knex: its migrations are code. */
export const knex: Detector = {
  title: 'Knex',
  where: 'knexfile.*',
  find(projectDir) {
    const file = namesIn(projectDir).find((name) => CONFIG.test(name))
    if (file === undefined) return []
    const text = textOf(projectDir, file)
    if (isForeign(text)) return []
    const env = environmentFor(connectingIn(text))
    return [{ command: `${runnerOf(projectDir)} knex migrate:latest`, ...(env ? { env } : {}) }]
  },
  remark(projectDir) {
    const file = namesIn(projectDir).find((name) => CONFIG.test(name)) ?? ''
    const { urls, parts } = connectingIn(textOf(projectDir, file))
    const reads = urls.length > 0 || Object.keys(parts).length > 0
    return [
      reads
        ? undefined
        : `${file} reads no variable that holds a URL: let its connection be process.env.DATABASE_URL.`,
      notInstalled(projectDir, 'knex'),
    ]
      .filter((line) => line !== undefined)
      .join('\n')
  },
}

/** Whether all the clients that it names are other databases. */
function isForeign(text: string): boolean {
  const clients = [...text.matchAll(/\bclient["']?\s*:\s*["'`]([\w-]+)["'`]/g)].map(
    ([, client]) => client ?? '',
  )
  return clients.length > 0 && !clients.some((client) => /^(pg|postgres|cockroach)/.test(client))
}
