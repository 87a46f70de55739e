import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { finding, relation, sampleReport } from '../sample-report.ts'
import { bundled } from './assets.ts'
import { embedded } from './embed.ts'
import { html, htmlPage } from './html.ts'

const OPTIONS = { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1 } as const

const HOSTILE = `</script><img src=x onerror="alert(1)"><!--<script>\u2028\u2029$&$\`<!-- script -->`

/** Texts of the elements of a kind, as a browser's tokenizer cuts them: at the first end tag. */
const texts = (page: string, open: RegExp, close: string): readonly string[] =>
  [...page.matchAll(open)].map((match) => {
    const from = match.index + match[0].length
    return page.slice(from, page.indexOf(close, from))
  })

const dataIn = (page: string, id: string): unknown => {
  const [text = ''] = texts(page, new RegExp(`<script type="application/json" id="${id}">`, 'g'), '</script>')
  return JSON.parse(text)
}

const hostileReport = sampleReport({
  relations: [relation(`public.${HOSTILE}`)],
  findings: [finding({ relation: `public.${HOSTILE}`, reproduction: HOSTILE, evidence: HOSTILE })],
  probes: { columns: ['relation', 'command', 'outcome'], rows: [[`public.${HOSTILE}`, 'select', HOSTILE]] },
  notices: [HOSTILE],
})

describe('the data in the page', () => {
  test('hold no character that could end their element, and come back as they were', () => {
    const text = embedded({ text: HOSTILE })
    expect(text).not.toMatch(/[<\u2028\u2029]/)
    expect(JSON.parse(text)).toEqual({ text: HOSTILE })
  })

  test('are all of the report, hostile names included', () => {
    const page = html(hostileReport, OPTIONS)
    expect(dataIn(page, 'report-data')).toMatchObject({
      relations: [{ name: `public.${HOSTILE}` }],
      findings: [{ relation: `public.${HOSTILE}`, evidence: HOSTILE }],
      notices: [HOSTILE],
      codes: { 'read-leak': { impact: 'Whoever sends this request gets other people’s data.' } },
    })
    expect(dataIn(page, 'script-data')).toEqual({ a1f3c09e00112233: { text: HOSTILE, statements: [] } })
  })

  test('stand behind a type that no browser runs, which is the first attribute', () => {
    const page = html(hostileReport, OPTIONS)
    expect([...page.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
      '<script type="application/json" id="report-data">',
      '<script type="application/json" id="attempt-data">',
      '<script type="application/json" id="script-data">',
      '<script type="module">',
    ])
  })

  test('name every word of the probes once', () => {
    const report = sampleReport({
      probes: {
        columns: 'relation command actor attempt detail outcome own team foreign unowned scope'.split(' '),
        rows: [
          ['public.chats', 'select', 'alice', 'read', '', 'returned', 3, 0, 0, 0, null],
          ['public.chats', 'select', 'carol', 'read', '', 'returned', 0, 0, 3, 0, null],
          ['storage.objects', 'select', 'carol', 'read', '', 'returned', 0, 0, 0, 1, 'avatars'],
        ],
      },
    })
    expect(dataIn(html(report, OPTIONS), 'attempt-data')).toEqual({
      words: ['select', 'alice', 'read', '', 'returned', 'carol'],
      rows: {
        'public.chats\0': [
          [0, 1, 2, 3, 4, 3, 0, 0, 0],
          [0, 5, 2, 3, 4, 0, 0, 3, 0],
        ],
        'storage.objects\0avatars': [[0, 5, 2, 3, 4, 0, 0, 0, 1]],
      },
    })
  })

  test('hold what has changed only where there is a comparison', () => {
    expect(dataIn(html(sampleReport(), OPTIONS), 'report-data')).not.toHaveProperty('changed')
    const page = htmlPage(sampleReport(), { changed: ['public.chats/select'] })
    expect(dataIn(page, 'report-data')).toMatchObject({ changed: ['public.chats/select'] })
  })
})

describe('the page', () => {
  const page = html(hostileReport, OPTIONS)
  const policy =
    /http-equiv="Content-Security-Policy" content="(?<policy>[^"]*)"/.exec(page)?.groups?.['policy'] ?? ''
  const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

  test('allows its one script and its one style by their hashes, and nothing else', () => {
    const scripts = texts(page, /<script type="module">/g, '</script>')
    const styles = texts(page, /<style>/g, '</style>')
    expect([scripts.length, styles.length]).toEqual([1, 1])
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(scripts[0])}`,
      `style-src ${hash(styles[0])}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
  })

  test('has its policy before anything that the policy is about', () => {
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'))
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<script'))
  })

  test('names no address', () => {
    const markup = page.replaceAll(/<script type="application\/json"[\s\S]*?<\/script>/g, '')
    expect(markup).not.toMatch(/https?:|\bsrc=|url\(|@import url/)
  })

  test('calls nothing that takes markup or code from a string', () => {
    expect(bundled('main.js')).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTMLUnsafe|parseFromString|createContextualFragment|\beval\b|new Function/,
    )
  })

  test('is the same for the same report', () => {
    expect(html(hostileReport, OPTIONS)).toBe(page)
  })
})

describe('the script of the page', () => {
  test('is one module whose names are all different, without imports and exports', () => {
    const script = bundled('main.js')
    expect(script).not.toMatch(/^(?:import|export) /m)
    expect(script).not.toContain('</script')
    // what is declared twice does not compile
    expect(() => new Script(`async () => {${script}}`)).not.toThrow()
  })

  test('has each module once, behind what it imports', () => {
    const modules: Readonly<Record<string, string>> = {
      'a.js': "import { b } from './b.js'\nimport { c } from './c.js'\n\nb(c)\n",
      'b.js': "import { c } from './c.js'\n\nexport const b = () => c\n",
      'c.js': '/** A number. */\nexport const c = 1\n',
    }
    expect(bundled('a.js', (name) => modules[name] ?? '')).toBe('const c = 1\nconst b = () => c\nb(c)\n')
  })
})
