/** What the messenger tells its listeners: numbered, cloneable changes. A listener that misses a number asks again. */
import { Listeners } from '../listeners.ts'
import type { MessageView, SpaceSummary } from './requests.ts'

/** What becomes of a join: asked for, waiting for an admin, and how it ended. */
export type JoinState = 'asking' | 'waiting' | 'admitted' | 'refused' | 'cancelled'

export type Change =
  | { readonly type: 'space'; readonly space: SpaceSummary }
  | { readonly type: 'space-left'; readonly id: string }
  | { readonly type: 'message'; readonly space: string; readonly message: MessageView }
  /** An own message's state moved on: acknowledged by another device, or given up. */
  | {
      readonly type: 'message-state'
      readonly space: string
      readonly eid: string
      readonly state: MessageView['state']
    }
  /** Own events still waiting for another device's acknowledgement. */
  | { readonly type: 'outbox'; readonly space: string; readonly waiting: number }
  | { readonly type: 'members'; readonly space: string }
  | { readonly type: 'epoch'; readonly space: string; readonly depth: number }
  | { readonly type: 'connections'; readonly direct: number; readonly relayed: number }
  | { readonly type: 'join'; readonly space: string; readonly state: JoinState }
  /** Something a person should know about a device, e.g. that its log has forked. */
  | { readonly type: 'notice'; readonly space: string; readonly code: string }

export interface NumberedChange {
  /** From 1, without holes. */
  readonly number: number
  readonly change: Change
}

export type ChangeListener = (change: NumberedChange) => void

/** Numbers changes and hands them to every listener. */
export class Changes {
  #number = 0
  readonly #listeners = new Listeners<NumberedChange>()

  subscribe(listener: ChangeListener): () => void {
    return this.#listeners.subscribe(listener)
  }

  publish(change: Change): void {
    this.#number++
    this.#listeners.tell({ number: this.#number, change })
  }
}
