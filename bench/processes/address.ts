/** Where a side can be dialed. */
export interface Address {
  readonly peer: string
  readonly address: string
}
