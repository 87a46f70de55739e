import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { docker, major, there } from './lab.ts'

/** Images that the suite made; their tags mean nothing to anybody else. */
const made: string[] = []

export function removeImages(): void {
  for (const tag of made.splice(0)) docker('image', 'rm', '--force', tag)
}

interface Change {
  readonly tag: string
  /** lines of a Dockerfile */
  readonly declare: readonly string[]
  /** what is put into the image, by absolute path */
  readonly files?: Readonly<Record<string, string>>
  /** a tar of more */
  readonly archive?: Buffer
}

/** The suite's image with something more in it. */
export function derive({ tag, declare, files = {}, archive }: Change): string {
  const name = `rls-harness-suite:${tag}`
  // it runs nothing: it is only there to be written to
  const id = docker('create', there().image)
  try {
    for (const [path, content] of Object.entries(files)) put(id, tarOf(path, content))
    if (archive) put(id, archive)
    docker('commit', ...declare.flatMap((line) => ['--change', line]), id, name)
  } finally {
    docker('rm', '--volumes', id)
  }
  made.push(name)
  return name
}

function put(id: string, tar: Buffer): void {
  const env = { ...process.env, DOCKER_HOST: there().host }
  execFileSync('docker', ['cp', '-', `${id}:/`], { input: tar, env, stdio: ['pipe', 'ignore', 'pipe'] })
}

/** A tar with the file and its folders: docker makes none. */
function tarOf(path: string, content: string): Buffer {
  const folder = dirname(path)
  const script =
    'd=$(mktemp -d) && chmod 755 "$d" && mkdir -p "$d$1" && cat >"$d$2" && tar -C "$d" -c ".$2" && rm -r "$d"'
  return execFileSync('sh', ['-c', script, 'sh', folder, path], { input: content })
}

/** An image that holds no server: nothing in it is ever run. */
export function emptyImage(): string {
  const name = 'rls-harness-suite:empty'
  const env = { ...process.env, DOCKER_HOST: there().host }
  const tar = execFileSync('tar', ['-c', '-T', '/dev/null'])
  execFileSync('docker', ['import', '--change', 'CMD ["/bin/true"]', '-', name], {
    input: tar,
    env,
    stdio: 'pipe',
  })
  made.push(name)
  return name
}

/**
 * What is peculiar about supabase/postgres, as far as it could disturb a run: its command names a folder with a
 * configuration that says where the data lies, it has its own arguments for initdb, makes the platform's roles with
 * attributes of its own (postgres is no superuser), fills the database postgres with objects of the names that a run
 * makes and with an event trigger, and has real extensions where others get a stub, one of which needs another.
 */
export function likeSupabase(): string {
  return derive({
    tag: 'like-supabase',
    declare: [
      'CMD ["postgres", "-D", "/etc/postgresql"]',
      'ENV POSTGRES_USER=supabase_admin',
      'ENV POSTGRES_INITDB_ARGS=--allow-group-access --encoding=UTF8 --locale=C',
    ],
    files: {
      '/etc/postgresql/postgresql.conf': CONFIGURATION,
      '/etc/postgresql/pg_hba.conf':
        'local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all all scram-sha-256\n',
      '/docker-entrypoint-initdb.d/init.sql': INITIAL,
      ...extension('pg_cron', ONE_DATABASE_ONLY, ''),
      ...extension('pgsodium', "create type key_status as enum ('valid');", "schema = 'pgsodium'"),
      ...extension(
        'supabase_vault',
        'create table secrets (id uuid, secret text);',
        "schema = 'vault'\nrequires = 'pgsodium'",
      ),
    },
  })
}

/** The files of an extension that is not relocatable, in the folder of Debian's PostgreSQL. */
function extension(name: string, script: string, control: string): Readonly<Record<string, string>> {
  const path = `/usr/share/postgresql/${major()}/extension/${name}`
  return {
    [`${path}.control`]: `default_version = '9.9'\nrelocatable = false\nsuperuser = true\n${control}\n`,
    [`${path}--9.9.sql`]: script,
  }
}

const ONE_DATABASE_ONLY = `do $$ begin
  if current_database() <> 'postgres' then raise 'can only create extension in database postgres'; end if;
end $$;`

const CONFIGURATION = `data_directory = '/var/lib/postgresql/data'
hba_file = '/etc/postgresql/pg_hba.conf'
listen_addresses = '*'
unix_socket_directories = '/var/run/postgresql'
log_min_messages = fatal
logging_collector = on
`

const INITIAL = `create role postgres login createdb createrole replication bypassrls;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
alter database postgres owner to postgres;
create schema auth;
create table auth.users (id uuid primary key, email text, other text);
create function auth.uid() returns uuid language sql as $$ select gen_random_uuid() $$;
create table public.notes (id int);
create function public.refuse() returns event_trigger language plpgsql as $$ begin raise 'not here'; end $$;
create event trigger refuse on ddl_command_end execute function public.refuse();
`
