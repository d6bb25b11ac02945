// Sees to a Chromium before tests that need one: the one there is, else Debian's package where this user may install it,
// else Playwright's own download. Where neither works the tests say what to do.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findChromium, noChromium } from '@kith/testing/browser'

const root = dirname(import.meta.dirname)
const APT = '/usr/bin/apt-get'
const INSTALL_LIMIT_MS = 8 * 60_000

/** False, after saying what to do, where there is no Chromium and none can be had. */
export async function provideChromium(): Promise<boolean> {
  if (findChromium() !== null) return true
  const isNamed = process.env['KITH_CHROMIUM'] !== undefined
  if (!isNamed && (await installFromDebian())) return true
  if (!isNamed && (await installFromPlaywright())) return true
  console.error(noChromium)
  return false
}

async function installFromDebian(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync(APT)) return false
  console.log('No Chromium here. Installing the package of this system, as tests run in a real browser …')
  // A list of packages that cannot be renewed may still do.
  await run(APT, ['update', '-qq'])
  await run(APT, ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-color-emoji'])
  return findChromium() !== null
}

async function installFromPlaywright(): Promise<boolean> {
  console.log('No Chromium here. Asking Playwright for its own, as tests run in a real browser …')
  const program = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  await run(process.execPath, [program, 'install', 'chromium'])
  return findChromium() !== null
}

/** Resolves with the exit code; what it prints matters only where it fails. */
function run(command: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: INSTALL_LIMIT_MS,
    })
    child.on('error', () => resolve(1))
    child.on('close', (code) => resolve(code ?? 1))
  })
}
