#!/bin/sh
# The entrypoint of the images that container-image.mjs makes. It does of what the official PostgreSQL images do
# exactly as much as the container engine and docker-compose.yml rely on: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB,
# POSTGRES_INITDB_ARGS, PGDATA, /docker-entrypoint-initdb.d/*.sql, a command that begins with `postgres` or with an
# option, and a server that says twice that it is ready: once for itself, once for the network.
set -eu

case "${1:-postgres}" in
  -*) set -- postgres "$@" ;;
esac
if [ "${1:-postgres}" != postgres ]; then exec "$@"; fi
[ $# -gt 0 ] && shift

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" postgres "$@"
fi

initialise() {
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'error: POSTGRES_PASSWORD is not set: a superuser without a password is not made' >&2
    exit 1
  fi
  secret=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$secret"
  # shellcheck disable=SC2086 -- several words on purpose
  initdb -D "$PGDATA" --username="$user" --pwfile="$secret" ${POSTGRES_INITDB_ARGS:-} >/dev/null
  rm "$secret"
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # as the official images have it; the settings of the command line come on top
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  options=
  for argument in "$@"; do
    options="$options '$(printf '%s' "$argument" | sed "s/'/'\\\\''/g")'"
  done
  pg_ctl -D "$PGDATA" -s -w -o "$options -c listen_addresses=''" start
  if [ "$database" != postgres ]; then
    psql -qX -v ON_ERROR_STOP=1 -U "$user" -d postgres -v name="$database" <<'SQL'
create database :"name";
SQL
  fi
  for script in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$script" ] || continue
    psql -qX -v ON_ERROR_STOP=1 -U "$user" -d "$database" -f "$script"
  done
  pg_ctl -D "$PGDATA" -s -w -m fast stop
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise "$@"; fi
exec postgres "$@"
