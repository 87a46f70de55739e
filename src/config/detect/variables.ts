/** What a tool's own configuration says about where it connects, read from its text. */
export interface Connecting {
  /** variables that hold a URL, in the order in which they stand there */
  readonly urls: readonly string[]
  /** variables for a single part: host, user, … */
  readonly parts: Readonly<Record<string, string>>
}

const READ =
  /(?:process\.env\.|process\.env\[["']|environ\[["']|environ\.get\(\s*["']|getenv\(\s*["'])(?<name>[A-Z][A-Z0-9_]*)/g

const PARTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)(?:HOST|HOSTNAME|SERVER)$/, '$PGHOST'],
  [/(?:^|_)PORT$/, '$PGPORT'],
  [/(?:^|_)(?:USER|USERNAME)$/, '$PGUSER'],
  [/(?:^|_)(?:PASS|PASSWORD)$/, '$PGPASSWORD'],
  [/(?:^|_)(?:DATABASE|DB|DBNAME|DB_NAME|NAME)$/, '$PGDATABASE'],
]

/** The variables that the text reads. What the command gets anyway needs no mention. */
export function connectingIn(text: string): Connecting {
  const names = [...new Set([...text.matchAll(READ)].map(({ groups }) => groups?.['name'] ?? ''))]
  const urls = names.filter((name) => /URL|URI|DSN|CONNECTION/.test(name))
  const parts = names.flatMap((name) => {
    const value = /^PG[A-Z]+$/.test(name) ? undefined : PARTS.find(([pattern]) => pattern.test(name))?.[1]
    return value === undefined || urls.includes(name) ? [] : [[name, value] as const]
  })
  return { urls, parts: Object.fromEntries(parts) }
}

/** `env` of a command, so that these variables lead to the throw-away database; undefined where nothing needs to be said. */
export function environmentFor({ urls, parts }: Connecting): Readonly<Record<string, string>> | undefined {
  const missing = urls.filter((name) => name !== 'DATABASE_URL')
  const env = { ...Object.fromEntries(missing.map((name) => [name, '$DATABASE_URL'])), ...parts }
  return Object.keys(env).length === 0 ? undefined : env
}
