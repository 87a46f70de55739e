import type { ConnectionTarget } from '../domain/server.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What a program needs to run at all: where programs, packages and temporary files are, and in which language it speaks.
 * Everything else may be a secret, or lead to another database.
 */
const KEPT =
  /^(PATH|Path|PATHEXT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|USER|LOGNAME|SHELL|TERM|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|SYSTEMROOT|ComSpec|windir|ProgramFiles|CI|NO_COLOR|NODE_ENV|NODE_PATH|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NVM_\w+|VOLTA_HOME|PNPM_HOME|BUN_INSTALL|DENO_DIR|COREPACK_HOME|PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|CONDA_PREFIX|PYENV_\w+|UV_(CACHE_DIR|PYTHON|PROJECT_ENVIRONMENT)|POETRY_(HOME|CACHE_DIR|VIRTUALENVS_PATH)|JAVA_HOME|M2_HOME|MAVEN_HOME|GRADLE_HOME|GRADLE_USER_HOME|GOPATH|GOROOT|GOCACHE|GOMODCACHE|GOFLAGS|GEM_HOME|GEM_PATH|BUNDLE_(GEMFILE|PATH)|RBENV_\w+|RUBY(LIB|OPT)|PERL5LIB|ASDF_\w+|MISE_\w+|XDG_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|NIX_\w+|SSL_CERT_(FILE|DIR))$/

/** How a program reaches the throw-away database: the variables that all of PostgreSQL's clients know, and a URL. */
export function connectionVariables(target: ConnectionTarget): Readonly<Record<string, string>> {
  const { host, port, user, password = '', database, ssl } = target
  const login = `${encodeURIComponent(user)}${password === '' ? '' : `:${encodeURIComponent(password)}`}`
  const name = encodeURIComponent(database)
  const place = host.includes(':') ? `[${host}]` : host
  return {
    DATABASE_URL: host.startsWith('/')
      ? `postgresql://${login}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
      : `postgresql://${login}@${place}:${port}/${name}${ssl ? '?sslmode=require' : ''}`,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: ssl ? 'require' : 'disable',
  }
}

/** The environment of a program: what is kept of ours, how it connects, and what the configuration adds. */
export function commandEnvironment(
  ours: Environment,
  variables: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(ours).filter(
    (entry): entry is [string, string] => KEPT.test(entry[0]) && entry[1] !== undefined,
  )
  return { ...Object.fromEntries(kept), ...variables, ...added }
}
