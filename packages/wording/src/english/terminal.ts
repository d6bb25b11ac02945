/** English: what `kith` says on a terminal when all goes well. */
import { count } from '../count.ts'

const messages = { one: 'message', other: 'messages' }
const members = { one: 'member', other: 'members' }

interface Why {
  readonly name: string
  readonly by: string
  readonly role: string
  readonly device: string
}
interface WhyInvited extends Why {
  readonly inviter: string
}

/** Sentences by code: a text, or a function of its parameters. */
export const terminal = {
  'init.done': ({ name }: { readonly name: string }): string => `You are ${name} on this device.`,
  'init.words':
    'Recovery words are waiting to be written down: "kith words" shows them. Until you confirm them, they stay on this device.',
  'init.next': 'Next: "kith group create <name>", or "kith join <link>".',

  'group.created': ({ name }: { readonly name: string }): string => `The group ${name} is there.`,
  'group.invite-next': 'Next: "kith invite" makes a link for others.',
  'group.none': 'You are in no group yet.',
  'group.gap': ({ name, missing }: { readonly name: string; readonly missing: number }): string =>
    `${count('en', missing, messages)} from ${name} ${missing === 1 ? 'is' : 'are'} missing`,
  'group.line': ({
    waiting,
    memberCount,
  }: {
    readonly waiting: number
    readonly memberCount: number
  }): string =>
    waiting === 0
      ? count('en', memberCount, members)
      : `${count('en', memberCount, members)}, ${count('en', waiting, messages)} waiting to be sent`,
  'group.left-already': 'no longer a member',
  'group.removed': ({ name }: { readonly name: string }): string =>
    `${name} is removed and reads nothing that is written from now on. Invites may bring ${name} back.`,
  'group.banned': ({ name }: { readonly name: string }): string =>
    `${name} is removed, reads nothing that is written from now on, and comes back by no invite.`,
  'group.unbanned': ({ name }: { readonly name: string }): string => `Invites let ${name} in again.`,
  'group.nobody-banned': 'Nobody is banned.',
  'group.ranked': ({ name, role }: { readonly name: string; readonly role: string }): string =>
    `${name} is now ${role} here.`,

  'may.not-a-member': 'You are not a member of this group.',
  'may.readers-only-read': 'You may only read in this group.',
  'may.admins-only': 'Only admins may do this.',
  'may.rank-not-grantable': 'You can give only roles below your own.',
  'may.outranked': 'This member stands above you, or beside you.',
  'may.already-member': 'They are a member already.',
  'may.no-member': 'They are not a member.',
  'may.group-full': 'The group is full.',
  'may.unknown-invite': 'There is no such invite.',
  'may.use-leave': 'To go yourself, use: kith group leave',
  'may.not-banned': 'They are not banned.',
  'may.highest-rank': 'They are an admin already.',
  'may.lowest-rank': 'There is no lower role.',

  'key.line': ({
    members: all,
    confirmed,
  }: {
    readonly members: number
    readonly confirmed: number
  }): string =>
    `${confirmed} of ${count('en', all, members)} ${confirmed === 1 ? 'has' : 'have'} said that they hold the key in use`,
  'key.due': 'a new key is made before the next message',
  'key.not-tracked': 'too many members to say who holds the key in use',
  'key.not-confirmed': 'not known to have the new key',

  'why.you': ({ name }: { readonly name: string }): string => `${name} (you)`,
  'why.founded': ({ by }: Why): string => `${by} made the group.`,
  'why.joined': ({ name, by, inviter }: WhyInvited): string =>
    `${name} came by an invite of ${inviter}; ${by} let them in.`,
  'why.approved': ({ name, by, role, inviter }: WhyInvited): string =>
    `${name} asked by an invite of ${inviter}; ${by} said yes, as ${role}.`,
  'why.added': ({ name, by, role }: Why): string => `${by} added ${name} as ${role}.`,
  'why.removed': ({ name, by }: Why): string => `${by} removed ${name}.`,
  'why.unbanned': ({ name, by }: Why): string => `${by} lifted the ban on ${name}.`,
  'why.left': ({ name }: Why): string => `${name} left.`,
  'why.ranked': ({ name, by, role }: Why): string => `${by} made ${name} ${role}.`,
  'why.device-introduced': ({ name, device }: Why): string => `${name} introduced the device ${device}.`,
  'why.device-revoked': ({ name, by, device }: Why): string =>
    `${by} told that the device ${device} of ${name} is no longer theirs.`,
  'why.key-changed': ({ name }: Why): string => `${name} changed their key.`,
  'why.void': ({ reason }: { readonly reason: string }): string => `This does not count: ${reason}.`,
  'why.is': ({ name, role }: { readonly name: string; readonly role: string }): string =>
    `So ${name} is ${role} here.`,
  'why.is-out': ({ name }: { readonly name: string }): string => `So ${name} is not a member.`,
  'why.is-banned': ({ name }: { readonly name: string }): string =>
    `So ${name} is not a member, and no invite lets them in.`,
  'void.actor-lowered': 'somebody more senior had taken the right to do this away',
  'void.device-revoked': 'it came from a device that is no longer theirs',
  'void.target-raised': 'somebody more senior had decided otherwise about them',
  'void.invite-void': 'the invite itself does not count',
  'void.invite-revoked': 'the invite was taken back',
  'void.invite-used': 'the invite had let in as many people as it was made for',
  'void.already-in': 'they were a member already',
  'void.banned': 'they were banned',
  'void.decided-otherwise': 'an admin had decided about them at the same time',

  'group.left': ({ name }: { readonly name: string }): string => `You have left ${name}.`,
  'group.rotated': ({ name }: { readonly name: string }): string => `${name} has a new key.`,

  'role.owner': 'owner',
  'role.admin': 'admin',
  'role.member': 'member',
  'role.reader': 'reader',
  'member.you': 'you',
  'member.direct': 'connected',
  'member.relayed': 'connected through a relay',
  'member.no': 'not connected',

  'invite.made': ({ name }: { readonly name: string }): string =>
    `Whoever has this link can join ${name}. Send it only to people you want there.`,
  'invite.made-approve': ({ name }: { readonly name: string }): string =>
    `Whoever has this link can ask to join ${name}; an admin has to say yes.`,
  'invite.none': 'There are no invites.',
  'invite.open': 'open',
  'invite.approve': 'with approval',
  'invite.line': ({
    uses,
    maxUses,
    waiting,
  }: {
    readonly uses: number
    readonly maxUses: number | null
    readonly waiting: number
  }): string => {
    const used = maxUses === null ? `${uses} let in` : `${uses} of ${maxUses} let in`
    return waiting === 0 ? used : `${used}, ${waiting} waiting`
  },
  'invite.ends': ({ when }: { readonly when: string }): string => `until ${when}`,
  'invite.by': ({ name }: { readonly name: string }): string => `by ${name}`,
  'invite.state-revoked': 'taken back',
  'invite.state-expired': 'expired',
  'invite.state-used-up': 'used up',
  'invite.revoked': 'The invite is taken back. Nobody comes in by its link any more.',
  'request.none': 'Nobody is waiting to be let in.',
  'request.unnamed': 'somebody without a name',
  'request.line': ({ inviter, keeper }: { readonly inviter: string; readonly keeper: string }): string =>
    `invited by ${inviter}, asked ${keeper}`,
  'request.approved': ({ name }: { readonly name: string }): string => `${name} is in.`,
  'request.denied': ({ name }: { readonly name: string }): string =>
    `${name} is told no, and cannot ask again by this link.`,
  'invite.no-relay':
    'No relay is set, so others may not find you. Add one with "kith relay add <address>", then make the link again.',
  'invite.alone':
    'Until somebody has joined, keep "kith chat" or "kith listen" running: only you can let others in.',

  'join.asking': 'Looking for a member who can let you in …',
  'join.waiting': 'Your request has arrived. An admin has to answer it.',
  'join.refused': 'There is an answer.',
  'join.cancelled': 'You are not waiting any more.',
  'join.none': 'You are waiting for no group.',
  'join.line-waiting': 'waiting for an admin',
  'join.line-refused': 'an admin said no, or the invite has ended',
  'join.unnamed': 'a group without a name',
  'join.done': ({ name, memberCount }: { readonly name: string; readonly memberCount: number }): string =>
    `You are in ${name}, with ${count('en', memberCount, members)}.`,

  'send.sent': 'Sent.',
  'send.queued':
    'Nobody else could be reached in time. Your message is stored and goes out when this kith and another member are online together.',
  'send.alone': 'You are alone in this group. Your message is stored and goes out when somebody has joined.',
  'change.queued':
    'Nobody else could be reached in time. They learn of this when this kith and another member are online together.',

  'listen.ready': ({ name }: { readonly name: string }): string => `Listening to ${name}. Ctrl-C ends it.`,
  'run.ready': 'Running. Other kith commands on this data directory use this one. Ctrl-C ends it.',
  'message.deleted': 'deleted',
  'message.unsupported': 'This message needs a newer version of Kith.',
  'notice.own-log-forked':
    'Two copies of this device have written to the group. Use only one of them from now on.',
  'notice.storage-failed':
    'This group could not be stored. Kith tries again; make sure that the disk is not full.',
  'notice.space-damaged':
    'What is stored of a group is damaged, so it is left out. Nothing of it is changed.',
  'notice.other': 'Something is out of order with a device in this group.',

  'chat.ready': ({ name }: { readonly name: string }): string =>
    `You are in ${name}. /help shows what you can do.`,
  'chat.commands':
    '/members  /invite  /status  /rotate  /quit. Everything else you type is sent. Removing and leaving: kith group --help in another terminal.',
  'chat.unknown-command':
    'There is no such command. /help shows those there are. To send a text that starts with /, write //.',
  'chat.waiting': ({ waiting }: { readonly waiting: number }): string =>
    `${count('en', waiting, messages)} stored, waiting for another member to come online.`,
  'chat.joined': ({ name }: { readonly name: string }): string => `${name} has joined.`,
  'chat.gone': ({ name }: { readonly name: string }): string => `${name} is no longer a member.`,
  'chat.out': 'You are no longer a member of this group.',

  'status.identity': 'You',
  'status.groups': 'Groups',
  'status.relays': 'Relays',
  'status.people': 'Connected',
  'status.running': 'kith',
  'status.owner': 'no kith was running before this command',
  'status.this': 'this one; no other runs on this data directory',
  'status.remote': 'another kith is running and answered',
  'status.nobody': 'nobody',
  'status.no-relays': 'none',
  'status.no-identity': 'no identity yet',
  'status.unnamed': 'somebody not in your groups',

  'relay.reserved': 'reachable, and you are reachable through it',
  'relay.connected': 'reachable',
  'relay.connecting': 'connecting',
  'relay.unreachable': 'not reachable',
  'relay.saved': 'The relays are saved.',

  'words.shown':
    'These 24 words outrank your devices. This version cannot restore from them yet; a later one will. Write them on paper and show them to nobody.',
  'words.confirm': 'Then confirm three of them: kith words confirm 3=… 11=… 20=…',
  'words.confirmed': 'The words are confirmed and no longer kept on this device.',

  'doctor.good': 'good',
  'doctor.note': 'note',
  'doctor.bad': 'not good',
  'doctor.node': ({ version }: { readonly version: string }): string => `Node ${version}`,
  'doctor.directory': 'Data directory can be written, and only by you',
  'doctor.directory-open': 'Others on this computer can open the data directory: chmod 700 it',
  'doctor.identity': 'There is an identity',
  'doctor.identity-missing': 'There is no identity: kith init --name <your name>',
  'doctor.words': 'The recovery words are confirmed',
  'doctor.words-pending': 'The recovery words are not confirmed: kith words',
  'doctor.relays-missing': 'No relay is set: kith relay add <address>',
  'doctor.relay': ({ address }: { readonly address: string }): string => `Relay ${address}`,
  'doctor.relay-bad': ({ address }: { readonly address: string }): string =>
    `Relay ${address}: cannot be reached; is it running?`,
  'doctor.clock': 'The clock is plausible',
  'doctor.clock-bad': 'The clock of this computer is far off',

  'note.running':
    'A kith is running on this data directory already and does the work: --relay, --listen-on and --local-network apply to it only when it starts.',
  'note.waiting-for-lock': 'Another command is using this data directory. Waiting for it …',
  'note.interrupted': 'Ending. Press Ctrl-C again to end at once.',
} as const
