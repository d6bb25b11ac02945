// What must never happen while a test plays, whatever it is about: a request to another host, a complaint in the console, an
// error nobody caught, a screen that somebody cannot use.
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test'

const standards = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/** What Chromium itself says of a connection that was cut or could not be made. */
const cutConnection = /^(WebSocket connection to 'ws:\/\/\S+' failed|Failed to load resource: net::ERR_)/

export interface Allowed {
  /** Of the pages. */
  readonly origin: string
  /** Hosts with ports of the relay's WebSockets. */
  readonly webSocketHosts: readonly string[]
}

export class Watch {
  readonly #allowed: Allowed
  readonly #findings: string[] = []
  /** Set where the test itself takes the relay away: the browser then reports every try to reach it. */
  mayLoseRelay = false

  constructor(allowed: Allowed) {
    this.#allowed = allowed
  }

  /** Everything found, without repetition. */
  get findings(): readonly string[] {
    return [...new Set(this.#findings)]
  }

  /** Looks at every page of a context from its first request on. */
  async follow(who: string, context: BrowserContext): Promise<void> {
    const find = (what: string): void => void this.#findings.push(`${who}: ${what}`)
    // Servers of others that connections ask for an address would be requests that no event shows.
    await context.exposeBinding('reportIceServer', (_, url: string) => find(`an ICE server, ${url}`))
    await context.addInitScript(watchIceServers)
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (/^https?:$/.test(protocol) && origin !== this.#allowed.origin) find(`a request to ${origin}`)
    })
    context.on('weberror', (error) =>
      find(`an uncaught error: ${error.error().stack ?? String(error.error())}`),
    )
    context.on('console', (message) => {
      if (this.#isComplaint(message)) find(`in the console: ${message.text()}`)
    })
    const watchSockets = (page: Page): void => {
      page.on('websocket', (socket) => {
        const { host } = new URL(socket.url())
        if (!this.#allowed.webSocketHosts.includes(host)) find(`a WebSocket to ${host}`)
      })
    }
    context.pages().forEach(watchSockets)
    context.on('page', watchSockets)
  }

  /** Looks for what keeps people from using the screen that stands now. */
  async inspect(who: string, page: Page, screen: string): Promise<void> {
    // The usual mode opens a page of its own, which would take the window away from the one looked at.
    const { violations } = await new AxeBuilder({ page }).withTags(standards).setLegacyMode().analyze()
    for (const { id, help, nodes } of violations) {
      const places = nodes.map(
        ({ target, failureSummary }) => `${target.join(' ')} (${failureSummary ?? ''})`,
      )
      this.#findings.push(`${who}, ${screen}: ${id}, ${help}: ${places.join('; ')}`)
    }
  }

  #isComplaint(message: ConsoleMessage): boolean {
    if (!['error', 'warning', 'assert'].includes(message.type())) return false
    return !(this.mayLoseRelay && cutConnection.test(message.text()))
  }
}

declare const reportIceServer: (url: string) => Promise<void>

/** Runs in the page before its own scripts. */
function watchIceServers(): void {
  const native = globalThis.RTCPeerConnection as typeof RTCPeerConnection | undefined
  if (native === undefined) return
  globalThis.RTCPeerConnection = new Proxy(native, {
    construct(target, [configuration]: [RTCConfiguration?]) {
      for (const { urls } of configuration?.iceServers ?? [])
        for (const url of [urls].flat()) void reportIceServer(url)
      return new target(configuration)
    },
  })
}
