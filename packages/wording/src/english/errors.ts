/** English: what went wrong and what to do about it, by error code. Each code belongs to the package before its dot. */
import { control, terminal } from './terminal-errors.ts'

/** What happened, in one sentence, and what to do, in another. */
export interface Explanation {
  readonly happened: string
  readonly todo: string
}

const messenger = {
  'messenger.no-identity': {
    happened: 'There is no identity here yet.',
    todo: 'Make one with: kith init --name <your name>',
  },
  'messenger.identity-exists': {
    happened: 'There is an identity here already.',
    todo: 'Use it, or name another place with --profile or --data-dir.',
  },
  'messenger.bad-name': {
    happened: 'This name cannot be used.',
    todo: 'Take one that is not empty, fits in a line and holds no control characters.',
  },
  'messenger.words-gone': {
    happened: 'The recovery words are no longer on this device, because they were confirmed.',
    todo: 'Look where you wrote them down.',
  },
  'messenger.words-differ': {
    happened: 'These words do not match the recovery words.',
    todo: 'Compare them with "kith words" and enter at least three again, each with its place.',
  },
  'messenger.unknown-space': {
    happened: 'There is no such group on this device.',
    todo: 'See the groups there are with: kith group list',
  },
  'messenger.not-a-member': {
    happened: 'You are not a member of this group any more.',
    todo: 'Ask a member for a new invite link.',
  },
  'messenger.unknown-user': {
    happened: 'No member, or more than one, goes by this name.',
    todo: 'See the members and their ids with: kith group members',
  },
  'messenger.not-allowed': {
    happened: 'Your role in this group does not permit this.',
    todo: 'Ask somebody with a more senior role.',
  },
  'messenger.bad-text': {
    happened: 'This message cannot be sent: it is empty, too long or not proper text.',
    todo: 'Change it, or split it into several messages.',
  },
  'messenger.bad-draft': {
    happened: 'This text is not kept: it is longer than one message may be, or not proper text.',
    todo: 'Shorten it, or send it in several messages.',
  },
  'messenger.unknown-message': {
    happened: 'This message is not on this device.',
    todo: 'Wait until it has arrived, or look at the newest messages.',
  },
  'messenger.bad-link': {
    happened: 'This is not a whole Kith invite link.',
    todo: 'Copy it again from its first to its last character, and put it in quotes.',
  },
  'messenger.invite-expired': {
    happened: 'This invite has expired.',
    todo: 'Ask for a new link.',
  },
  'messenger.invite-revoked': {
    happened: 'This invite has been taken back.',
    todo: 'Ask for a new link.',
  },
  'messenger.invite-used': {
    happened: 'This invite was for one person and has been used.',
    todo: 'Ask for a new link.',
  },
  'messenger.invite-unknown': {
    happened: 'The members of the group do not know this invite.',
    todo: 'Ask for a new link.',
  },
  'messenger.banned': {
    happened: 'You were removed from this group, and its links do not let you in again.',
    todo: 'Only an admin can add you back.',
  },
  'messenger.group-full': {
    happened: 'This group has as many members as a group can have.',
    todo: 'Somebody has to leave first.',
  },
  'messenger.already-member': {
    happened: 'You are a member of this group already.',
    todo: 'Open it with: kith chat',
  },
  'messenger.nobody-reachable': {
    happened: 'No member of the group could be reached.',
    todo: 'Try again when one of them is online. "kith doctor" checks your own connection.',
  },
  'messenger.waiting-for-key': {
    happened: 'The key of this group has not arrived yet.',
    todo: 'Try again when another member is online.',
  },
  'messenger.aborted': {
    happened: 'This was interrupted.',
    todo: 'Run it again when you are ready.',
  },
  'messenger.needs-update': {
    happened: 'This group needs a newer version of Kith to write in.',
    todo: 'Update Kith; until then you can read.',
  },
  'messenger.storage-failed': {
    happened: 'This could not be stored.',
    todo: 'Make sure that the disk is neither full nor write-protected, then try again.',
  },
  'messenger.stopped': {
    happened: 'The running kith is ending.',
    todo: 'Run the command again.',
  },
} as const

