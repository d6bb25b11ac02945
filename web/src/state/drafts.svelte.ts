/** What was typed and not sent, by conversation: kept at once here, stored a moment after the last key. */
import type { MessengerFace } from './face.ts'

const saveDelayMs = 300

export class Drafts {
  #texts: ReadonlyMap<string, string> = $state.raw(new Map())
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #face: MessengerFace
  readonly #onFailure: (cause: unknown) => void

  constructor(face: MessengerFace, onFailure: (cause: unknown) => void) {
    this.#face = face
    this.#onFailure = onFailure
  }

  /** What was typed here since the start; null where nothing was, and the stored draft counts. */
  get(space: string): string | null {
    return this.#texts.get(space) ?? null
  }

  set(space: string, text: string): void {
    this.#texts = new Map([...this.#texts, [space, text]])
    clearTimeout(this.#timers.get(space))
    this.#timers.set(
      space,
      setTimeout(() => this.#save(space), saveDelayMs),
    )
  }

  /** Empties the field. What is stored stays until the message is there, whose own step clears it: nothing lies between. */
  hold(space: string): void {
    if (this.#timers.has(space)) this.#save(space)
    this.#texts = new Map([...this.#texts, [space, '']])
  }

  /** Stores what has not been stored, as when the page is about to go. */
  flush(): void {
    for (const space of [...this.#timers.keys()]) this.#save(space)
  }

  #save(space: string): void {
    clearTimeout(this.#timers.get(space))
    this.#timers.delete(space)
    const text = this.#texts.get(space) ?? ''
    this.#face.request('draft.set', { space, text }).catch(this.#onFailure)
  }
}
