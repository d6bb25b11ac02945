/**
 * Sets of events that hold the past of each of their members: the past of an event, or of some heads. Events are numbered
 * in the order they were accepted, which is causal. Everything below `full` is in; above it, bits tell. So an unforked
 * history costs nothing, and asking is O(1).
 */
export interface Past {
  readonly full: number
  /** Bits of the events from `32 * firstWord` on; empty where `full` says all. The last word is never 0. */
  readonly firstWord: number
  readonly words: Uint32Array
}

const none = new Uint32Array(0)

/** Nothing at all. */
export const emptyPast: Past = { full: 0, firstWord: 0, words: none }

/** Is the event with this number in the set? */
export function includes(past: Past, index: number): boolean {
  if (index < past.full) return true
  const word = past.words[(index >>> 5) - past.firstWord]
  return word !== undefined && (word & (1 << (index & 31))) !== 0
}

/** The union of pasts and single events; the past of each event given must be among the pasts. */
export function unite(pasts: readonly Past[], indices: readonly number[]): Past {
  let full = 0
  let end = 0
  for (const past of pasts) {
    full = Math.max(full, past.full)
    end = Math.max(end, 32 * (past.firstWord + past.words.length))
  }
  for (const index of indices) end = Math.max(end, index + 1)
  if (end <= full) return { full, firstWord: full >>> 5, words: none }
  const firstWord = full >>> 5
  const words = new Uint32Array(Math.ceil(end / 32) - firstWord)
  if ((full & 31) !== 0) words[0] = 2 ** (full & 31) - 1
  for (const past of pasts) {
    for (let place = Math.max(0, firstWord - past.firstWord); place < past.words.length; place++) {
      words[place + past.firstWord - firstWord]! |= past.words[place]!
    }
  }
  for (const index of indices) if (index >= full) words[(index >>> 5) - firstWord]! |= 1 << (index & 31)
  return settle(full, firstWord, words)
}

// Moves `full` over the events that follow it without a hole, so that equal sets look equal.
function settle(from: number, firstWord: number, words: Uint32Array): Past {
  let full = from
  while (((words[(full >>> 5) - firstWord] ?? 0) & (1 << (full & 31))) !== 0) full++
  let end = words.length
  while (end > 0 && words[end - 1] === 0) end--
  const start = (full >>> 5) - firstWord
  if (isBelow(full, firstWord, words, end)) return { full, firstWord: full >>> 5, words: none }
  return { full, firstWord: full >>> 5, words: words.slice(start, end) }
}

function isBelow(full: number, firstWord: number, words: Uint32Array, end: number): boolean {
  if (end === 0) return true
  const highest = 32 * (firstWord + end - 1) + 31 - Math.clz32(words[end - 1]!)
  return highest < full
}

/** Equal for equal sets of one graph. */
export function keyOfPast(past: Past): string {
  return past.words.length === 0 ? `${past.full}` : `${past.full}:${past.words.join()}`
}
