/** Orders of delivery. */

/** Every order of up to five items; of more, those of the last five after the rest, and all reversed. */
export function orders<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const head = items.slice(0, Math.max(0, items.length - 5))
  const tails = permute(items.slice(head.length))
  return [...tails.map((tail) => [...head, ...tail]), [...items].reverse()]
}

function permute<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length <= 1) return [items]
  return items.flatMap((first, place) =>
    permute(items.filter((_, other) => other !== place)).map((rest) => [first, ...rest]),
  )
}
