/** Times as people read them, by locale. */

const dayMs = 24 * 60 * 60 * 1000
const formats = new Map<string, Intl.DateTimeFormat>()

/** `09:41`, or as the locale has it. */
export function clockTime(ms: number, locale: string): string {
  return format(locale, { hour: 'numeric', minute: '2-digit' }).format(ms)
}

/** For a list: the time today, `Yesterday`, a weekday within a week, else a date. */
export function listTime(ms: number, nowMs: number, locale: string): string {
  const days = daysBetween(ms, nowMs)
  if (days <= 0) return clockTime(ms, locale)
  if (days === 1) return relativeDay(-1, locale)
  if (days < 7) return format(locale, { weekday: 'short' }).format(ms)
  return format(locale, { day: 'numeric', month: 'numeric', year: '2-digit' }).format(ms)
}

/** For a separator: `Today`, `Yesterday`, `Thursday 19 November`, with the year where it is another. */
export function dayLabel(ms: number, nowMs: number, locale: string): string {
  const days = daysBetween(ms, nowMs)
  if (days === 0 || days === 1) return relativeDay(-days, locale)
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
  const base = { weekday: 'long', day: 'numeric', month: 'long' } as const
  return format(locale, isThisYear ? base : { ...base, year: 'numeric' }).format(ms)
}

/** Day and time, for an expiry. */
export function dateAndTime(ms: number, locale: string): string {
  return format(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
  }).format(ms)
}

/** Everything, for a tooltip and for whoever does not see the separators. */
export function fullTime(ms: number, locale: string): string {
  return format(locale, { dateStyle: 'full', timeStyle: 'short' }).format(ms)
}

/** `0:07`, `12:40`. */
export function elapsedTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Names the local day an instant lies in. */
export function dayOf(ms: number): string {
  const date = new Date(ms)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

/** Local midnights between two instants. */
function daysBetween(ms: number, nowMs: number): number {
  return Math.round((startOfDay(nowMs) - startOfDay(ms)) / dayMs)
}

/** The local midnight an instant's day began with, or that of a day so many later. */
export function startOfDay(ms: number, daysLater = 0): number {
  const date = new Date(ms)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater).getTime()
}

function relativeDay(days: number, locale: string): string {
  const text = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1)
}

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, made)
  return made
}
