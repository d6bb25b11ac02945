/** What a person has written in a space and not sent yet, kept over restarts. At rest: docs/protocol/storage.md. */
import { decodeCbor, encodeCbor } from '@kith/crypto'
import type { Store } from '@kith/storage'
import type { Space } from './space.ts'
import type { Puts } from './step.ts'

export class UnsentText {
  readonly #space: Space
  #text = ''
  /** Counts what was written, so that sending an earlier text leaves a later one alone. */
  #version = 0
  #storedVersion = 0

  constructor(space: Space) {
    this.#space = space
  }

  async load(store: Store): Promise<void> {
    const bytes = await store.get('device', this.#key)
    const decoded = bytes === null ? null : decodeCbor(bytes, { maxBytes: bytes.length })
    if (decoded?.ok !== true || !Array.isArray(decoded.value)) return
    const [, text] = decoded.value as readonly unknown[]
    if (typeof text === 'string') this.#text = text
  }

  get text(): string {
    return this.#text
  }

  /** Tells one state of the text from the next. */
  get version(): number {
    return this.#version
  }

  /**
   * Keeps `text`; the caller has checked it. Resolves when it, or one written after it, has been handed to storage: while
   * one write is under way the latest text waits for the next, however many there were in between.
   */
  async set(text: string): Promise<void> {
    if (text !== this.#text) {
      this.#text = text
      this.#version++
    }
    // Not waited for on disk: the last moments of typing are not worth a flush for each key.
    await this.#space.record(() => this.#puts(), { sync: false })
  }

  /** What is stored with a message that was sent from the text of `version`; nothing where it has been written on since. */
  sent(version: number): Puts {
    if (version !== this.#version || this.#text === '') return []
    this.#text = ''
    this.#version++
    return this.#puts()
  }

  #puts(): Puts {
    if (this.#storedVersion === this.#version) return []
    this.#storedVersion = this.#version
    return [{ table: 'device', key: this.#key, value: encodeCbor([1, this.#text]) }]
  }

  get #key(): string {
    return `${this.#space.id}/unsent`
  }
}
