/** The language of the page: chosen once, by the address or the default. */
import { english, wordingOf } from '@kith/wording/page'
import type { Wording } from '@kith/wording/page'

/** Reads `?locale=` and tells the document which language it is in. Those made for looking at the page load when asked for. */
export async function chooseWording(search: string, root: HTMLElement): Promise<Wording> {
  const locale = new URLSearchParams(search).get('locale')
  const catalogue =
    locale === null
      ? english
      : await import('@kith/wording/pseudo').then(({ pseudoCatalogue }) => pseudoCatalogue(english, locale))
  const wording = wordingOf(catalogue)
  root.lang = wording.locale
  root.dir = wording.direction
  return wording
}
