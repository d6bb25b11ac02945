// Somebody with Kith in a browser: a profile of their own on disk, and what they do there, by what they see.
import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test'
import type { Watch } from './watch.ts'

export interface Browsing {
  /** Opens the browser on the profile; what it keeps is there again. */
  readonly launch: () => Promise<BrowserContext>
  /** Address of the page. */
  readonly address: string
  readonly watch: Watch
  /** Runs in each page before its own scripts. */
  readonly before?: () => void
}

export class BrowserPerson {
  readonly name: string
  readonly #browsing: Browsing
  #context: BrowserContext | null = null
  #page: Page | null = null

  constructor(name: string, browsing: Browsing) {
    this.name = name
    this.#browsing = browsing
  }

  get page(): Page {
    if (this.#page === null) throw new Error(`${this.name} has no window open.`)
    return this.#page
  }

  get context(): BrowserContext {
    if (this.#context === null) throw new Error(`${this.name} has no browser open.`)
    return this.#context
  }

  get isOpen(): boolean {
    return this.#page !== null
  }

  /** Starts the browser and goes to the page, or to a link. */
  async open(link: string = this.#browsing.address): Promise<void> {
    const { launch, watch, before } = this.#browsing
    const context = await launch()
    this.#context = context
    await watch.follow(this.name, context)
    if (before !== undefined) await context.addInitScript(before)
    this.#page = context.pages()[0] ?? (await context.newPage())
    await this.#page.goto(link)
  }

  /** Quits the browser. */
  async close(): Promise<void> {
    const context = this.#context
    this.#context = null
    this.#page = null
    await context?.close()
  }

  /** Says who they are at the first start. */
  async introduce(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name)
    await this.page.getByRole('button', { name: 'Get started' }).click()
  }

  /** Makes a group. The invite stands open afterwards. */
  async createGroup(
    name: string,
    history: 'From when they join' | 'Everything' = 'From when they join',
  ): Promise<void> {
    const { page } = this
    await page.getByRole('main').getByRole('button', { name: 'Create a group' }).click()
    const dialog = page.getByRole('dialog', { name: 'Create a group' })
    await dialog.getByRole('textbox', { name: 'Name of the group' }).fill(name)
    await dialog.getByRole('radio', { name: history }).check()
    await dialog.getByRole('button', { name: 'Create group' }).click()
    await expect(page.getByRole('dialog', { name: `Invite to ${name}` })).toBeVisible()
  }

  /** Copies the link of the invite that stands open. */
  async copyInvite(): Promise<string> {
    const dialog = this.page.getByRole('dialog', { name: /^Invite to/ })
    await dialog.getByRole('button', { name: 'Copy link' }).click()
    await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible()
    return this.page.evaluate(() => navigator.clipboard.readText())
  }

  /** Closes the dialog that stands open. */
  async closeDialog(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
  }

  /** Accepts the invite that stands open. */
  async join(group: string, timeout = 30_000): Promise<void> {
    const dialog = this.page.getByRole('dialog', { name: 'Join with a link' })
    await dialog.getByRole('button', { name: 'Join', exact: true }).click()
    await expect(this.page.getByRole('main').getByRole('heading', { name: group })).toBeVisible({ timeout })
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message to / })
  }

  /** The list of messages. */
  get messages(): Locator {
    return this.page.getByRole('region', { name: 'Messages' })
  }

  message(text: string): Locator {
    return this.messages.getByText(text, { exact: true })
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  async sees(text: string, timeout = 20_000): Promise<void> {
    await expect(this.message(text), `${this.name} sees "${text}"`).toBeVisible({ timeout })
  }

  /** Reads the conversation from its beginning to its end: what matches, in the order it stands on the screen. */
  async readAll(pattern: RegExp): Promise<readonly string[]> {
    await expect(this.messages).toBeVisible()
    return this.messages.evaluate(readScrolling, pattern)
  }

  /** The line of a person in the panel that shows how one is connected. */
  async routeTo(name: string): Promise<Locator> {
    const panel = this.page.getByRole('region', { name: 'Connections' })
    if (!(await panel.isVisible())) await this.page.getByRole('button', { name: /show connections$/ }).click()
    return panel.getByRole('listitem').filter({ hasText: name })
  }

  async isConnectedTo(name: string, route: 'Direct' | 'Through a relay', timeout = 30_000): Promise<void> {
    await expect(await this.routeTo(name), `${this.name} to ${name}`).toContainText(route, { timeout })
  }

  /** Looks at what stands on the screen for what keeps people from using it. */
  async inspect(screen: string): Promise<void> {
    await this.#browsing.watch.inspect(this.name, this.page, screen)
  }
}

/** Runs in the page: scrolls up until nothing older comes, then down, window by window. */
async function readScrolling(scroller: Element, pattern: RegExp): Promise<readonly string[]> {
  const frames = async (count: number): Promise<void> => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame)
  }
  const rows = (): readonly HTMLElement[] =>
    [...scroller.querySelectorAll<HTMLElement>('li')].toSorted(
      (one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top,
    )
  const limitMs = performance.now() + 30_000
  const top = /^(?:Beginning of the conversation|You can read from here on)/
  while (!top.test(rows()[0]?.innerText ?? '') && performance.now() < limitMs) {
    scroller.scrollTop = 0
    await frames(3)
  }
  const read = new Set<string>()
  let isEnd = false
  while (!isEnd) {
    for (const { innerText } of rows()) {
      const [text] = pattern.exec(innerText) ?? []
      if (text !== undefined) read.add(text)
    }
    isEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2
    scroller.scrollTop += scroller.clientHeight / 2
    await frames(3)
  }
  return [...read]
}
