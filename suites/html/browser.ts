import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Nothing that the browser does of itself may look like something that the page asks for. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where a Chromium is: RLS_CHROMIUM names it, else the usual names do; undefined where there is none. */
export function findBrowser(): string | undefined {
  const named = process.env['RLS_CHROMIUM']
  if (named !== undefined && named !== '') return named
  const found = NAMES.map((name) =>
    spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim(),
  )
  return ['/usr/bin/chromium', ...found].find((path) => path !== '' && existsSync(path))
}

export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: FLAGS })
