/** Where this machine has a Chromium to test in, and how it is started. */
import { chromium } from '@playwright/test'
import { existsSync } from 'node:fs'

/** What to do where there is none. */
export const noChromium: string =
  'No Chromium was found. Install one (Debian: "apt-get install chromium"; anywhere: "npx playwright install chromium") ' +
  'or name its executable in KITH_CHROMIUM.'

const usualPlaces: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The executable named in KITH_CHROMIUM, else the first of the usual places, else Playwright's own; null where none is there. */
export function findChromium(): string | null {
  const named = process.env['KITH_CHROMIUM']
  if (named !== undefined) return existsSync(named) ? named : null
  return [...usualPlaces, chromium.executablePath()].find((path) => existsSync(path)) ?? null
}

/** How Playwright starts it. Without an executable where there is none, so that only its use fails. */
export function chromiumLaunch(): { readonly executablePath?: string; readonly args: string[] } {
  const executablePath = findChromium()
  // Chromium refuses to sandbox what root starts.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return executablePath === null ? { args } : { executablePath, args }
}
