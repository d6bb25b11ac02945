/** English: what goes wrong on the command line itself, and what to do on one about errors a page explains otherwise. */

/** About errors of the packages below. */
export const onTerminals = {
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
  'messenger.words-differ': {
    happened: 'These words do not match the recovery words.',
    todo: 'Compare them with "kith words" and enter at least three again, each with its place.',
  },
  'messenger.unknown-space': {
    happened: 'There is no such group on this device.',
    todo: 'See the groups there are with: kith group list',
  },
  'messenger.unknown-user': {
    happened: 'No member, or more than one, goes by this name.',
    todo: 'See the members and their ids with: kith group members',
  },
  'messenger.bad-link': {
    happened: 'This is not a whole Kith invite link.',
    todo: 'Copy it again from its first to its last character, and put it in quotes.',
  },
  'messenger.already-member': {
    happened: 'You are a member of this group already.',
    todo: 'Open it with: kith chat',
  },
  'messenger.nobody-reachable': {
    happened: 'No member of the group could be reached.',
    todo: 'Try again when one of them is online. "kith doctor" checks your own connection.',
  },
  'messenger.aborted': {
    happened: 'This was interrupted.',
    todo: 'Run it again when you are ready.',
  },
  'messenger.storage-failed': {
    happened: 'This could not be stored.',
    todo: 'Make sure that the disk is neither full nor write-protected, then try again.',
  },
  'messenger.stopped': {
    happened: 'The running kith is ending.',
    todo: 'Run the command again.',
  },
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
  'network.misuse': {
    happened: 'A relay address or another network setting is not valid.',
    todo: 'A relay address looks like /dns4/relay.example/tcp/443/tls/ws/p2p/12D3Koo… and is printed when the relay starts.',
  },
} as const

/** About the control socket of a running `kith`. */
export const control = {
  'control.lost': {
    happened: 'The running kith this command was using has ended.',
    todo: 'Run the command again.',
  },
  'control.silent': {
    happened: 'A kith runs on this data directory and does not answer.',
    todo: 'End it, then run the command again.',
  },
  'control.busy': {
    happened: 'Too many commands are using the running kith at once.',
    todo: 'Try again when some of them have ended.',
  },
  'control.too-long': {
    happened: 'This is too long to be handed to the running kith.',
    todo: 'Send less at once.',
  },
  'control.bad-frame': {
    happened: 'The running kith does not understand this command.',
    todo: 'It may be of another version: end it, then run the command again.',
  },
  'control.unknown-request': {
    happened: 'The running kith does not know this command.',
    todo: 'It may be of another version: end it, then run the command again.',
  },
  'control.bad-request': {
    happened: 'The running kith does not accept this as it is.',
    todo: 'Check the values in the command.',
  },
  'control.failed': {
    happened: 'The running kith could not do this.',
    todo: 'Try again; if it stays so, please report how it came about.',
  },
} as const

/** About what was typed, and what is there. */
export const terminal = {
  'terminal.usage': {
    happened: 'This command is not complete, or has something in it that does not belong there.',
    todo: 'See how it is written with: kith help',
  },
  'terminal.no-group': {
    happened: 'You are in no group yet.',
    todo: 'Make one with "kith group create <name>", or join one with "kith join <link>".',
  },
  'terminal.which-group': {
    happened: 'You are in more than one group.',
    todo: 'Say which one, by its name or the beginning of its id. "kith group list" shows both.',
  },
  'terminal.unknown-group': {
    happened: 'You are in no group of this name or id.',
    todo: 'See the groups there are with: kith group list',
  },
  'terminal.ambiguous-group': {
    happened: 'More than one group fits this name or id.',
    todo: 'Give more of its id. "kith group list" shows it.',
  },
  'terminal.timeout': {
    happened: 'This was not done in time.',
    todo: 'Try again, or wait longer with --timeout <seconds>.',
  },
  'terminal.join-waits': {
    happened: 'Your request has arrived and no admin has answered it yet.',
    todo: 'A running kith goes on waiting; otherwise run the same command again later.',
  },
  'terminal.bad-number': {
    happened: 'A number in this command is not valid.',
    todo: 'Times and counts must be more than 0, and counts whole.',
  },
  'terminal.bad-profile': {
    happened: 'This profile name cannot be used.',
    todo: 'Use letters, digits, dots, hyphens and underscores, 64 at most.',
  },
  'terminal.no-passphrase-file': {
    happened: 'The file with the passphrase cannot be read.',
    todo: 'KITH_PASSPHRASE_FILE names a file whose first line is the passphrase.',
  },
  'terminal.bad-relay': {
    happened: 'This is not the address of a relay.',
    todo: 'It looks like /dns4/relay.example/tcp/443/tls/ws/p2p/12D3Koo… and is printed when the relay starts.',
  },
  'terminal.unknown-invite': {
    happened: 'No invite of this group, or more than one, has this id.',
    todo: 'See the invites there are with: kith invite list',
  },
  'terminal.unknown-relay': {
    happened: 'This relay is not in the list.',
    todo: 'See the list with: kith relay list',
  },
  'terminal.bad-words': {
    happened: 'The words to confirm are not written as expected.',
    todo: 'Give at least three, each with its place: kith words confirm 3=apple 11=river 20=stone',
  },
  'terminal.input-too-long': {
    happened: 'There is more on standard input than one message can hold.',
    todo: 'Split it into several messages.',
  },
  'terminal.no-home': {
    happened: 'There is no home directory to keep data in.',
    todo: 'Name a directory with --data-dir.',
  },
  'terminal.unexpected': {
    happened: 'Something went wrong that Kith did not expect.',
    todo: 'Please report it with the lines above; KITH_DEBUG=1 prints more of them.',
  },
} as const
