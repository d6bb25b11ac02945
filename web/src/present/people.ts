/** What is shown of people besides their names: a colour and a picture, both derived from the key and never the name. */
import { minidenticon } from 'minidenticons'

/** How many hues `tokens.css` has. */
export const hueCount = 8
/** In the order of `tokens.css`. */
const hues = [20, 55, 95, 145, 190, 235, 285, 335] as const

/** One of eight hues for a key in hex. */
export function hueOf(id: string): number {
  const start = Number.parseInt(id.slice(0, 4), 16)
  return Number.isNaN(start) ? 0 : start % hueCount
}

/** Of the 25 squares of a picture, so many are filled: fewer look like nothing, more like a block. */
const [fewestSquares, mostSquares] = [10, 17]
const maxTries = 32

/** A picture for a key, as the address of an image. Its corners touch the circle around it. */
export function pictureOf(id: string): string {
  const hue = hues[hueOf(id)] ?? hues[0]
  const drawn = patternOf(id)
    .replace(/viewBox="[^"]*"/, 'viewBox="-1 -1 7 7" shape-rendering="crispEdges"')
    .replace(/fill="[^"]*"/, `fill="oklch(0.58 0.12 ${hue})"`)
  return `data:image/svg+xml,${encodeURIComponent(drawn)}`
}

/** The first pattern derived from a key that is neither bare nor full. */
function patternOf(id: string): string {
  for (let tries = 0; tries < maxTries; tries++) {
    const pattern = minidenticon(`${id}${tries === 0 ? '' : ` ${tries}`}`)
    const squares = pattern.split('<rect').length - 1
    if (squares >= fewestSquares && squares <= mostSquares) return pattern
  }
  return minidenticon(id)
}

/** The beginning of an id, which tells devices apart in a report and identifies nobody. */
export function shortId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`
}