const storage = {
  'storage.wrong-passphrase': {
    happened: 'The passphrase does not open this data directory.',
    todo: 'Check the passphrase and try again.',
  },
  'storage.wrong-key': {
    happened: 'The key file does not belong to the data beside it.',
    todo: 'Put back the vault.key that was there before.',
  },
  'storage.key-missing': {
    happened: 'The data is there, and the key that opens it is not.',
    todo: 'Put vault.key back from a copy, or choose another directory with --data-dir.',
  },
  'storage.data-missing': {
    happened: 'The key is there, and the data it opens is not.',
    todo: 'Put the database folder back from a copy, or choose another directory with --data-dir.',
  },
  'storage.locked': {
    happened: 'Another program is using this data directory.',
    todo: 'Wait until it has ended, or choose another directory with --data-dir.',
  },
  'storage.newer-schema': {
    happened: 'This data was written by a newer version of Kith.',
    todo: 'Update Kith, then try again.',
  },
  'storage.corrupt': {
    happened: 'The stored data is damaged.',
    todo: 'Put the data directory back from a copy. Nothing was changed in it.',
  },
  'storage.unavailable': {
    happened: 'This browser lets the page keep nothing.',
    todo: 'Allow this site to store data, then load the page again.',
  },
  'storage.disk-full': {
    happened: 'The disk is full.',
    todo: 'Free some space, then try again.',
  },
  'storage.write-failed': {
    happened: 'The data could not be written.',
    todo: 'Make sure that the data directory is yours and not write-protected.',
  },
  'storage.read-failed': {
    happened: 'The data could not be read.',
    todo: 'Make sure that the data directory is yours and the disk in order.',
  },
  'storage.open-failed': {
    happened: 'The data directory could not be opened.',
    todo: 'Make sure that it is a folder of yours, or choose another one with --data-dir.',
  },
  'storage.closed': {
    happened: 'The data was closed in the middle of this.',
    todo: 'Run the command again.',
  },
  'storage.invalid-argument': {
    happened: 'Kith made a mistake when storing this. Nothing was written.',
    todo: 'Please report how it came about.',
  },
} as const

const network = {
  'network.unreachable': {
    happened: 'The other side did not answer.',
    todo: 'Try again when it is online.',
  },
  'network.refused-address': {
    happened: 'No address of the other side may be dialed.',
    todo: 'If it is in your own network, add --local-network.',
  },
  'network.aborted': {
    happened: 'The connection attempt was ended.',
    todo: 'Run the command again.',
  },
  'network.ended': {
    happened: 'The connection has ended.',
    todo: 'Run the command again.',
  },
  'network.oversized': {
    happened: 'This is larger than can be sent.',
    todo: 'Send less at once.',
  },
  'network.malformed': {
    happened: 'The other side does not follow the protocol.',
    todo: 'Both of you should use the newest version of Kith.',
  },
  'network.credit': {
    happened: 'The other side sent more than it may.',
    todo: 'Both of you should use the newest version of Kith.',
  },
  'network.timeout': {
    happened: 'The other side took too long.',
    todo: 'Try again later.',
  },
  'network.busy': {
    happened: 'Too many connections were tried within a minute.',
    todo: 'Wait a minute, then try again.',
  },
  'network.not-connected': {
    happened: 'There is no connection to the other side.',
    todo: 'Try again when it is online.',
  },
  'network.unsupported': {
    happened: 'The other side does not offer this.',
    todo: 'Both of you should use the newest version of Kith.',
  },
  'network.misuse': {
    happened: 'A relay address or another network setting is not valid.',
    todo: 'A relay address looks like /dns4/relay.example/tcp/443/tls/ws/p2p/12D3Koo… and is printed when the relay starts.',
  },
} as const

/** Every error code and its explanation. */
export const errors: Readonly<Record<ErrorCode, Explanation>> = {
  ...messenger,
  ...storage,
  ...network,
  ...control,
  ...terminal,
}

/** The package's name, a dot, and the code its errors carry. */
export type ErrorCode =
  | keyof typeof messenger
  | keyof typeof storage
  | keyof typeof network
  | keyof typeof control
  | keyof typeof terminal
