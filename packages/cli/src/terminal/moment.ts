/** Points in time, as a terminal shows them: by the zone it is in, in the order of the calendar. */

/** `2026-11-23 09:05`. */
export function momentOf(ms: number): string {
  const date = new Date(ms)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
