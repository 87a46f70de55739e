// Takes the pictures of docs/html-report.md: the report of a fixture application, light and dark. Needs a build and a Chromium
// (RLS_CHROMIUM, or the usual places).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const application = 'fixtures/apps/org-saas/leaky-cross-org'
const opened = '#cell-public.customers/select/foreign'
const images = join(root, 'docs/images')

const browsers = [
  process.env.RLS_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** `check` ends with 1 where it finds what is there; anything else is no report. */
function report(folder) {
  const file = join(folder, 'report.html')
  const args = [
    'dist/cli.js',
    'check',
    application,
    '--quiet',
    '--reporter',
    'html',
    '--output-file',
    `html=${file}`,
  ]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 1 || !readFileSync(file, 'utf8').includes('read-leak'))
    throw new Error(`${application} was not reported: exit code ${status}`)
  return file
}

async function take(page, url, colorScheme, file) {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.goto('about:blank')
  await page.goto(url)
  await page.screenshot({ path: join(images, file) })
}

async function screenshots() {
  const executablePath = browsers.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('no Chromium: name one in RLS_CHROMIUM')
  const folder = mkdtempSync(join(tmpdir(), 'rls-harness-screenshot-'))
  try {
    const url = `${pathToFileURL(report(folder)).href}${opened}`
    const browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    })
    const page = await browser.newPage({ viewport: { width: 1360, height: 820 }, deviceScaleFactor: 1.3 })
    mkdirSync(images, { recursive: true })
    await take(page, url, 'light', 'report.png')
    await take(page, url, 'dark', 'report-dark.png')
    await browser.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await screenshots()
