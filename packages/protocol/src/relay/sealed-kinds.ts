/** The first byte of whatever travels sealed: all a relay may know of it. Protocol section 4. */

/** What is sealed, by the byte it starts with. */
export const sealedKindBytes = { event: 0x01, register: 0x02, ephemeral: 0x03 } as const
