/** The border between the messenger and the page: behind it, names of people, groups and relays are single plain lines. */
import type { MessengerFace, NumberedChange } from '../state/face.ts'
import { plainLine } from './plain-line.ts'

/** How much of an id stands for a name that shows nothing. */
const idChars = 8
const nameKeys: ReadonlySet<string> = new Set(['name', 'author', 'inviter'])

/** The same messenger, whose answers and changes have plain names only. */
export function withPlainNames(face: MessengerFace): MessengerFace {
  return {
    request: async (name, takes, options) => plainNames(await face.request(name, takes, options)),
    subscribe: (listener) => face.subscribe((change: NumberedChange) => listener(plainNames(change))),
  }
}

/** A copy of a view, or of anything made of views. */
export function plainNames<View>(view: View): View {
  if (Array.isArray(view)) return view.map((each: unknown) => plainNames(each)) as View
  if (view === null || typeof view !== 'object') return view
  const entries = Object.entries(view).map(([key, value]: [string, unknown]) => [
    key,
    nameKeys.has(key) && typeof value === 'string' ? plainName(value, view) : plainNames(value),
  ])
  return Object.fromEntries(entries) as View
}

/** People without a visible name go by their id, groups by none at all, the rest has none. */
function plainName(name: string, view: object): string | null {
  const line = plainLine(name)
  if (line !== '') return line
  if ('user' in view && typeof view.user === 'string') return view.user.slice(0, idChars)
  return 'kind' in view ? '' : null
}
