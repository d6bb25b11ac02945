/** What a message is made of once it has been read: blocks, and runs of text inside them. Nothing here is markup. */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'bold'; readonly children: readonly Inline[] }
  | { readonly kind: 'italic'; readonly children: readonly Inline[] }
  | { readonly kind: 'strike'; readonly children: readonly Inline[] }
  | {
      readonly kind: 'link'
      readonly href: string
      /** Where the link leads, shown beside a label that does not say so itself. */
      readonly host: string | null
      readonly children: readonly Inline[]
    }

export interface ListItem {
  /** As written; null in a list without numbers. */
  readonly value: number | null
  readonly children: readonly Block[]
}

export type Block =
  /** With its line breaks and empty lines as written. */
  | { readonly kind: 'text'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly ListItem[] }

/** The text of a message that is nothing else, null for all others. */
export function onlyText(blocks: readonly Block[]): string | null {
  const [block, other] = blocks
  if (block?.kind !== 'text' || other !== undefined || block.children.length !== 1) return null
  const [inline] = block.children
  return inline?.kind === 'text' ? inline.text : null
}
