/**
 * What an engine has to get right before it is used at all: frozen vectors, most of them for bytes on which
 * libraries are known to disagree (protocol section 2, Engines).
 */
import { edgeSignatures, edgeSigningKeys, edgeKemKeys, frozen } from './edge-vectors.ts'
import type { Engine } from './engine.ts'
import { CryptoUsageError } from './errors.ts'
import { fromHex } from './hex.ts'

/** Does this engine give every frozen answer? An engine that throws does not. */
export async function passesSelfCheck(engine: Engine): Promise<boolean> {
  try {
    return (
      (await checksSignatures(engine)) &&
      (await checksKeys(engine)) &&
      (await computesFrozenBytes(engine)) &&
      (await signsAndVerifies(engine)) &&
      (await wrapsPastBadKeys(engine))
    )
  } catch {
    return false // not an engine for this place
  }
}

/**
 * Makes and checks the candidates in their order and returns the first sound one, else the portable engine.
 * @throws CryptoUsageError `no-engine` when even that one fails
 */
export async function chooseEngine(
  candidates: readonly (() => Engine)[],
  portable: () => Engine | Promise<Engine>,
): Promise<Engine> {
  for (const create of [...candidates, portable]) {
    const engine = await made(create)
    if (engine !== null && (await passesSelfCheck(engine))) return engine
  }
  throw new CryptoUsageError('no-engine', 'No engine passes its self-check here')
}

async function made(create: () => Engine | Promise<Engine>): Promise<Engine | null> {
  try {
    return await create()
  } catch {
    return null // as where a page has no crypto.subtle
  }
}

async function checksSignatures(engine: Engine): Promise<boolean> {
  const results = await engine.run(
    edgeSignatures.map(({ publicKey, message, signature }) => ({
      do: 'verify' as const,
      publicKey: fromHex(publicKey),
      message: fromHex(message),
      signature: fromHex(signature),
    })),
  )
  return edgeSignatures.every(({ valid }, index) => results[index] === valid)
}

async function checksKeys(engine: Engine): Promise<boolean> {
  const signing = await engine.run(
    edgeSigningKeys.map(({ publicKey }) => ({
      do: 'checkSigningKey' as const,
      publicKey: fromHex(publicKey),
    })),
  )
  const kem = await engine.run(
    edgeKemKeys.map(({ publicKey }) => ({ do: 'checkKemKey' as const, publicKey: fromHex(publicKey) })),
  )
  return (
    edgeSigningKeys.every(({ sound }, index) => signing[index] === sound) &&
    edgeKemKeys.every(({ usable }, index) => kem[index] === usable)
  )
}

async function computesFrozenBytes(engine: Engine): Promise<boolean> {
  const { key, nonce, aad, message, sealed, hkdf, hmac, sha256, kemSecret, enc, info, wrap } = frozen
  const kemKey = await engine.importKemKey(fromHex(kemSecret))
  const use = { key: fromHex(key), nonce: fromHex(nonce), aad: fromHex(aad) }
  const spoilt = fromHex(sealed)
  spoilt[0]! ^= 1
  const results = await engine.run([
    { do: 'seal', ...use, plaintext: fromHex(message) },
    { do: 'open', ...use, ciphertext: fromHex(sealed) },
    { do: 'hkdf', ikm: use.key, salt: use.nonce, info: use.aad, length: 44 },
    { do: 'hmac', key: use.key, message: fromHex(message) },
    { do: 'sha256', message: fromHex(message) },
    { do: 'unwrap', key: kemKey, enc: fromHex(enc), info: fromHex(info), wrap: fromHex(wrap) },
    { do: 'open', ...use, ciphertext: spoilt },
    { do: 'unwrap', key: kemKey, enc: new Uint8Array(32), info: fromHex(info), wrap: fromHex(wrap) },
  ])
  const expected = [sealed, message, hkdf, hmac, sha256, message]
  return (
    expected.every((hex, index) => isSame(results[index] as Uint8Array | null, fromHex(hex))) &&
    results[6] === null &&
    results[7] === null &&
    isSame(engine.sha256(fromHex(message)), fromHex(sha256))
  )
}

async function signsAndVerifies(engine: Engine): Promise<boolean> {
  const key = await engine.importSigningKey(fromHex(frozen.key))
  const message = fromHex(frozen.message)
  const [signature] = await engine.run([{ do: 'sign', key, message }])
  const other = message.slice()
  other[0]! ^= 1
  const [good, bad] = await engine.run([
    { do: 'verify', publicKey: key.publicKey, message, signature },
    { do: 'verify', publicKey: key.publicKey, message: other, signature },
  ])
  return good === true && bad === false && isSame(key.publicKey, fromHex(frozen.publicKey))
}

async function wrapsPastBadKeys(engine: Engine): Promise<boolean> {
  const key = await engine.importKemKey(fromHex(frozen.kemSecret))
  const info = fromHex(frozen.info)
  const plaintext = fromHex(frozen.message)
  const good = { publicKey: key.publicKey, info }
  const bad = edgeKemKeys
    .filter(({ usable }) => !usable)
    .map(({ publicKey }) => ({ publicKey: fromHex(publicKey), info }))
  const [{ enc, wraps }] = await engine.run([{ do: 'wrap', recipients: [good, ...bad, good], plaintext }])
  const [first, last] = await engine.run([
    { do: 'unwrap', key, enc, info, wrap: wraps[0] ?? new Uint8Array(0) },
    { do: 'unwrap', key, enc, info, wrap: wraps[wraps.length - 1] ?? new Uint8Array(0) },
  ])
  const zeros = new Uint8Array(plaintext.length + 16)
  return (
    wraps.length === bad.length + 2 &&
    wraps.slice(1, -1).every((share) => isSame(share, zeros)) &&
    isSame(first, plaintext) &&
    isSame(last, plaintext)
  )
}

function isSame(left: Uint8Array | null, right: Uint8Array): boolean {
  return left !== null && left.length === right.length && left.every((byte, index) => byte === right[index])
}
