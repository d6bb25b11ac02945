/** Base64url without padding (RFC 4648 §5): how bytes stand in links and codes. Only the one canonical text is read. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values: ReadonlyMap<string, number> = new Map([...alphabet].map((letter, index) => [letter, index]))

/** The text of bytes. */
export function formatBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const left = Math.min(3, bytes.length - index)
    const group = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    for (let place = 0; place <= left; place++) text += alphabet[(group >> (18 - 6 * place)) & 63]!
  }
  return text
}

/** The bytes of a text, or null where it is not exactly the text of some bytes. */
export function parseBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let [bits, count, offset] = [0, 0, 0]
  for (const letter of text) {
    const value = values.get(letter)
    if (value === undefined) return null
    bits = ((bits << 6) | value) & 0xfff
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[offset] = (bits >> count) & 0xff
      offset += 1
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : null
}
