/** One use of an invite link, from the paste to the group. */
import { errorCodeOf } from './failure.ts'
import type { App } from './app.svelte.ts'
import type { Requests } from '@kith/messenger'
import type { SpaceView } from './face.ts'

type Inspection = Requests['invite.inspect']['gives']

export type JoinStep =
  | { readonly at: 'link' }
  | { readonly at: 'invite'; readonly invite: Inspection }
  | {
      readonly at: 'waiting'
      readonly invite: Inspection
      readonly sinceMs: number
      readonly hasArrived: boolean
    }

export class Joining {
  link: string = $state('')
  problem: string | null = $state(null)
  step: JoinStep = $state.raw({ at: 'link' })
  readonly #app: App
  #ending: AbortController | null = null

  constructor(app: App, link: string) {
    this.#app = app
    this.link = link
  }

  /** Reads the link; nobody is asked yet. */
  async look(): Promise<void> {
    this.problem = null
    try {
      const invite = await this.#app.face.request('invite.inspect', { link: this.link.trim() })
      this.step = { at: 'invite', invite }
    } catch (cause) {
      this.#fail(cause)
    }
  }

  /** Asks members until one lets us in, the link says no, or `stop` is called. → the group */
  async join(invite: Inspection): Promise<SpaceView | null> {
    const app = this.#app
    const ending = new AbortController()
    this.#ending = ending
    this.problem = null
    this.step = { at: 'waiting', invite, sinceMs: Date.now(), hasArrived: false }
    const unsubscribe = app.face.subscribe(({ change }) => {
      if (change.type !== 'join' || change.space !== invite.space || this.step.at !== 'waiting') return
      this.step = { ...this.step, hasArrived: change.state !== 'asking' }
    })
    try {
      return await app.face.request('join', { link: this.link.trim() }, { signal: ending.signal })
    } catch (cause) {
      if (!ending.signal.aborted) this.#fail(cause)
      this.step = { at: 'invite', invite }
      return null
    } finally {
      unsubscribe()
    }
  }

  stop(): void {
    this.#ending?.abort()
  }

  #fail(cause: unknown): void {
    const { happened, todo } = this.#app.wording.explain(errorCodeOf(cause))
    this.problem = `${happened} ${todo}`
  }
}
