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

/** A picture for a key, as the address of an image. */
export function pictureOf(id: string): string {
  const hue = hues[hueOf(id)] ?? hues[0]
  const svg = minidenticon(id).replace(/fill="[^"]*"/, `fill="oklch(0.6 0.11 ${hue})"`)
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

/** The beginning of an id, which tells devices apart in a report and identifies nobody. */
export function shortId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`
}
