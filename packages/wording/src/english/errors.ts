/** English: what went wrong and what to do about it, where a terminal and a page say the same. */

/** Explanations by code: the name of a package, a dot, and the code its errors carry. */
export const errors = {
  'messenger.words-gone': {
    happened: 'The recovery words are no longer on this device, because they were confirmed.',
    todo: 'Look where you wrote them down.',
  },
  'messenger.not-a-member': {
    happened: 'You are not a member of this group any more.',
    todo: 'Ask a member for a new invite link.',
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
  'messenger.invite-expired': {
    happened: 'This invite has expired.',
    todo: 'Ask for a new link.',
  },
  'messenger.invite-revoked': {
    happened: 'This invite has been taken back.',
    todo: 'Ask for a new link.',
  },
  'messenger.invite-used': {
    happened: 'This invite has let in as many people as it was made for.',
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
  'messenger.join-denied': {
    happened: 'An admin of the group has said no to your request.',
    todo: 'If you think this is a mistake, ask them; a new link lets you ask again.',
  },
  'messenger.too-many-joins': {
    happened: 'You are waiting for answers from as many groups as can be waited for at once.',
    todo: 'Stop waiting for one of them first.',
  },
  'messenger.unknown-request': {
    happened: 'No request that waits, or more than one, goes by this name.',
    todo: 'Look at the requests again; somebody else may have answered it.',
  },
  'messenger.not-banned': {
    happened: 'Nobody who goes by this is banned from this group.',
    todo: 'Look at the list of those who are.',
  },
  'messenger.bad-invite': {
    happened: 'An invite cannot be made like this.',
    todo: 'It lets in 1 to 1,000 people, or any number, and ends after a second to a year.',
  },
  'messenger.unknown-epoch': {
    happened: 'This device does not know this key.',
    todo: 'Wait until it has caught up with the group.',
  },
  'messenger.group-full': {
    happened: 'This group has as many members as a group can have.',
    todo: 'Somebody has to leave first.',
  },
  'messenger.waiting-for-key': {
    happened: 'The key of this group has not arrived yet.',
    todo: 'Try again when another member is online.',
  },
  'messenger.needs-update': {
    happened: 'This group needs a newer version of Kith to write in.',
    todo: 'Update Kith; until then you can read.',
  },
  'storage.unavailable': {
    happened: 'This browser lets the page keep nothing.',
    todo: 'Allow this site to store data, then load the page again.',
  },
  'storage.invalid-argument': {
    happened: 'Kith made a mistake when storing this. Nothing was written.',
    todo: 'Please report how it came about.',
  },
  'network.unreachable': {
    happened: 'The other side did not answer.',
    todo: 'Try again when it is online.',
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
} as const
