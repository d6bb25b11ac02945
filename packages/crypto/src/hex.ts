/** Hexadecimal, for the constants of this package. */

/** The bytes an even number of hexadecimal digits stands for. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  )
}
