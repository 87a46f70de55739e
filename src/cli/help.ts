export const EXAMPLES = `
Examples:
  rls-harness                               check the project in this directory
  rls-harness init                          write a configuration, first tests and a CI job
  rls-harness check apps/web --pg-version 16
  rls-harness check --relation 'public.chat*' --level all
  rls-harness check --json > report.json
  rls-harness check --output-file rls.sarif --output-file rls.xml
  rls-harness check --reporter terminal --reporter github
  rls-harness check --shard 2/3 --output-file shard-2.json
  rls-harness merge shard-*.json            join what three machines tried into one report
  rls-harness lock                          keep who gets at what in git; then: check --locked
  rls-harness diff main                     what the work tree opens and closes
  rls-harness explain a1f3c09e              everything about one finding
  rls-harness repro a1f3c09e | psql "$URL"   repeat it in a database with the migrations
  rls-harness usage                         what the application uses and the schema lacks, or nobody tested
  rls-harness drift schema.sql              what the migrations do not make as the schema says
  rls-harness types                         types of the schema for tests in TypeScript

Exit codes:
  0  isolated          1  a finding at or above --fail-on, or something could not be tested
  2  could not run     130  interrupted
`

export const READING = `
Reading the matrix: select, insert, update, delete (S I U D) for
  anon     no session                      team     a user of the same tenant
  foreign  a user without tie to the row   own      whose row it is
  · closed   ✓ open, and meant to be   ✗ leak   ! blocked, but should be open   ? untested   – nothing to try

Environment (weaker than flags, stronger than the configuration):
  RLS_DATABASE_URL RLS_ENGINE RLS_IMAGE RLS_PG_VERSION RLS_SCHEMA RLS_SEED RLS_ROWS RLS_CONCURRENCY
  RLS_FAIL_ON RLS_LENIENT RLS_FROM_SCHEMA NO_COLOR FORCE_COLOR CI.
  DATABASE_URL is never used: it may be production.
`

export const USAGE_EXITS = `
Exit codes:
  0  every name is there and tested       1  a name is missing, or used and untested
  2  could not run                        130  interrupted
`

export const INIT_EXITS = `
Nothing is asked with --yes, with CI set, or where stdin is no terminal.

Exit codes:
  0  everything is there, whatever the check found
  2  could not run; or the check could not, and what needs its result is missing
  130  interrupted
`

export const TYPES_EXITS = `
Exit codes:
  0  written, or up to date               1  --check: not up to date
  2  could not run                        130  interrupted
`

export const LOCK_EXITS = `
Exit codes:
  0  written, or up to date               1  access is not as the lock says: it was left as it is
  2  could not run                        130  interrupted
`

export const BASELINE_EXITS = `
Examples:
  rls-harness baseline write                adopt an old project: from now on only what is new fails
  rls-harness baseline prune                what is repaired is not accepted a second time
  rls-harness baseline show

Exit codes:
  0  done                                 2  could not run, or there is (no) baseline
  130  interrupted
`

export const DIFF_EXITS = `
Examples:
  rls-harness diff main                     what the work tree changes
  rls-harness diff main...HEAD --reporter markdown > comment.md
  rls-harness diff before.json after.json

Exit codes:
  0  nothing opened                       1  a finding at or above --fail-on, or something is newly untested
  2  could not run                        130  interrupted
`

export const DOCTOR_EXITS = `
Exit codes:
  0  a check can run                      2  it cannot, for the reasons that are marked
  130  interrupted
`

export const DRIFT_EXITS = `
Examples:
  rls-harness drift schema.sql              a dump, or the schema that people read
  rls-harness drift "$URL" --allow-external  a database that is not on this machine

Exit codes:
  0  both state the same schema           1  something differs
  2  could not run                        130  interrupted
`

export const MERGE_EXITS = `
Exit codes: those of check, for the whole. 2 also where a shard is missing, given twice or of another run.
--fail-on and --strict default to the configuration of the project, whatever the shards were given.
`

export const FINDING_ARGUMENTS = `
<id> is what the report calls the finding, or as much of its fingerprint as tells it from others.
Without --report the project is checked first: give the directory and the flags that check was given.
A finding keeps its id as long as nothing about it changes.

Examples:
  rls-harness check apps/web --output-file report.json
  rls-harness explain a1f3c09e --report report.json
  rls-harness repro a1f3c09e --report report.json | psql -X -v ON_ERROR_STOP=1 "$URL"

Exit codes:
  0  printed                              2  no such finding, several, or could not run
  130  interrupted
`

export const NO_ID =
  'hint: Each finding of a report ends with the commands and its id: rls-harness explain a1f3c09e\n'
