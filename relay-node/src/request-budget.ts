// How many requests a peer may make: a burst, then a steady rate.

interface Account {
  left: number
  sinceMs: number
}

/** A token bucket per peer. */
export class RequestBudget {
  readonly #burst: number
  readonly #perMs: number
  readonly #accounts = new Map<string, Account>()

  constructor(rules: { readonly burst: number; readonly perSecond: number }) {
    this.#burst = rules.burst
    this.#perMs = rules.perSecond / 1000
  }

  /** Peers with an account that is not full. */
  get size(): number {
    return this.#accounts.size
  }

  /** Takes one request from a peer's budget, or says that it is spent. */
  spend(peer: string, nowMs: number): boolean {
    const account = this.#accounts.get(peer) ?? { left: this.#burst, sinceMs: nowMs }
    account.left = this.#leftOf(account, nowMs)
    account.sinceMs = nowMs
    this.#accounts.set(peer, account)
    if (account.left < 1) return false
    account.left -= 1
    return true
  }

  /** Drops accounts that are full again: they say no more than none. */
  sweep(nowMs: number): void {
    for (const [peer, account] of this.#accounts) {
      if (this.#leftOf(account, nowMs) >= this.#burst) this.#accounts.delete(peer)
    }
  }

  #leftOf(account: Account, nowMs: number): number {
    return Math.min(this.#burst, account.left + Math.max(0, nowMs - account.sinceMs) * this.#perMs)
  }
}
