import { describe, expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { REPORTER_NAMES, REPORTERS, type ReporterName } from './reporters.ts'
import { junitErrors, sarifErrors } from './sample-readers.ts'
import { finding, relation, sampleReport } from './sample-report.ts'
import { terminal } from './terminal.ts'
import { widthOf } from './text.ts'

const OPTIONS: ReporterOptions = { level: 'all', colour: false, unicode: true, width: 100, exitCode: 1 }

const draw = (report: Report, changes: Partial<ReporterOptions> = {}): string =>
  terminal(report, { ...OPTIONS, ...changes })

/** Names that a terminal, a log, a browser, a parser or a reader could be fooled with. */
const NAMES: Readonly<Record<string, string>> = {
  quotes: `"double" 'single' \`back\` \`\`\` \\ \\" \\'`,
  'angle brackets': '<script>alert(1)</script> <img src=x onerror=alert(1)> &lt; &#64;',
  'ends of other formats': ']]> --> */ </script> </style> </code></summary></details> {{x}} ${x} {0}',
  'line breaks': 'a\n ✓ isolated\r\nb\u2028c\u2029d\u0085e\vf',
  'control characters': '\u0000\u0001\u0007\b\u007f\u009b2J\u001b]0;title\u0007',
  'terminal escapes': '\u001b[2J\u001b[31m\u001b]8;;https://e.example\u001b\\link\u001b]8;;\u001b\\',
  'direction and zero width': '\u202Efake\u202C \u2066x\u2069 \u200b\u200d\ufeff \u{e0041}',
  'workflow commands':
    '\n::error::fake\n::stop-commands::t\n  ::add-mask::x\n##[error]x ##vso[task.x]y ##teamcity[x]',
  markdown:
    '| a | b |\n# heading\n- item @team #1 GH-1 [x](https://e.example) ![y](z) **b** ~~s~~ https://e.example a@b.example',
  'no characters': '\ufffe\uffff\ufdd0',
  'half a character': '\ud800 \udfff',
  'two halves the wrong way round': '\udc00\ud83d',
  'wide letters': '日本語'.repeat(7),
  '63 bytes': 'ü'.repeat(31) + 'x',
  'no letters': ' ',
  'names of fields': '__proto__',
}

function reportNaming(name: string): Report {
  const place = `public.${name}`
  const untested = [{ relation: place, command: 'select', actor: 'own', reason: name }] as const
  return sampleReport({
    outcome: 'findings',
    relations: [relation(place), { ...relation('storage.objects'), scope: name }],
    functions: [
      {
        name: `${place}(text)`,
        securityDefiner: true,
        access: { execute: 'everyone', reads: 'nobody', writes: 'nobody' },
      },
    ],
    sources: [{ tool: name, files: [{ path: name, sha256: '', notes: [name] }], notes: [name.repeat(9)] }],
    findings: [
      finding({
        relation: place,
        evidence: name.repeat(12),
        blame: [{ policy: name, statement: name.repeat(9), through: name, file: `${name}.sql`, line: 3 }],
        witness: { row: { [name]: name }, session: { role: name, claims: { [name]: name }, settings: {} } },
        remedy: { sql: `drop policy "${name}" on x;`, verified: false },
      }),
      finding({ relation: 'storage.objects', scope: name, suppressed: { by: 'ignore', reason: name } }),
    ],
    lock: {
      file: name,
      differences: [
        {
          subject: place,
          aspect: 'select',
          before: name,
          after: 'everyone',
          places: [{ file: name, line: 3 }],
        },
      ],
    },
    notices: [name.repeat(3)],
    coverage: { ...sampleReport().coverage, planned: 2, executed: 1, untested, untried: [name] },
  })
}

/** What is wrong with a text that a person or a runner reads. */
function textErrors(text: string): readonly string[] {
  const lines = text.split('\n')
  return [
    ...(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text.replaceAll('\n', '')) ? ['invisible characters'] : []),
    ...lines.filter((line) => /^ ✓ isolated/.test(line)).map(() => 'a line of the name’s own'),
    ...lines.filter((line) => /##\w*\[/.test(line)).map((line) => `a logging command: ${line}`),
  ]
}

const commandErrors = (text: string, own: RegExp): readonly string[] =>
  text.split('\n').filter((line) => /^\s*::/.test(line) && !own.test(line))

/** What is wrong with what a reporter wrote, as far as its format can say. */
const CHECKS: Readonly<Record<string, (text: string) => readonly string[] | Promise<readonly string[]>>> = {
  terminal: (text) => [...textErrors(text), ...commandErrors(text, /^$/)],
  json: (text) => [...commandErrors(text, /^$/), ...(JSON.parse(text) ? [] : ['nothing'])],
  sarif: (text) => [...sarifErrors(text), ...commandErrors(text, /^$/)],
  junit: async (text) => [...textErrors(text), ...(await junitErrors(text)), ...commandErrors(text, /^$/)],
  github: (text) => [
    ...textErrors(text),
    ...commandErrors(text, /^::(?:error|warning|notice) (?:title|file)=/),
  ],
  markdown: (text) => [...textErrors(text), ...commandErrors(text, /^$/), ...markdownErrors(text)],
  html: (text) => htmlErrors(text),
}

/** Outside of code, where nothing is mark-up, no name may stand: what is left are words of our own. */
function markdownErrors(text: string): readonly string[] {
  const outside = text
    .replaceAll(/^(?<fence>`{3,})text\n[^]*?\n\k<fence>$/gm, '')
    .replaceAll(/<code>[^<>]*<\/code>/g, '')
    .replaceAll(/(?<!`)(?<fence>`+)(?!`)[^\n]*?(?<!`)\k<fence>(?!`)/g, '')
  const foreign = outside.match(/[@#\\{}]|<(?!\/?(?:details|summary)>)|alert|\]\(|heading|e\.example/g) ?? []
  return foreign
    .filter((found, index) => !(found === '#' && index < 3))
    .map((found) => `outside of code: ${found}`)
}

/** Nothing that runs or loads but what the page itself brings. */
const htmlErrors = (text: string): readonly string[] =>
  ['<script>alert(1)', '<img src=x'].filter((bad) => text.includes(bad))

describe.each([...REPORTER_NAMES])('%s', (name: ReporterName) => {
  const reporter: Reporter = REPORTERS[name]
  const check = CHECKS[name] ?? (() => [`${name} has no check here`])

  test.each(Object.entries(NAMES))('is not fooled by %s in names', async (_, hostile) => {
    for (const unicode of name === 'terminal' ? [true, false] : [true]) {
      expect(await check(reporter(reportNaming(hostile), { ...OPTIONS, unicode }))).toEqual([])
    }
  })
})

test('no line is wider than 100 columns, nor than a narrower terminal', () => {
  for (const report of [...Object.values(NAMES).map(reportNaming), sampleReport()]) {
    for (const [width, most] of [
      [200, 100],
      [100, 100],
      [80, 80],
      [60, 60],
      [40, 60],
    ] as const) {
      const lines = draw(report, { width }).split('\n')
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(most)
    }
  }
})
