/** English: what the page says in its dialogs and side panels: groups, invites, joining, members, connections. */
import { count } from '../count.ts'

const messages = { one: 'message', other: 'messages' }
const people = { one: 'person has', other: 'people have' }
const addresses = { one: 'address', other: 'addresses' }
const milliseconds = (amount: number): string =>
  `${new Intl.NumberFormat('en').format(Math.round(amount))} ms`

/** Sentences by code: a text, or a function of its parameters. */
export const webPlaces = {
  'web.create.title': 'Create a group',
  'web.create.name': 'Name of the group',
  'web.create.name-missing': 'Give the group a name.',
  'web.create.history': 'What newcomers can read',
  'web.create.history-join': 'From when they join',
  'web.create.history-join-hint': 'What was said before stays among those who were there.',
  'web.create.history-all': 'Everything',
  'web.create.history-all-hint': 'All messages since the group began.',
  'web.create.go': 'Create group',

  'web.invite.title': ({ name }: { readonly name: string }): string => `Invite to ${name}`,
  'web.invite.lead': 'Whoever has this code or link can join. Give it only to people you want here.',
  'web.invite.qr': 'Code to scan with another device',
  'web.invite.link': 'Invite link',
  'web.invite.copy': 'Copy link',
  'web.invite.copied': 'Copied',
  'web.invite.copy-yourself': 'The link is selected. Copy it with your keyboard or the menu.',
  'web.invite.share': 'Share',
  'web.invite.save': 'Save code as picture',
  'web.invite.file': 'kith-invite.png',
  'web.invite.expires': ({ when }: { readonly when: string }): string => `Works until ${when}`,
  'web.invite.keep-open': 'Keep this open until they have joined: only you can let them in.',
  'web.invite.keep-one': 'Somebody of the group has to have Kith open when they join.',
  'web.invite.joined': ({ uses }: { readonly uses: number }): string =>
    `${count('en', uses, people)} joined with this link.`,
  'web.invite.making': 'Making an invite',
  'web.invite.share-text': ({ name }: { readonly name: string }): string => `Join ${name} on Kith`,

  'web.join.title': 'Join with a link',
  'web.join.link': 'Invite link',
  'web.join.link-hint': 'Paste the link you were given.',
  'web.join.look': 'Continue',
  'web.join.group': 'You are invited to',
  'web.join.unnamed': 'A group',
  'web.join.by': ({ name }: { readonly name: string }): string => `Invited by ${name}`,
  'web.join.expires': ({ when }: { readonly when: string }): string => `The invite works until ${when}`,
  'web.join.expired': 'This invite has expired. Ask for a new link.',
  'web.join.own': 'This is your own invite',
  'web.join.own-text': 'You are in this group already. Give the link to the people you want there.',
  'web.join.member': 'You are in this group already',
  'web.join.open': 'Open conversation',
  'web.join.go': 'Join',
  'web.join.asking': 'Looking for somebody who can let you in',
  'web.join.asking-text':
    'Whoever invited you, or another member, has to have Kith open. This goes on by itself; keep this open.',
  'web.join.asking-name': ({ name }: { readonly name: string }): string =>
    `${name} or another member has to have Kith open. This goes on by itself; keep this open.`,
  'web.join.waiting': 'Your request has arrived',
  'web.join.waiting-text': 'An admin of the group has to answer it.',
  'web.join.since': ({ elapsed }: { readonly elapsed: string }): string => `Waiting for ${elapsed}`,
  'web.join.stop': 'Stop waiting',
  'web.join.done': ({ name }: { readonly name: string }): string => `You are in ${name}.`,

  'web.details.title': 'Details',
  'web.details.members': 'Members',
  'web.details.invites': 'Open invites',
  'web.details.invite-line': ({ when, uses }: { readonly when: string; readonly uses: number }): string =>
    uses === 0 ? `Until ${when}, not used yet` : `Until ${when}, ${count('en', uses, people)} joined`,
  'web.details.revoke': 'Take back',
  'web.details.revoked': 'The invite is taken back.',
  'web.details.you': 'You',
  'web.details.owner': 'Owner',
  'web.details.admin': 'Admin',
  'web.details.reader': 'Reader',
  'web.details.remove': ({ name }: { readonly name: string }): string => `Remove ${name}`,
  'web.details.remove-text': ({ name }: { readonly name: string }): string =>
    `${name} can read nothing that is written from then on, and keeps what has arrived already.`,
  'web.details.removed': ({ name }: { readonly name: string }): string => `${name} is removed.`,
  'web.details.leave': 'Leave group',
  'web.details.leave-title': ({ name }: { readonly name: string }): string => `Leave ${name}?`,
  'web.details.leave-text':
    'You get no new messages. What you have stays on this device, and the others see that you left. To come back you need an invite.',
  'web.details.left': ({ name }: { readonly name: string }): string => `You have left ${name}.`,

  'web.net.online': 'Online',
  'web.net.connecting': 'Connecting …',
  'web.net.offline': 'Offline',
  'web.net.limited': 'Limited',
  'web.net.title': 'Connections',
  'web.net.open': ({ state }: { readonly state: string }): string => `${state}, show connections`,
  'web.net.online-text': 'You can reach your people, and they can reach you, whenever they are online too.',
  'web.net.connecting-text': 'Looking for a way to your people. You can write meanwhile.',
  'web.net.offline-text': 'You can read and write. Messages go out when a connection is back.',
  'web.net.limited-text':
    'You reach people you are connected with. No relay answers, so others may not find you.',
  'web.net.waiting': ({ waiting }: { readonly waiting: number }): string =>
    `${count('en', waiting, messages)} waiting to go out`,
  'web.net.people': 'People',
  'web.net.nobody': 'Nobody is connected right now.',
  'web.net.unnamed': 'Somebody not in your groups',
  'web.net.direct': 'Direct',
  'web.net.relayed': 'Through a relay',
  'web.net.apart': 'Not connected',
  'web.net.rtt': ({ ms }: { readonly ms: number }): string => `answers in ${milliseconds(ms)}`,
  'web.net.relays': 'Relays',
  'web.net.relays-text': 'Relays help your devices find each other. They cannot read what you write.',
  'web.net.no-relays': 'No relay is set. Add one so that people can find you.',
  'web.net.relay-reserved': 'Connected. People can find you here.',
  'web.net.relay-connected': 'Connected',
  'web.net.relay-connecting': 'Connecting …',
  'web.net.relay-unreachable': 'Does not answer',
  'web.net.relay-addresses': ({ addresses: amount }: { readonly addresses: number }): string =>
    count('en', amount, addresses),
  'web.net.relay-add': 'Add relay',
  'web.net.relay-address': 'Address of a relay',
  'web.net.relay-address-hint': 'The relay prints it when it starts. It begins with / and ends with its id.',
  'web.net.relay-testing': 'Added. Trying it …',
  'web.net.relay-works': 'Added, and it answers.',
  'web.net.relay-silent': 'Added, but it has not answered yet. Kith keeps trying.',
  'web.net.relay-known': 'This relay is in the list already.',
  'web.net.relay-remove': ({ name }: { readonly name: string }): string => `Remove relay ${name}`,
  'web.net.relay-removed': ({ name }: { readonly name: string }): string => `The relay ${name} is removed.`,
  'web.net.retry': 'Retry now',
  'web.net.diagnostics': 'Copy diagnostics',
  'web.net.diagnostics-text': 'A short report without names, messages or whole ids.',
} as const
