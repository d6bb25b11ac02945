/**
 * Reads the few shapes of CBOR that frames and events are made of, as cheaply as JavaScript can and without the checks
 * of the real codec: what the floor uses, so that the real codec's price shows.
 */

export class PlainReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#at
  }

  /** The argument of the next head, whatever its kind. */
  uint(): number {
    const minor = this.#bytes[this.#at++]! & 31
    if (minor < 24) return minor
    let value = 0
    for (let left = 2 ** (minor - 24); left > 0; left--) value = value * 256 + this.#bytes[this.#at++]!
    return value
  }

  array(): number {
    return this.uint()
  }

  /** A view, or null. */
  bytes(): Uint8Array | null {
    if (this.#bytes[this.#at] === 0xf6) {
      this.#at++
      return null
    }
    const length = this.uint()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** Passes over true, false or null. */
  skipSimple(): void {
    this.#at++
  }
}
