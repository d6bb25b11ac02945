/**
 * Token buckets, one per key, for what peers may do per minute. Keys are peers, so their number is capped: the bucket
 * unused for longest is forgotten first. Protocol section 17.
 */

const minuteMs = 60_000

interface Bucket {
  tokens: number
  filledMs: number
}

/** Allows `perMinute` takes per key and minute, all of them at once if need be. */
export class RateLimiter {
  readonly #perMinute: number
  readonly #maxKeys: number
  readonly #now: () => number
  /** In order of last use. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(perMinute: number, maxKeys: number, now: () => number = Date.now) {
    this.#perMinute = perMinute
    this.#maxKeys = maxKeys
    this.#now = now
  }

  /** Takes one token; false where the key has none left. */
  take(key: string): boolean {
    const nowMs = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: this.#perMinute, filledMs: nowMs }
    const elapsedMs = Math.max(0, nowMs - bucket.filledMs)
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + (elapsedMs * this.#perMinute) / minuteMs)
    bucket.filledMs = nowMs
    const isAllowed = bucket.tokens >= 1
    if (isAllowed) bucket.tokens -= 1
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > this.#maxKeys) {
      const [oldest] = this.#buckets.keys()
      this.#buckets.delete(oldest!)
    }
    return isAllowed
  }
}
