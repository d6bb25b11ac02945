// What every test here plays in: a relay that serves the pages, people in browsers and on terminals, all real and all gone
// when it ends; and the watch over what must never happen meanwhile.
import { test as base, chromium, expect } from '@playwright/test'
import type { BrowserContext, LaunchOptions } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrowserPerson } from './browser-person.ts'
import { RelayProcess, webSocketHostsOf } from './relay-process.ts'
import { TerminalPerson } from './terminal-person.ts'
import { Watch } from './watch.ts'

/** Bounds hold as they are in a check; a test on a busy machine waits three times as long. */
export const patience: number = Number(process.env['KITH_PATIENCE'] ?? 3)

interface Stage {
  readonly launchOptions: LaunchOptions
  /** Where the pages are served. */
  readonly origin: string
  /** What they may open WebSockets to. */
  readonly webSocketHosts: readonly string[]
}

export interface BrowserOptions {
  /** Runs in each page before its own scripts. */
  readonly before?: () => void
  /** Opens this instead of the page: an invite. */
  readonly link?: string
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly colorScheme?: 'light' | 'dark'
  /** Added to the address, also to that of an invite. */
  readonly search?: string
}

export class World {
  readonly relay: RelayProcess
  readonly watch: Watch
  readonly #stage: Stage
  readonly #folder: string
  readonly #browsers: BrowserPerson[] = []
  readonly #terminals: TerminalPerson[] = []

  constructor(stage: Stage, folder: string, relay: RelayProcess) {
    this.#stage = stage
    this.#folder = folder
    this.relay = relay
    this.watch = new Watch(stage)
  }

  get origin(): string {
    return this.#stage.origin
  }

  /** A browser with an empty profile, opened on the page. */
  async browser(
    name: string,
    { before, link, search = '', ...look }: BrowserOptions = {},
  ): Promise<BrowserPerson> {
    const profile = await mkdtemp(join(this.#folder, 'profile-'))
    const { launchOptions } = this.#stage
    const launch = (): Promise<BrowserContext> =>
      chromium.launchPersistentContext(profile, {
        ...launchOptions,
        viewport: { width: 1280, height: 800 },
        permissions: ['clipboard-read', 'clipboard-write'],
        ...look,
      })
    const address = `${this.origin}/${search}`
    const browsing = { launch, address, watch: this.watch }
    const person = new BrowserPerson(name, before === undefined ? browsing : { ...browsing, before })
    this.#browsers.push(person)
    await person.open(link?.replace('#', `${search}#`))
    return person
  }

  /** A `kith` with an identity of its own, online. */
  async terminal(name: string): Promise<TerminalPerson> {
    const person = new TerminalPerson(name, join(await mkdtemp(join(this.#folder, 'kith-')), 'data'))
    this.#terminals.push(person)
    await person.start(process.env['KITH_RELAY'] ?? this.relay.address)
    return person
  }

  /** Two people in browsers who are in a group and see each other. */
  async couple(): Promise<{
    readonly alice: BrowserPerson
    readonly bob: BrowserPerson
    readonly link: string
  }> {
    const alice = await this.browser('Alice')
    await alice.introduce()
    await alice.createGroup('Walkers')
    const link = await alice.copyInvite()
    await alice.closeDialog()
    const bob = await this.browser('Bob', { link })
    await bob.introduce()
    await bob.join('Walkers')
    return { alice, bob, link }
  }

  async inspectAll(): Promise<void> {
    for (const person of this.#browsers.filter(({ isOpen }) => isOpen))
      await person.inspect('the last screen')
  }

  async end(): Promise<void> {
    await Promise.all(this.#browsers.map((person) => person.close()))
    await Promise.all(this.#terminals.map((person) => person.stop()))
  }
}

/** Writes down what a test measured; a check prints it. A bound that does not hold fails the test when it has ended. */
export function figure(name: string, text: string, isOk = true): void {
  base.info().annotations.push({ type: isOk ? 'figure' : 'figure-missed', description: `${name}: ${text}` })
  expect.soft(isOk, `${name}: ${text}`).toBe(true)
}

export const test = base.extend<{ readonly world: World }>({
  world: async ({ launchOptions }, use, testInfo) => {
    const folder = await mkdtemp(join(tmpdir(), 'kith-web-'))
    const relay = new RelayProcess(join(folder, 'relay'))
    // A page that is served already, instead of a relay of this test's own.
    const served = process.env['KITH_PAGE'] ?? null
    let world: World | null = null
    try {
      if (served === null) await relay.start()
      const origin = served ?? relay.origin
      world = new World(
        { launchOptions, origin, webSocketHosts: await webSocketHostsOf(origin) },
        folder,
        relay,
      )
      await use(world)
      if (testInfo.errors.length === 0) await world.inspectAll()
      expect.soft(world.watch.findings, 'what must not happen in any test').toEqual([])
    } finally {
      await world?.end()
      await relay.stop('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
})

export { expect }
