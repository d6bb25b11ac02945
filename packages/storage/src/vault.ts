/**
 * Seals every stored value (protocol section 15) and names keys so that the database file does not spell them out.
 * A sealed value is `salt16 ‖ AES-256-GCM`, under a key and nonce derived from the vault key and that salt; the
 * associated data is the database key, which begins with the table, so values cannot trade places.
 */
import { aeadTagBytes, derive, labelled, labels, mac, open, seal, splitKeyAndNonce } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import { StorageError } from './errors.ts'

/** Bytes of a vault key. */
export const vaultKeyBytes = 32

const saltBytes = 16
const saltsAtOnce = 64
const derivedBytes = 44
const tokenHexDigits = 32
const maxCachedTokens = 4096

const utf8 = new TextEncoder()

/** A database key, `<table>/…`, and the bytes under it. */
export interface Entry {
  readonly key: string
  readonly bytes: Uint8Array
}

export class Vault {
  readonly #engine: Engine
  readonly #vaultKey: Uint8Array
  readonly #tokenKey: Uint8Array
  #salts: Uint8Array = new Uint8Array(0)
  #saltsUsed = 0
  readonly #tokens = new Map<string, string>()
  readonly #infos = new Map<string, Uint8Array>()

  private constructor(engine: Engine, vaultKey: Uint8Array, tokenKey: Uint8Array) {
    this.#engine = engine
    this.#vaultKey = vaultKey
    this.#tokenKey = tokenKey
  }

  /** Copies the 32-byte vault key; `wipe` clears the copy. */
  static async create(engine: Engine, vaultKey: Uint8Array): Promise<Vault> {
    if (vaultKey.length !== vaultKeyBytes) {
      throw new StorageError('invalid-argument', `A vault key has ${vaultKeyBytes} bytes`)
    }
    // Not `slice`, which on a Buffer would share the caller's bytes, and `wipe` would clear them.
    const secret = new Uint8Array(vaultKey)
    const [tokenKey] = await engine.run([derive({ secret, label: labels.vault, context: ['key names'] })])
    return new Vault(engine, secret, tokenKey)
  }

  /** Seals each entry's bytes for its key, in order. */
  async sealAll(entries: readonly Entry[]): Promise<Uint8Array[]> {
    if (entries.length === 0) return []
    const salts = entries.map(() => this.#nextSalt())
    const derived = await this.#derive(entries, salts)
    const sealed = await this.#engine.run(
      entries.map(({ key, bytes }, i) =>
        seal({ ...splitKeyAndNonce(derived[i]!), aad: utf8.encode(key) }, bytes),
      ),
    )
    return sealed.map((ciphertext, i) => {
      const value = new Uint8Array(saltBytes + ciphertext.length)
      value.set(salts[i]!)
      value.set(ciphertext, saltBytes)
      return value
    })
  }

  /** Opens each sealed entry, in order. Rejects with `corrupt` where one was changed, cut, or belongs to another key. */
  async openAll(entries: readonly Entry[]): Promise<Uint8Array[]> {
    if (entries.length === 0) return []
    for (const { bytes } of entries) if (bytes.length < saltBytes + aeadTagBytes) throw corruptValue()
    const derived = await this.#derive(
      entries,
      entries.map(({ bytes }) => bytes.subarray(0, saltBytes)),
    )
    const opened = await this.#engine.run(
      entries.map(({ key, bytes }, i) =>
        open({ ...splitKeyAndNonce(derived[i]!), aad: utf8.encode(key) }, bytes.subarray(saltBytes)),
      ),
    )
    return opened.map((plaintext) => {
      if (plaintext === null) throw corruptValue()
      return plaintext
    })
  }

  /** A keyed 128-bit name for each text: equal texts, equal tokens, and nothing about the text without the vault key. */
  async tokens(texts: readonly string[]): Promise<string[]> {
    const unknown = [...new Set(texts)].filter((text) => !this.#tokens.has(text))
    if (unknown.length > 0) {
      const macs = await this.#engine.run(unknown.map((text) => mac(this.#tokenKey, utf8.encode(text))))
      const fresh = new Map(unknown.map((text, i) => [text, hex(macs[i]!).slice(0, tokenHexDigits)]))
      const found = texts.map((text) => fresh.get(text) ?? this.#tokens.get(text)!)
      this.#remember(fresh)
      return found
    }
    return texts.map((text) => this.#tokens.get(text)!)
  }

  wipe(): void {
    this.#vaultKey.fill(0)
    this.#tokenKey.fill(0)
    this.#tokens.clear()
  }

  // Drawn many at a time: asking the system for sixteen bytes costs as much as asking for a thousand.
  #nextSalt(): Uint8Array {
    if (this.#saltsUsed === this.#salts.length) {
      this.#salts = this.#engine.randomBytes(saltBytes * saltsAtOnce)
      this.#saltsUsed = 0
    }
    this.#saltsUsed += saltBytes
    return this.#salts.subarray(this.#saltsUsed - saltBytes, this.#saltsUsed)
  }

  #remember(fresh: ReadonlyMap<string, string>): void {
    if (this.#tokens.size + fresh.size > maxCachedTokens) this.#tokens.clear()
    if (fresh.size <= maxCachedTokens) for (const [text, token] of fresh) this.#tokens.set(text, token)
  }

  async #derive(entries: readonly Entry[], salts: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    return this.#engine.run(
      entries.map(
        ({ key }, i) =>
          ({
            do: 'hkdf',
            ikm: this.#vaultKey,
            salt: salts[i]!,
            info: this.#info(key.slice(0, key.indexOf('/'))),
            length: derivedBytes,
          }) as const,
      ),
    )
  }

  #info(table: string): Uint8Array {
    let info = this.#infos.get(table)
    if (info === undefined) {
      info = labelled(labels.vault, [table])
      this.#infos.set(table, info)
    }
    return info
  }
}

function corruptValue(): StorageError {
  return new StorageError('corrupt', 'A stored value does not open: it was changed, cut, or moved')
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
