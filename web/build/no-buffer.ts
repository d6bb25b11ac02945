/**
 * Stands for Node's `buffer` in pages, where level only asks whether something is one: everything Kith stores is a plain
 * Uint8Array. The whole stand-in that npm offers would be a tenth of what a page loads.
 */
export const Buffer: { readonly isBuffer: (value: unknown) => boolean } = { isBuffer: () => false }
