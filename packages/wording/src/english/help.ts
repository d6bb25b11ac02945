/** English: the help of `kith` and its commands. */

/** Descriptions by command and option. */
export const help = {
  'help.program': 'Kith, a messenger with no server in the middle.',
  'help.group': 'make groups and see to their members',
  'help.init': 'make an identity on this device',
  'help.group-create': 'make a group',
  'help.group-list': 'list your groups',
  'help.group-members': 'list the members of a group',
  'help.group-remove': 'remove a member; a new key keeps them from reading on',
  'help.group-leave': 'leave a group',
  'help.invite': 'make an invite link and print it',
  'help.invite-list': 'list the invites of a group',
  'help.invite-revoke': 'take an invite back',
  'help.group-requests': 'list who waits to be let in',
  'help.group-approve': 'let in somebody who waits',
  'help.group-deny': 'say no to somebody who waits',
  'help.join-list': 'list the groups you wait for',
  'help.join-cancel': 'stop waiting for a group',
  'help.join': 'join a group by its link; "-" takes the link from standard input',
  'help.send': 'send a message; "-" takes the text from standard input',
  'help.listen': 'print messages as they come',
  'help.chat': 'talk: shows what was said, sends what you type',
  'help.run': 'stay online without showing anything',
  'help.rotate': 'give a group a new key',
  'help.status': 'show identity, groups, relays and connections',
  'help.doctor': 'check what Kith needs to work',
  'help.words': 'show the recovery words until they are confirmed',
  'help.words-confirm': 'confirm that the recovery words are written down',
  'help.relay': 'choose the relays this device uses',
  'help.relay-list': 'list the relays',
  'help.relay-add': 'add relays',
  'help.relay-remove': 'remove relays',

  'option.name': 'the name others see',
  'option.json': 'machine-readable output: one JSON document, or one per line where messages stream',
  'option.data-dir': 'where everything is kept',
  'option.profile': 'a second identity beside the first, by name',
  'option.local-network': 'also dial private and loopback addresses; "init" remembers it',
  'option.relay': 'address of a relay to use, may be repeated; "init" remembers it',
  'option.listen': 'address to listen on, may be repeated; "none" listens nowhere',
  'option.timeout': 'seconds to wait for others',
  'option.quiet': 'say nothing but results and errors',
  'option.no-color': 'no colours (also: NO_COLOR)',
  'option.version': 'print the version',
  'option.help': 'show help',
  'option.history': 'how many earlier messages to show first',
  'option.single-use': 'the link lets in one person',
  'option.uses': 'how many people the link lets in',
  'option.approve': 'an admin has to say yes to each newcomer',
  'option.all': 'those that have ended as well',
  'option.expires': 'hours until the link expires',
  'option.full-history': 'newcomers may read what was written before them',

  'argument.group': 'name of the group or the beginning of its id; may be left out when you are in one',
  'argument.group-name': 'name of the new group',
  'argument.user': 'name of a member, or the beginning of their id',
  'argument.link': 'the invite link',
  'argument.invite': 'the beginning of the id of an invite',
  'argument.request': 'name of who waits, or the beginning of an id',
  'argument.waited': 'name of the group waited for, or the beginning of its id',
  'argument.text': 'what to send; put it in quotes',
  'argument.address': 'address of a relay, as it prints it',
  'argument.words': 'places and words: 3=apple 11=river 20=stone',

  'help.examples': `
Examples:
  kith init --name Alice --relay /dns4/relay.example/tcp/443/tls/ws/p2p/12D3Koo…
  kith group create Friends
  kith invite
  kith chat

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found or not reachable, 4 not in time,
5 not permitted or not valid, 6 data directory in use, 130 and 143 interrupted.`,
} as const
