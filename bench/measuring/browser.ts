/** A Chromium for one benchmark: pages opened fresh for every round, and what they cost the whole browser. */
import { buildPage, openChromium, servePage } from '@kith/testing/browser'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { fileURLToPath } from 'node:url'
import type { Cost } from '../processes/commands.ts'

interface ProcessCost {
  readonly id: number
  readonly cpuTime: number
}

export class BenchBrowser {
  readonly #browser: Browser
  readonly #context: BrowserContext
  readonly #url: string

  private constructor(browser: Browser, context: BrowserContext, url: string) {
    this.#browser = browser
    this.#context = context
    this.#url = url
  }

  /** Runs `work` with a browser of its own and ends that, however it ends. Rejects where there is no Chromium. */
  static async within<Value>(work: (browser: BenchBrowser) => Promise<Value>): Promise<Value> {
    const built = await buildPage(fileURLToPath(new URL('../pages/bench-page.ts', import.meta.url)))
    const served = await servePage(built)
    try {
      const browser = await openChromium()
      try {
        return await work(new BenchBrowser(browser, await browser.newContext(), served.url))
      } finally {
        await browser.close()
      }
    } finally {
      await served.stop()
    }
  }

  /** What is running, to be named beside the figures. */
  get version(): string {
    return `Chromium ${this.#browser.version()}`
  }

  /** Runs `work` in a new page, closed afterwards. All pages share one profile. */
  async inPage<Value>(work: (page: Page) => Promise<Value>): Promise<Value> {
    const page = await this.#context.newPage()
    try {
      await page.goto(this.#url)
      return await work(page)
    } finally {
      await page.close()
    }
  }

  /** Wall time as the page measured it, processor time of every process of the browser. */
  async costOf(work: () => Promise<number>): Promise<Cost> {
    const before = await this.#processes()
    const wallMs = await work()
    const after = await this.#processes()
    const cpuBefore = new Map(before.map(({ id, cpuTime }) => [id, cpuTime]))
    const seconds = after.reduce((sum, { id, cpuTime }) => sum + cpuTime - (cpuBefore.get(id) ?? 0), 0)
    return { cpuMs: seconds * 1000, wallMs }
  }

  async #processes(): Promise<readonly ProcessCost[]> {
    const session = await this.#browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    await session.detach()
    return processInfo
  }
}
