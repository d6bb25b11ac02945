/** Which addresses in messages may be followed, and what is shown of where they lead. */

/** An address that may be followed. */
export interface Target {
  readonly href: string
  /** Host as it is asked for, or the address of a mailbox. */
  readonly host: string
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
const hidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/** Reads an address as written; null for anything but the web and mail, and where a name or password stands in it. */
export function readTarget(written: string): Target | null {
  if (hidden.test(written) || !URL.canParse(written)) return null
  const { protocol, href, host, username, password, pathname } = new URL(written)
  if (!schemes.has(protocol) || username !== '' || password !== '') return null
  if (protocol === 'mailto:') return pathname === '' ? null : { href, host: pathname }
  return host === '' ? null : { href, host }
}

/** Does a label itself say where its link leads? */
export function namesHost(label: string, { href, host }: Target): boolean {
  if (hidden.test(label)) return false
  const said = label.trim().toLowerCase()
  const ends = [host.toLowerCase(), `${new URL(href).protocol}//${host.toLowerCase()}`]
  return ends.some((end) => said.startsWith(end) && /^(?:$|[/?#])/.test(said.slice(end.length)))
}
