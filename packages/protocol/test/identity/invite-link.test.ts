import { encodeCbor } from '@kith/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBase64url, parseBase64url } from '../../src/identity/base64url.ts'
import { formatInviteLink, parseInviteLink } from '../../src/identity/invite-link.ts'
import type { InviteLink } from '../../src/identity/invite-link.ts'
import { bob, bytesFor, head, space } from '../event/cast.ts'

const link: InviteLink = {
  space,
  invite: head,
  seed16: bytesFor('seed', 16),
  inviter: { user: bob.user, peer: '12D3KooWGzBSrnPmpYkCbXrKxHkVvWSUXLRRRZZYSAXhF2LrQzbJ' },
  inboxPk: bytesFor('inbox'),
  rendezvous16: bytesFor('rendezvous', 16),
  expiry: 1_760_000_000_000,
  relays: ['/dns4/relay.example/tcp/443/wss/p2p/12D3KooWGzBSrnPmpYkCbXrKxHkVvWSUXLRRRZZYSAXhF2LrQzbJ'],
  name: 'Choir 🎶',
}
const text = formatInviteLink('https://kith.example/', link)
const code = text.slice(text.indexOf('#/join/') + 7)

const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units))

function reason(one: string): string | null {
  const read = parseInviteLink(one)
  return read.ok ? null : read.reason
}

describe('an invite link', () => {
  it('is read as it was made, as a whole, as its bare code, or with space around it', () => {
    for (const one of [text, code, ` ${text}\n`, `\t${code}`]) {
      expect(parseInviteLink(one)).toEqual({ ok: true, value: link })
    }
    const nameless = { ...link, name: null, relays: [] }
    expect(parseInviteLink(formatInviteLink('https://kith.example/app', nameless))).toEqual({
      ok: true,
      value: nameless,
    })
  })

  it('keeps everything behind the fragment sign', () => {
    expect(text.startsWith('https://kith.example/#/join/')).toBe(true)
    expect(text.split('#')).toHaveLength(2)
    expect(formatInviteLink('https://kith.example/#/chats', link)).toBe(text)
  })

  it('is told apart from what is no link', () => {
    for (const one of [
      '',
      ' ',
      'hello there',
      'https://kith.example/',
      'https://kith.example/#/join/',
      'ünïcode',
    ]) {
      expect(reason(one), one).toBe('not-a-link')
    }
  })

  it('is refused where it is cut, changed in form, or too long', () => {
    for (let length = 1; length < code.length; length++)
      expect(reason(code.slice(0, length)), `${length}`).toBe('malformed')
    expect(reason(`${code}AAAA`)).toBe('malformed')
    expect(reason(`${code}=`)).toBe('not-a-link')
    expect(reason('A'.repeat(2049))).toBe('too-long')
  })

  it('of a later form is said to be unsupported', () => {
    expect(reason(formatBase64url(encodeCbor([2, new Uint8Array(40)])))).toBe('unsupported')
  })

  it('with too many or too long addresses, or too long a name, is refused both ways', () => {
    const relays = Array.from({ length: 4 }, () => '/dns4/relay.example')
    const bad = [{ relays }, { relays: ['x'.repeat(257)] }, { name: 'n'.repeat(129) }, { expiry: -1 }]
    for (const one of bad) {
      expect(() => formatInviteLink('https://kith.example/', { ...link, ...one })).toThrow(
        expect.objectContaining({ code: 'malformed' }),
      )
    }
  })

  it('never throws, whatever is pasted', () => {
    fc.assert(
      fc.property(anyText, fc.nat(code.length), (pasted, at) => {
        expect(() => [parseInviteLink(pasted), parseInviteLink(code.slice(0, at) + pasted)]).not.toThrow()
      }),
    )
  })
})

describe('base64url', () => {
  it('gives back every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const written = formatBase64url(bytes)
        expect(written).toBe(Buffer.from(bytes).toString('base64url'))
        expect(parseBase64url(written)).toEqual(bytes)
      }),
    )
  })

  it('has one text for the same bytes and reads no other', () => {
    expect(parseBase64url('')).toEqual(new Uint8Array(0))
    for (const one of ['A', 'AB', 'AAB', 'AA==', 'AA+A', 'AA/A', 'AA A', 'AAAAA'])
      expect(parseBase64url(one), one).toBe(null)
  })
})
