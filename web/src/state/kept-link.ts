/** The invite a tab was opened with: a key, so it leaves the address at once, and stays in the tab until it is dealt with. */

const joinPath = '#/join/'
const key = 'kith-invite'

/** Takes the invite out of the address; null where there is none. */
export function takeLink(): string | null {
  if (!location.hash.startsWith(joinPath)) return null
  const link = location.href
  history.replaceState(null, '', location.pathname + location.search)
  storage()?.setItem(key, link)
  return link
}

/** The one taken before the page was loaded again. */
export function keptLink(): string | null {
  return storage()?.getItem(key) ?? null
}

/** It was joined by, or put away. */
export function forgetLink(): void {
  storage()?.removeItem(key)
}

function storage(): Storage | null {
  try {
    return sessionStorage
  } catch {
    return null // a browser that lets this page keep nothing
  }
}
