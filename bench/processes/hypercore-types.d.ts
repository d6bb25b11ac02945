/** The little of hypercore that is used here; it brings no types. */
declare module 'hypercore' {
  import type { Duplex } from 'node:stream'

  interface HypercoreOptions {
    readonly encryption?: { readonly key: Uint8Array }
  }

  class Hypercore {
    constructor(directory: string, options?: HypercoreOptions)
    constructor(directory: string, key: Uint8Array, options?: HypercoreOptions)
    readonly key: Buffer
    readonly contiguousLength: number
    ready(): Promise<void>
    append(blocks: readonly Uint8Array[]): Promise<void>
    download(range: { readonly start: number; readonly end: number }): { done(): Promise<void> }
    replicate(isInitiator: boolean): Duplex
    close(): Promise<void>
  }

  export = Hypercore
}
