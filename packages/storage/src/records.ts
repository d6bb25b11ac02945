/** Small records as they are sealed: the key's text travels inside, since the database key does not spell it out. */
import { StorageError } from './errors.ts'

/** A record's text key and value. */
export interface StoredRecord {
  readonly key: string
  readonly value: Uint8Array
}

const lengthBytes = 4
const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Encodes `length of key (u32) ‖ key ‖ value`. */
export function encodeRecord({ key, value }: StoredRecord): Uint8Array {
  const name = utf8.encode(key)
  const bytes = new Uint8Array(lengthBytes + name.length + value.length)
  new DataView(bytes.buffer).setUint32(0, name.length)
  bytes.set(name, lengthBytes)
  bytes.set(value, lengthBytes + name.length)
  return bytes
}

/** Decodes a record; the value is a copy. Throws `corrupt`. */
export function decodeRecord(bytes: Uint8Array): StoredRecord {
  if (bytes.length < lengthBytes) throw corruptRecord()
  const nameEnd = lengthBytes + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (nameEnd > bytes.length) throw corruptRecord()
  try {
    return {
      key: strictUtf8.decode(bytes.subarray(lengthBytes, nameEnd)),
      value: new Uint8Array(bytes.subarray(nameEnd)),
    }
  } catch (cause) {
    throw corruptRecord(cause)
  }
}

function corruptRecord(cause?: unknown): StorageError {
  return new StorageError('corrupt', 'A record does not decode', { cause })
}
