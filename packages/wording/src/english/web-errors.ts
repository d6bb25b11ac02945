/** English: what to do about an error in a page, where a terminal says something else. */

const reload = 'Reload the page. What you have stays on this device.'

/** Explanations by code. */
export const webErrors = {
  'messenger.no-identity': {
    happened: 'Nobody has a name on this device yet.',
    todo: 'Reload the page and say who you are.',
  },
  'messenger.identity-exists': {
    happened: 'You have a name on this device already.',
    todo: reload as string,
  },
  'messenger.bad-name': {
    happened: 'This name cannot be used.',
    todo: 'Take one that is not empty and fits in a line.',
  },
  'messenger.words-differ': {
    happened: 'These words do not match the recovery words.',
    todo: 'Compare them with what you wrote down, and enter them again.',
  },
  'messenger.unknown-space': {
    happened: 'This group is not on this device any more.',
    todo: 'Choose another one from the list.',
  },
  'messenger.unknown-user': {
    happened: 'This person is not a member any more.',
    todo: 'Look at the list of members again.',
  },
  'messenger.bad-link': {
    happened: 'This is not a whole invite link.',
    todo: 'Copy it again from its first to its last character.',
  },
  'messenger.already-member': {
    happened: 'You are a member of this group already.',
    todo: 'Choose it from the list of conversations.',
  },
  'messenger.nobody-reachable': {
    happened: 'No member of the group could be reached.',
    todo: 'Try again when one of them has Kith open.',
  },
  'messenger.aborted': { happened: 'This was interrupted.', todo: 'Try again when you are ready.' },
  'messenger.storage-failed': {
    happened: 'This could not be stored on this device.',
    todo: 'Free some space for this browser, then try again.',
  },
  'messenger.stopped': { happened: 'Kith has ended in this tab.', todo: reload as string },
  'storage.wrong-passphrase': {
    happened: 'This passphrase does not open what this browser has stored.',
    todo: 'Check the passphrase and try again.',
  },
  'storage.wrong-key': {
    happened: 'What this browser has kept of Kith does not fit together.',
    todo: 'Use the browser profile in which you began.',
  },
  'storage.key-missing': {
    happened: 'This browser has kept your messages and lost the key to them.',
    todo: 'They cannot be opened here. Use another device on which you have Kith.',
  },
  'storage.data-missing': {
    happened: 'This browser has deleted what Kith stored in it.',
    todo: 'Use another device on which you have Kith, or clear the data of this page to start over.',
  },
  'storage.locked': {
    happened: 'Another tab is using Kith.',
    todo: 'Close it, then try again here.',
  },
  'storage.newer-schema': {
    happened: 'This browser has been used with a newer version of Kith.',
    todo: 'Reload the page to get that version.',
  },
  'storage.corrupt': {
    happened: 'What this browser has stored is damaged.',
    todo: 'Nothing was changed. Use another device on which you have Kith.',
  },
  'storage.disk-full': {
    happened: 'There is no space left for this browser.',
    todo: 'Free some space, then try again.',
  },
  'storage.write-failed': {
    happened: 'This browser could not store what you did.',
    todo: 'Free some space, then reload the page.',
  },
  'storage.read-failed': {
    happened: 'This browser could not read what it has stored.',
    todo: reload as string,
  },
  'storage.open-failed': {
    happened: 'This browser does not let Kith store anything.',
    todo: 'Allow this page to keep data, or use another browser or window.',
  },
  'storage.closed': { happened: 'Storage was closed in the middle of this.', todo: reload as string },
  'network.refused-address': {
    happened: 'No address of the other side may be used from here.',
    todo: 'Ask the other side which relay they use, and add it.',
  },
  'network.aborted': { happened: 'The connection attempt was ended.', todo: 'Try again.' },
  'network.ended': { happened: 'The connection has ended.', todo: 'Try again.' },
  'network.misuse': {
    happened: 'This is not the address of a relay.',
    todo: 'Copy it again from where the relay printed it, from its first to its last character.',
  },
  'terminal.unexpected': {
    happened: 'Something went wrong that Kith did not expect.',
    todo: 'Try again. If it happens once more, reload the page.',
  },
} as const
