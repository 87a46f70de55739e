import { FINDINGS, type FindingCode } from '../../domain/finding.ts'
import { DANGERS, WEAKNESSES, type WeaknessId } from './weakness.ts'

const ABOUT_CWE = 'https://cwe.mitre.org/'

/** Where the manual of PostgreSQL says how row security is meant to work. */
const MANUAL = 'https://www.postgresql.org/docs/current/ddl-rowsecurity.html'

/** The rule of a finding code: what it means, what somebody can do with it, what closes it, how dangerous it is. */
export function ruleOf(code: FindingCode) {
  const { title, impact, remedy, severity, kind } = FINDINGS[code]
  const danger = DANGERS[code]
  return {
    id: code,
    name: code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: impact },
    help: {
      text: `${impact}\n\nRemedy: ${remedy}\n\nrls-harness explain <id> prints everything about one finding.`,
      markdown: `${prose(impact)}\n\n**Remedy:** ${prose(remedy)}\n\n\`rls-harness explain <id>\` prints everything about one finding.`,
    },
    helpUri: MANUAL,
    defaultConfiguration: { level: severity },
    ...(danger === null ? {} : { relationships: [relationTo(danger.weakness)] }),
    properties: {
      tags: tagsOf(kind, danger?.weakness),
      precision: 'very-high',
      ...(danger === null ? {} : { 'security-severity': danger.score }),
    },
  }
}

/** Our own sentences, written so that Markdown takes nothing in them for mark-up. */
const prose = (text: string): string => text.replaceAll(/[\\`*_[\]<>#|~]/g, String.raw`\$&`)

const relationTo = (id: WeaknessId) => ({
  target: { id, toolComponent: { name: 'CWE', index: 0 } },
  kinds: ['superset'],
})

/** GitHub takes 20 tags and shows 10. A rule without the tag `security` is not shown by its score. */
function tagsOf(kind: string, weakness: WeaknessId | undefined): readonly string[] {
  const common = ['row-level-security', 'postgresql', kind]
  return weakness === undefined
    ? ['correctness', ...common]
    : ['security', `external/cwe/cwe-${weakness}`, ...common]
}

/** The part of CWE that the rules refer to. */
export function weaknessesOf(codes: readonly FindingCode[]) {
  const used = new Set(codes.map((code) => DANGERS[code]?.weakness))
  return {
    name: 'CWE',
    organization: 'MITRE',
    shortDescription: { text: 'The MITRE Common Weakness Enumeration' },
    informationUri: ABOUT_CWE,
    isComprehensive: false,
    taxa: WEAKNESSES.filter(({ id }) => used.has(id)).map(({ id, name }) => ({
      id,
      name,
      shortDescription: { text: name },
      helpUri: `${ABOUT_CWE}data/definitions/${id}.html`,
    })),
  }
}
