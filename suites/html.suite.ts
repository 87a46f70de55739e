import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../src/domain/report.ts'
import { htmlPage } from '../src/report/html/html.ts'
import { TABS } from '../src/report/html/page/address.js'
import { check } from './check.ts'
import { findBrowser, startBrowser } from './html/browser.ts'
import { contrasts } from './html/contrast.ts'
import { HOSTILE, everyState, hostile, large } from './html/reports.ts'

/*
 * The page as a person has it: a file in a real browser. Whatever it shows, it asks nobody for anything, and its policy is
 * never violated: every test ends with that.
 */
const executable = findBrowser()

// reporters keep to themselves why a test was skipped
test('a Chromium is here, or the reason why nothing below is tried', (context) => {
  if (executable === undefined) context.skip('no Chromium: name one in RLS_CHROMIUM, or install chromium')
  expect(executable).not.toBe('')
})

describe.skipIf(executable === undefined)('the HTML report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rls-harness-html-'))
  let browser: Browser
  let context: BrowserContext
  const open: { page?: Page; asked: string[]; said: string[] } = { asked: [], said: [] }

  beforeAll(async () => {
    browser = await startBrowser(executable ?? '')
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  afterEach(async () => {
    const { page, asked, said } = open
    const file = page ? new URL(page.url()).pathname : ''
    await page?.close()
    expect(said).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
    expect([...new Set(asked.map((url) => new URL(url).pathname))]).toEqual([file])
  })

  /** Opens a report, and listens to what the page asks for and to what goes wrong in it. */
  async function show(report: Report, hash = '', changed?: readonly string[]): Promise<Page> {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.html`)
    writeFileSync(file, htmlPage(report, changed && { changed }))
    const page = await context.newPage()
    open.page = page
    open.asked = []
    open.said = []
    page.on('request', (request) => open.asked.push(request.url()))
    page.on('console', (message) => open.said.push(message.text()))
    page.on('pageerror', (error) => open.said.push(error.message))
    page.on('dialog', (dialog) => {
      open.said.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(`${pathToFileURL(file).href}${hash}`)
    return page
  }

  const focused = (page: Page): Promise<string> =>
    page.evaluate(`(() => {
      const { activeElement: at, body } = document
      return at === body ? 'nothing' : at.getAttribute('aria-label') ?? at.textContent
    })()`)
  const hash = (page: Page): string => new URL(page.url()).hash
  /** Follows an address within the page, as a link does. */
  const goTo = (page: Page, address: string): Promise<void> =>
    page.evaluate(`new Promise((done) => {
      if (location.hash === ${JSON.stringify(address)}) return done()
      addEventListener('hashchange', () => done(), { once: true })
      location.hash = ${JSON.stringify(address)}
    })`)
  const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }

  describe('by keyboard', () => {
    test('a cell is reached, opened, its script copied, and closed again', async () => {
      const page = await show(everyState(), '#matrix')
      await page.getByRole('tab', { name: 'Matrix' }).focus()
      for (let index = 0; index < 9 && !(await focused(page)).startsWith('public.'); index += 1)
        await press(page, 'Tab')
      expect(await focused(page)).toBe('public.chats, anon, select: closed')
      await press(page, 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight')
      expect(await focused(page)).toBe('public.chats, foreign, select: leak, 1 finding')
      await press(page, 'Enter')
      expect(await focused(page)).toBe('public.chats')
      expect(hash(page)).toBe('#cell-public.chats/select/foreign')
      const details = page.getByRole('dialog', { name: 'public.chats' })
      await expect.poll(() => details.innerText()).toContain('carol read 3 of 3 rows')
      expect(await details.innerText()).toContain('drizzle/0007_share.sql:12')
      await details.getByRole('button', { name: 'Copy the script for psql' }).focus()
      await press(page, 'Enter')
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe('begin;')
      await press(page, 'Escape')
      expect(await details.count()).toBe(0)
      expect(await focused(page)).toBe('public.chats, foreign, select: leak, 1 finding')
    })

    test('the ends of the matrix are reached, and Tab leaves it', async () => {
      const page = await show(large(300), '#matrix')
      await page.getByRole('gridcell').first().focus()
      await press(page, 'Control+End')
      expect(await focused(page)).toBe('public.relation_0299, anon, select: closed')
      await press(page, 'End')
      expect(await focused(page)).toBe('public.relation_0299: 0 findings')
      await press(page, 'Home', 'PageUp')
      expect(await focused(page)).toMatch(/^public\.relation_02[0-9]{2}$/)
      await press(page, 'Control+Home', 'Shift+Tab')
      expect(await page.evaluate('document.activeElement.closest("[role=grid]")')).toBe(null)
    })

    test('a list has one stop, and its arrows go through it', async () => {
      const page = await show(everyState())
      await page.getByRole('link', { name: 'read-leak' }).focus()
      await press(page, 'ArrowDown')
      expect(await focused(page)).toContain('tautology')
      await press(page, 'Enter')
      expect(hash(page)).toBe('#finding-00000001')
      await press(page, 'Escape')
      expect(await focused(page)).toContain('tautology')
    })

    test('/ leads to the filter, and the arrows through the tabs', async () => {
      const page = await show(everyState(), '#matrix')
      await press(page, '/')
      await page.keyboard.type('a/b')
      expect(await page.getByRole('searchbox').inputValue()).toBe('a/b')
      await page.getByRole('tab', { name: 'Matrix' }).focus()
      await press(page, 'ArrowRight')
      expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Relations')
      await press(page, 'End')
      expect(await page.getByRole('tabpanel').innerText()).toContain('Migrations')
    })

    test('on a phone the panel keeps the focus until it is closed', async () => {
      const page = await show(everyState(), '#matrix')
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByLabel('public.chats, foreign, select').click()
      expect(await page.evaluate('document.querySelector("dialog").matches(":modal")')).toBe(true)
      await press(page, 'Escape')
      expect(await focused(page)).toBe('public.chats, foreign, select: leak, 1 finding')
    })
  })

  describe('filters', () => {
    const rows = (page: Page): Promise<readonly string[]> =>
      page.locator('.panel:not([hidden]) .cells .relation, .panel:not([hidden]) .place').allInnerTexts()

    test('by schema, code, severity and text narrow what is listed', async () => {
      const page = await show(everyState(), '#matrix')
      expect(await rows(page)).toHaveLength(3)
      await page.getByLabel('Schema').selectOption('api')
      expect(await rows(page)).toEqual([expect.stringContaining('api.scores')])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('Code').selectOption('tautology')
      expect(await rows(page)).toEqual([expect.stringContaining('public.messages')])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByLabel('error, 1 finding').check()
      expect(await rows(page)).toEqual([expect.stringContaining('public.chats')])
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByRole('searchbox').fill('0007_SHARE')
      expect(await rows(page)).toEqual([expect.stringContaining('public.chats')])
      expect(hash(page)).toBe('#matrix?q=0007_SHARE')
    })

    test('"changed only" is there only where reports were compared', async () => {
      const alone = await show(everyState(), '#matrix')
      expect(await alone.getByLabel('changed only').count()).toBe(0)
      await alone.close()
      const page = await show(everyState(), '#matrix', ['public.messages/select'])
      await page.getByLabel('changed only').check()
      expect(await rows(page)).toEqual([expect.stringContaining('public.messages')])
      expect(await page.getByLabel('public.messages, own, select: open, changed').count()).toBe(1)
    })

    test('a thousand relations are a small page, and are found', async () => {
      const page = await show(large(1000), '#matrix')
      const nodes = (): Promise<number> => page.evaluate('document.querySelectorAll("*").length')
      expect(await nodes()).toBeLessThan(2500)
      for (const number of [100, 300, 555, 800]) {
        await page.evaluate(`document.querySelector(".matrix .scroller").scrollTo(0, ${36 * number})`)
        await page.getByText(`public.relation_0${number}`).waitFor()
        expect(await nodes()).toBeLessThan(2500)
      }
      await page.getByRole('searchbox').fill('relation_0990')
      expect(await rows(page)).toEqual(['public.relation_0990'])
      expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('3')
      await page.getByRole('searchbox').fill('nothing like this')
      expect(await page.getByRole('tabpanel').innerText()).toContain('No relation is like this.')
    })
  })

  describe('addresses', () => {
    test('a link opens its finding, after a reload as well', async () => {
      const page = await show(everyState(), '#finding-a1f3c09e?q=chats')
      for (const _ of [1, 2]) {
        expect(await page.getByRole('dialog').innerText()).toContain('carol read 3 of 3 rows')
        expect(await page.getByRole('searchbox').inputValue()).toBe('chats')
        expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Findings')
        await page.reload()
      }
      await press(page, 'Escape')
      expect(await focused(page)).toContain('read-leak')
    })

    test('Back closes what was opened, and undoes a filter and a tab', async () => {
      const page = await show(everyState(), '#findings')
      await page.getByRole('tab', { name: 'Relations' }).click()
      await page.getByLabel('Schema').selectOption('api')
      await page.getByRole('searchbox').pressSequentially('sco')
      await page.getByRole('link', { name: 'api.scores' }).click()
      expect(hash(page)).toBe('#relation-api.scores?schema=api&q=sco')
      await page.goBack()
      expect([hash(page), await page.getByRole('dialog').count()]).toEqual(['#relations?schema=api&q=sco', 0])
      // what was typed is one step, however many letters it has
      await page.goBack()
      expect([hash(page), await page.getByLabel('Schema').inputValue()]).toEqual(['#relations', ''])
      await page.goBack()
      expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Findings')
      await page.goForward()
      expect(await page.getByRole('tab', { selected: true }).innerText()).toContain('Relations')
    })

    test('an address of another report says that it is not in this one', async () => {
      const page = await show(everyState(), '#finding-ffffffff')
      expect(await page.getByRole('dialog').innerText()).toContain('Not in this report')
    })
  })

  describe('looks', () => {
    test.each(['light', 'dark'] as const)(
      '%s: every text has a contrast of 4.5 or more',
      async (colorScheme) => {
        const page = await show(everyState(), '#cell-public.chats/select/foreign')
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        for (const tab of ['matrix', 'findings', 'relations', 'untested', 'suppressions']) {
          await page.evaluate(
            `location.hash = "${tab === 'matrix' ? '#cell-public.chats/select/foreign' : `#${tab}`}"`,
          )
          const seen = await contrasts(page)
          expect(seen.length).toBeGreaterThan(20)
          expect(seen.filter(({ ratio }) => ratio < 4.5)).toEqual([])
          if (tab !== 'matrix') continue
          const states = new Set(seen.flatMap(({ kind }) => /state (\w+)/.exec(kind)?.[1] ?? []))
          expect([...states].sort()).toEqual(['blocked', 'closed', 'leak', 'none', 'open', 'untested'])
        }
      },
    )

    test('the switch sets the theme, and it stays', async () => {
      const page = await show(everyState())
      await page.emulateMedia({ colorScheme: 'light' })
      const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
      const light = await ground()
      await page.getByLabel('Theme').selectOption('dark')
      const dark = await ground()
      expect(dark).not.toBe(light)
      await page.reload()
      expect(await ground()).toBe(dark)
      await page.getByLabel('Theme').selectOption('auto')
      expect(await ground()).toBe(light)
    })

    test('on paper everything is listed, in light colours', async () => {
      const page = await show(large(200), '#matrix')
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      await expect.poll(() => page.locator('.cells .row').count()).toBe(200)
      expect(await page.getByRole('searchbox').isVisible()).toBe(false)
      expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(24, 28, 33)')
      await page.emulateMedia({ media: 'screen' })
      await expect.poll(() => page.locator('.cells .row').count()).toBeLessThan(100)
    })

    test.each([320, 390, 768])('at %i pixels the page is not wider than the window', async (width) => {
      const page = await show(hostile(), '#findings')
      await page.setViewportSize({ width, height: 700 })
      for (const address of ['#findings', '#matrix', '#relations', '#run', '#finding-00000001']) {
        await goTo(page, address)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
    })
  })

  describe('hostile names', () => {
    test('are shown as text wherever they stand, and nothing of them is executed', async () => {
      const page = await show(hostile())
      const addresses = [
        ...TABS,
        ...HOSTILE.map((_, index) => `finding-0000000${index + 1}`),
        ...HOSTILE.map((name) => `cell-${encodeURIComponent(`public.${name}`)}/select/foreign`),
        ...HOSTILE.map((name) => `relation-${encodeURIComponent(`public.${name}`)}`),
      ]
      for (const address of addresses) {
        await goTo(page, `#${address}`)
        expect(
          await page.evaluate('document.querySelectorAll("img, svg, iframe, script:not([type])").length'),
        ).toBe(0)
        expect(await page.evaluate('typeof globalThis.hacked')).toBe('undefined')
      }
      expect(await page.getByRole('dialog').innerText()).toContain(HOSTILE[5])
      await goTo(page, '#findings')
      const text = await page.locator('#panel-findings').innerText()
      for (const name of [HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4]])
        expect(text).toContain(`public.${name}`)
      expect(text).toContain(String.raw`evil\u{202e}lmth.exe\u{2066}`)
      expect(text).not.toContain('\u202E')
    })

    test('are copied as they are', async () => {
      const page = await show(hostile(), '#finding-00000004')
      await page.getByRole('button', { name: 'Copy the remedy' }).click()
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(HOSTILE.join(' '))
    })

    test('could not be executed even if they became markup', async () => {
      const page = await show(everyState())
      const attempt = page.evaluate('document.body.innerHTML = "<img src=x onerror=globalThis.hacked=1>"')
      await expect(attempt).rejects.toThrow('TrustedHTML')
      expect(await page.evaluate('typeof globalThis.hacked')).toBe('undefined')
      // the policy says so to the console
      expect(open.said.splice(0).every((text) => text.includes('TrustedHTML'))).toBe(true)
    })
  })

  test('the report of a real run shows each of its findings with policies, script and entry', async () => {
    const report = await check(
      fileURLToPath(new URL('../fixtures/apps/chidi/leaky-messages', import.meta.url)),
    )
    const page = await show(report)
    expect(report.findings.length).toBeGreaterThan(0)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('4 errors')
    for (const { id, code, evidence, blame } of report.findings) {
      await goTo(page, `#finding-${id}`)
      const text = await page.getByRole('dialog', { name: code }).innerText()
      expect(text).toContain(evidence)
      expect(text).toContain(`${blame[0]?.file}:${blame[0]?.line}`)
      expect(text).toMatch(/Policies for \w+ \([1-9]/)
      expect(text).toContain(`code: '${code}'`)
      await page.getByRole('button', { name: 'Copy the script for psql' }).click()
      const script = report.findings.find((one) => one.id === id)?.reproduction
      await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(script)
    }
  })
})
