/** The language of the page: chosen once, by the address or the default. */
import { english, pseudoCatalogue, wordingOf } from '@kith/wording/page'
import type { Wording } from '@kith/wording/page'

/** Reads `?locale=` and tells the document which language it is in. */
export function chooseWording(search: string, root: HTMLElement): Wording {
  const wording = wordingOf(pseudoCatalogue(english, new URLSearchParams(search).get('locale')))
  root.lang = wording.locale
  root.dir = wording.direction
  return wording
}
