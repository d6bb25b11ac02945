// Commands `kith` must refuse: malformed invites and arguments, each with the exit code its README promises.
import { encodeCbor } from '@kith/crypto'
import { formatInviteLink, parseInviteLink } from '@kith/protocol'
import type { InviteLink } from '@kith/protocol'
import { CheckFailure } from './report.ts'

/** One of them. */
export interface WrongCommand {
  readonly what: string
  readonly args: readonly string[]
  readonly input?: string
  readonly codes: readonly number[]
  /** It names its own data directory. */
  readonly isElsewhere?: true
}

const usage = [2]
const notFound = [3]
const refused = [5]
/** Nobody answers to it, or not in time. */
const noAnswer = [3, 4]

/** Those about invites; `link` is a good one of a group the asker is not in. */
export function wrongInvites(link: string): readonly WrongCommand[] {
  const good = parseInviteLink(link)
  if (!good.ok) throw new CheckFailure(`The invite link cannot be read: ${good.reason}`)
  const change = (changes: Partial<InviteLink>): string =>
    formatInviteLink('kith:', { ...good.value, ...changes })
  const code = (value: Parameters<typeof encodeCbor>[0]): string =>
    `kith:#/join/${Buffer.from(encodeCbor(value)).toString('base64url')}`
  const join = (what: string, text: string, codes: readonly number[]): WrongCommand => ({
    what,
    args: ['join', text, '--timeout', '4'],
    codes,
  })
  return [
    join('an empty link', '', usage),
    join('a word for a link', 'hello', usage),
    join('a link without a code', 'kith:#/join/', usage),
    join('half a link', link.slice(0, link.length / 2), usage),
    join('a link without its last sign', link.slice(0, -1), usage),
    join('a link with signs too many', `${link}AAAA`, usage),
    join('a link with padding', `${link}==`, usage),
    join('a link of 100,000 signs', `kith:#/join/${'A'.repeat(100_000)}`, usage),
    join('a link of a later version', code([2, 'later']), usage),
    join('a link with a map', code(new Map([[1, 2]])), usage),
    join('a link with fields missing', code([new Uint8Array(32), new Uint8Array(32)]), usage),
    join('an expired link', change({ expiry: 1 }), refused),
    join(
      'a link to an invite nobody made',
      change({ invite: 'ab'.repeat(32) as InviteLink['invite'] }),
      noAnswer,
    ),
    join('a link with another secret', change({ seed16: new Uint8Array(16) }), noAnswer),
    join('a link to another group', change({ space: 'cd'.repeat(32) as InviteLink['space'] }), noAnswer),
  ]
}

/** Those about everything else; `missing` is a folder that does not exist. */
export function wrongArguments(missing: string): readonly WrongCommand[] {
  const wrong = (what: string, args: readonly string[], codes: readonly number[] = usage): WrongCommand => ({
    what,
    args,
    codes,
  })
  return [
    wrong('no such command', ['shout', 'hello']),
    wrong('no such option', ['send', 'hello', '--loud']),
    wrong('nothing to send', ['send']),
    wrong('an empty message', ['send', '']),
    wrong('a message of blanks', ['send', '   ']),
    wrong('a message of 100,000 letters', ['send', 'a'.repeat(100_000)]),
    {
      what: 'two million letters from a pipe',
      args: ['send', '-'],
      input: 'a'.repeat(2_000_000),
      codes: usage,
    },
    wrong('too many words', ['send', 'Walkers', 'hello', 'there']),
    wrong('no such group', ['send', 'Nowhere', 'hello'], notFound),
    wrong('a second identity', ['init', '--name', 'Mallory']),
    wrong('a group without a name', ['group', 'create', '']),
    wrong('a group with a name of 10,000 letters', ['group', 'create', 'a'.repeat(10_000)]),
    wrong('removing nobody', ['group', 'remove', 'Nobody'], notFound),
    wrong('a time in words', ['send', 'hello', '--timeout', 'soon']),
    wrong('a negative time', ['invite', '--expires', '-1']),
    wrong('a count in words', ['listen', '--history', 'all']),
    wrong('a relay that is no address', ['status', '--relay', 'relay.example']),
    wrong('a relay with a broken PeerId', ['relay', 'add', '/ip4/127.0.0.1/tcp/1/p2p/nobody']),
    wrong('words that are none', ['words', 'confirm', '1=zebra', '99=x', 'y']),
    {
      what: 'a profile that climbs',
      args: ['status', '--profile', '../../up'],
      codes: usage,
      isElsewhere: true,
    },
    {
      what: 'no data directory',
      args: ['status', '--data-dir', missing],
      codes: notFound,
      isElsewhere: true,
    },
  ]
}
