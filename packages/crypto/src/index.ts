/** Types and pure parts. Engines are imported from `./node`, `./browser` or `./portable` by composition roots. */
export type {
  Engine,
  Job,
  KemKey,
  ResultOf,
  Results,
  ResultsOf,
  SigningKey,
  WrapRecipient,
  Wraps,
} from './engine.ts'
export type { JobOf } from './jobs.ts'
export { CryptoUsageError } from './errors.ts'
export type { CryptoUsageCode } from './errors.ts'
export { decodeCbor, encodeCbor, maxCborDepth } from './cbor.ts'
export type { CborBounds, CborDecoded, CborRefusal, CborValue } from './cbor.ts'
export { labelled, labelledBytes, labelledInPlace, labels } from './labels.ts'
export type { Label } from './labels.ts'
export { checkSigningKey, sign, verify } from './signing.ts'
export type { Signed } from './signing.ts'
export { derive, empty, hash, mac } from './derive.ts'
export type { Derivation } from './derive.ts'
export { aeadKeyBytes, aeadNonceBytes, aeadTagBytes, open, seal, splitKeyAndNonce } from './aead.ts'
export type { AeadUse } from './aead.ts'
export { checkKemKey, unwrap, wrap, wrapOverheadBytes } from './hpke.ts'
export { isAdmissibleSignature, isAdmissibleSigningKey } from './pinned-ed25519.ts'
export { isUsableKemKey } from './pinned-x25519.ts'
export {
  chosenPassphraseCost,
  isWithinPassphraseBounds,
  parsePassphraseParameters,
  passphraseBounds,
  passphraseBytes,
  passphraseSaltBytes,
} from './passphrase.ts'
export type { PassphraseParameters } from './passphrase.ts'
export { ask, run, together } from './plan.ts'
export type { Plan } from './plan.ts'
export type { SyncEngine } from './sync-engine.ts'
export { chooseEngine, passesSelfCheck } from './self-check.ts'
