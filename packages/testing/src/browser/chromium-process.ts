/** A Chromium with a profile directory, started and killed as a process, for tests of what a kill leaves. */
import { chromium } from '@playwright/test'
import type { Browser } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { chromiumLaunch, findChromium, noChromium } from './chromium.ts'

export interface ChromiumProcess {
  readonly browser: Browser
  /** SIGKILL to it and its children. Resolves when it has gone; of no effect on one that has. */
  kill(): Promise<void>
}

/** Starts one on a profile directory, which keeps its data from one start to the next. */
export async function startChromiumProcess(profile: string): Promise<ChromiumProcess> {
  const executable = findChromium()
  if (executable === null) throw new Error(noChromium)
  const flags = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-first-run',
  ]
  // A group of its own, so that one signal reaches every process of the browser.
  const child = spawn(executable, [...flags, ...chromiumLaunch().args, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
    await exited
  }
  for await (const line of createInterface({ input: child.stderr })) {
    const endpoint = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    if (endpoint === undefined) continue
    child.stderr.resume()
    return { browser: await chromium.connectOverCDP(endpoint), kill }
  }
  throw new Error('Chromium ended before it was ready')
}
