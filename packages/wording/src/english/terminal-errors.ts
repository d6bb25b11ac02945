/** English: what goes wrong on the command line itself, in the form of `errors.ts`. */

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
    todo: 'Run the same command again later.',
  },
  'terminal.bad-number': {
    happened: 'A number in this command is not valid.',
    todo: 'Times are given in seconds and must be more than 0.',
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
