import { Connection } from './database/connection.ts'
import { before } from './diagnose/before.ts'
import { extensionLines } from './diagnose/extensions.ts'
import { problemOf } from './diagnose/lines.ts'
import { identityLines, platformLines, policyLines, schemaLines } from './diagnose/project.ts'
import { seedingLines } from './diagnose/seeding.ts'
import type { Config } from './domain/config.ts'
import type { DiagnosisLine, DiagnosisSection, DiagnosisSectionName } from './domain/diagnosis.ts'
import type { Prepared } from './prepare.ts'
import { reportedIdentity } from './reported-identity.ts'
import { prepareStep } from './run.ts'
import type { RunContext } from './run.ts'
import { seedAll } from './stages/seed.ts'
import { understand } from './stages/understand.ts'
import type { Understood } from './stages/understand.ts'

/**
 * What a check would do with a project, without probing: each part is told as far as those before it went. Nothing is
 * thrown for what is wrong with the project: that is what is told.
 *
 * @param config absent: it could not be read, and only the surroundings are looked at
 */
export async function diagnose(
  projectDir: string,
  config: Config | undefined,
  context: RunContext,
): Promise<readonly DiagnosisSection[]> {
  const sections = [...(await before(projectDir, config, context))]
  if (config === undefined || sections.some(({ lines }) => lines.some(({ state }) => state === 'problem')))
    return sections
  const tell = async (name: DiagnosisSectionName, look: () => Promise<readonly DiagnosisLine[]>) => {
    try {
      sections.push({ name, lines: await look() })
      return true
    } catch (error) {
      sections.push({ name, lines: [problemOf(error)] })
      return false
    }
  }
  let prepared: Prepared | undefined
  const applied = await tell('migrations', async () => {
    prepared = await prepareStep(config, context)
    return appliedLines(prepared)
  })
  if (!applied || !prepared) return sections
  await using database = prepared
  await using connection = await Connection.open(database.target)
  sections.push({ name: 'platform', lines: platformLines(config, database) })
  let known: Understood | undefined
  const understood = await tell('schemas', async () => {
    known = await understand(connection, config, database.definitions)
    return schemaLines(known)
  })
  if (!understood || !known) return sections
  const facts = known
  sections.push(
    { name: 'extensions', lines: extensionLines(facts.extensions.reported, database.skippedExtensions) },
    { name: 'identity', lines: identityLines(facts, reportedIdentity(facts.config, facts.model)) },
    { name: 'policies', lines: policyLines(facts) },
  )
  await tell('seeding', async () =>
    seedingLines(facts, (await seedAll(connection, facts, facts.config)).population),
  )
  return sections
}

function appliedLines({ sources, failed }: Prepared): readonly DiagnosisLine[] {
  const notes = sources.flatMap(({ files }) =>
    files.flatMap(({ path, notes: own }) =>
      own.map((note) => (note.startsWith(path) ? note : `${path}: ${note}`)),
    ),
  )
  const files = sources.reduce((sum, one) => sum + one.files.length, 0)
  return [
    { state: 'fine', text: `${files} file${files === 1 ? ' was' : 's were'} applied` },
    ...(failed ?? []).map(({ file, line, message }) => ({
      state: 'note' as const,
      text: `passed over: ${file}:${line}: ${message}`,
    })),
    ...notes.map((text) => ({ state: 'note', text }) as const),
  ]
}
