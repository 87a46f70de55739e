import { written } from '../config/detect/written.ts'
import type { SourceConfig } from '../domain/config.ts'
import type { Facts } from './facts.ts'
import { literal } from './literal.ts'

/** What a person, or the lack of a choice, says about where the SQL comes from. */
export type Migrations =
  /** detection alone finds it: nothing needs to be said */
  | { readonly kind: 'detected'; readonly source: SourceConfig }
  | { readonly kind: 'chosen'; readonly sources: readonly SourceConfig[] }
  /** several, or folders that may be it: somebody must choose */
  | { readonly kind: 'undecided'; readonly sources: readonly SourceConfig[] }

/** The configuration in TypeScript or JavaScript: what is known is said, what is not stands there as a remark. */
export function configText(facts: Facts, migrations: Migrations): string {
  const parts = [migrationLines(migrations), identityLines(facts), INTENT, GATE]
  return `import { defineConfig } from 'rls-harness'

// Everything here is optional: what is not said is detected, inferred or has a default.
export default defineConfig({
${parts.filter((lines) => lines !== '').join('\n\n')}
})
`
}

/** The same as JSON, which has no remarks: only what must be said. */
export function jsonConfigText(migrations: Migrations, schema: string | null): string {
  const said = {
    ...(schema === null ? {} : { $schema: schema }),
    ...(migrations.kind === 'chosen' ? { migrations: migrations.sources } : {}),
  }
  return `${JSON.stringify(said, null, 2)}\n`
}

function migrationLines(migrations: Migrations): string {
  switch (migrations.kind) {
    case 'detected':
      return `  // Found by itself. Say so, in the order in which they are applied, where there is more:
  // migrations: [${written(migrations.source)}, { sql: ['docs/policies.sql'] }],`
    case 'chosen':
      return `  // in the order in which they are applied
  migrations: [
${migrations.sources.map((source) => `    ${written(source)},`).join('\n')}
  ],`
    case 'undecided':
      return `  // Which of these are applied? Keep them, in order, and remove the slashes: nothing can be checked before.
  // migrations: [
${migrations.sources.map((source) => `  //   ${written(source)},`).join('\n')}
  // ],`
  }
}

/** A setting that policies ask for says who asks only where somebody says so: which it is cannot be known from its name. */
function identityLines({ settings }: Facts): string {
  const role = `  // The role that the application connects as, where it is none of the API roles:
  // app: { role: 'app_user' },`
  const [first] = settings
  if (first === undefined) return role
  const user = settings.find((name) => /user|account|person|sub$|uid/i.test(name)) ?? first
  const tenant = settings.find((name) => name !== user && /tenant|org|team|workspace|company/i.test(name))
  const pairs = [`${literal(user)}: '$user'`, ...(tenant ? [`${literal(tenant)}: '$tenant'`] : [])]
  return `${role}

  // The policies ask for settings: ${settings.join(', ')}. Where these say who asks, and not a JWT:
  // identity: { role: 'app_user', settings: { ${pairs.join(', ')} } },`
}

const INTENT = `  // What no schema can say: who may do what beside the owner of a row and its tenant.
  // expect: {
  //   'public.posts': { select: ['owner', { everyone: "status = 'published'" }] },
  //   'public.audit_log': { write: 'nobody' },
  // },`

const GATE = `  // From which severity on a run is red: 'error' (default), 'warning' or 'never'.
  // gate: { failOn: 'warning' },`
