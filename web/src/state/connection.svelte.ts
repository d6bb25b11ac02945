/** How this device is connected, looked at often enough to be true within two seconds. */
import { eachOnce, reachOf } from '../present/connection.ts'
import type { Reach } from '../present/connection.ts'
import type { MessengerFace, StatusReport } from './face.ts'

const lookIntervalMs = 2_000

export class Connection {
  status: StatusReport | null = $state.raw(null)
  #hasNetwork: boolean = $state(navigator.onLine)
  #aloneSinceMs: number | null = performance.now()
  #aloneForMs: number = $state(0)
  #hasBeenConnected: boolean = $state(false)
  readonly reach: Reach = $derived(
    reachOf({
      status: this.status,
      hasNetwork: this.#hasNetwork,
      aloneForMs: this.#aloneForMs,
      hasBeenConnected: this.#hasBeenConnected,
    }),
  )
  #face: MessengerFace | null = null
  #timer: ReturnType<typeof setInterval> | null = null
  readonly #onNetwork = (): void => {
    this.#hasNetwork = navigator.onLine
    this.look()
  }

  start(face: MessengerFace): void {
    this.#face = face
    this.#timer = setInterval(() => this.look(), lookIntervalMs)
    globalThis.addEventListener('online', this.#onNetwork)
    globalThis.addEventListener('offline', this.#onNetwork)
    this.look()
  }

  stop(): void {
    this.#face = null
    if (this.#timer !== null) clearInterval(this.#timer)
    globalThis.removeEventListener('online', this.#onNetwork)
    globalThis.removeEventListener('offline', this.#onNetwork)
  }

  look(): void {
    this.#face?.request('status', {}).then(
      (status) => this.take(status),
      () => {
        this.status = null // the messenger is ending
      },
    )
  }

  take(status: StatusReport): void {
    this.status = { ...status, peers: eachOnce(status.peers) }
    const isAlone = status.peers.length === 0 && status.relays.every(({ state }) => !state.endsWith('ed'))
    if (!isAlone) this.#hasBeenConnected = true
    this.#aloneSinceMs = isAlone ? (this.#aloneSinceMs ?? performance.now()) : null
    this.#aloneForMs = this.#aloneSinceMs === null ? 0 : performance.now() - this.#aloneSinceMs
  }

  /** Tries everything again at once. */
  async retry(): Promise<void> {
    this.#aloneSinceMs = performance.now()
    this.#hasBeenConnected = false
    const status = await this.#face?.request('network.retry', {})
    if (status !== undefined) this.take(status)
  }
}
