/** English: what the page says at the first start, around the list of conversations and inside a conversation. */
import { count } from '../count.ts'

const messages = { one: 'message', other: 'messages' }
const unreadMessages = { one: 'unread message', other: 'unread messages' }
const newMessages = { one: 'new message', other: 'new messages' }
const members = { one: 'member', other: 'members' }

/** Sentences by code: a text, or a function of its parameters. */
export const web = {
  'web.title': 'Kith',
  'web.title-unread': ({ unread }: { readonly unread: number }): string =>
    `(${new Intl.NumberFormat('en').format(unread)}) Kith`,
  'web.close': 'Close',
  'web.cancel': 'Cancel',
  'web.back': 'Back',
  'web.again': 'Try again',
  'web.undo': 'Undo',
  'web.dismiss': 'Dismiss',
  'web.notices': 'Notices',

  'web.start.title': 'Talk with your people',
  'web.start.lead':
    'What you write goes from your device to theirs. Nobody in between can read it, and there is no account to make.',
  'web.start.invited': 'You have been invited. Say who you are, then join.',
  'web.start.name': 'Your name',
  'web.start.name-hint': 'The people you talk with see it. You can change it later.',
  'web.start.name-missing': 'Type the name your people know you by.',
  'web.start.go': 'Get started',
  'web.start.going': 'Getting ready …',
  'web.start.slow': 'This takes longer than usual. Keep this page open; it goes on by itself.',
  'web.start.failed': 'Kith could not start',

  'web.elsewhere.title': 'Kith is open in another tab',
  'web.elsewhere.text': 'One tab works at a time, so that nothing is done twice. You can go on in this one.',
  'web.elsewhere.use': 'Use here',
  'web.elsewhere.moving': 'Moving here …',

  'web.limited.text':
    'This page was opened without https, so the browser keeps some things from it: copying, one tab at a time, and storage that is sure to stay. Open it with https where you can.',
  'web.forgets.text':
    'This browser may forget your messages when space runs short. Private windows always do.',

  'web.home.title': 'Nothing here yet',
  'web.home.text':
    'This is where you talk with people. Start a group and invite them, or join one by its link.',
  'web.home.pick': 'No conversation open',
  'web.home.pick-text': 'Choose one from the list, or start another.',
  'web.home.create': 'Create a group',
  'web.home.join': 'Join with a link',

  'web.list.title': 'Conversations',
  'web.list.new': 'New conversation',
  'web.list.own': 'You:',
  'web.list.by': ({ name }: { readonly name: string }): string => `${name}:`,
  'web.list.draft': 'Draft:',
  'web.list.empty': 'No messages yet',
  'web.list.unread': ({ unread }: { readonly unread: number }): string => count('en', unread, unreadMessages),
  'web.list.unnamed': 'Group without a name',

  'web.you.menu': 'You and this page',
  'web.you.rename': 'Change your name',
  'web.you.theme': 'Appearance',
  'web.you.theme-system': 'Like this device',
  'web.you.theme-light': 'Light',
  'web.you.theme-dark': 'Dark',
  'web.you.save-name': 'Save name',

  'web.talk.members': ({ members: amount }: { readonly members: number }): string =>
    amount === 1 ? 'Only you so far' : count('en', amount, members),
  'web.talk.members-online': ({
    members: amount,
    online,
  }: {
    readonly members: number
    readonly online: number
  }): string => `${count('en', amount, members)}, ${new Intl.NumberFormat('en').format(online)} online`,
  'web.talk.out': 'You are no longer in this group',
  'web.talk.details': 'Group details',
  'web.talk.invite': 'Invite people',
  'web.talk.messages': 'Messages',
  'web.talk.empty': 'No messages yet',
  'web.talk.empty-text': 'Write the first one. It waits here until somebody can receive it.',
  'web.talk.empty-alone': 'It is quiet in here',
  'web.talk.empty-alone-text': 'Invite the people you want to talk with.',
  'web.talk.start': 'Beginning of the conversation',
  'web.talk.start-entry': 'You can read from here on',
  'web.talk.new-line': 'New messages',
  'web.talk.down': 'Go to the newest message',
  'web.talk.down-new': ({ unread }: { readonly unread: number }): string =>
    `${count('en', unread, newMessages)}, go there`,
  'web.talk.older': 'Looking for older messages',
  'web.talk.more': 'Show more',
  'web.talk.less': 'Show less',
  'web.talk.arrived': ({ name, text }: { readonly name: string; readonly text: string }): string =>
    `${name}: ${text}`,
  'web.talk.joined': ({ name }: { readonly name: string }): string => `${name} joined`,
  'web.talk.i-joined': 'You joined',
  'web.talk.i-joined-by': ({ name }: { readonly name: string }): string => `You joined, invited by ${name}`,
  'web.talk.left': ({ name }: { readonly name: string }): string => `${name} left`,
  'web.talk.i-left': 'You left',
  'web.talk.removed-by': ({ name, by }: { readonly name: string; readonly by: string }): string =>
    `${by} removed ${name}`,
  'web.talk.removed-by-me': ({ name }: { readonly name: string }): string => `You removed ${name}`,
  'web.talk.i-removed': 'You were removed',
  'web.talk.gone': ({ name }: { readonly name: string }): string => `${name} is no longer in the group`,
  'web.talk.gap': ({ name, missing }: { readonly name: string; readonly missing: number }): string =>
    `${count('en', missing, messages)} from ${name} ${missing === 1 ? 'is' : 'are'} missing. ${
      missing === 1 ? 'It comes' : 'They come'
    } when somebody who has ${missing === 1 ? 'it' : 'them'} is online.`,
  'web.talk.deleted': 'This message was deleted',
  'web.talk.unsupported': 'This message needs a newer version of Kith',
  'web.talk.wrong-clock': 'Time of arrival; the clock of its sender is ahead',
  'web.talk.damaged': 'A group on this device is damaged and stays closed. The others work.',
  'web.talk.forked': 'Your own history exists in two versions. Use Kith in one place at a time.',
  'web.talk.disorder': 'Something is out of order with a device in this group.',

  'web.state.queued': 'Waiting to send',
  'web.state.sent': 'Sent',

  'web.write.label': 'Message',
  'web.write.hint': ({ name }: { readonly name: string }): string => `Message to ${name}`,
  'web.write.send': 'Send',
  'web.write.alone': 'Nobody else is here yet. What you write waits until somebody has joined.',
  'web.write.nobody': ({ waiting }: { readonly waiting: number }): string =>
    `Nobody else in this group is online. ${count('en', waiting, messages)} ${
      waiting === 1 ? 'waits here and goes' : 'wait here and go'
    } out when somebody comes back.`,
  'web.write.offline': ({ waiting }: { readonly waiting: number }): string =>
    waiting === 0
      ? 'You are offline. You can read and write; what you send waits here.'
      : `You are offline. ${count('en', waiting, messages)} ${
          waiting === 1 ? 'is' : 'are'
        } waiting and ${waiting === 1 ? 'goes' : 'go'} out when you are back.`,
  'web.write.out':
    'You are no longer in this group. You can read what you have. To come back, ask a member for an invite.',
  'web.write.reader': 'You can read here. An admin has to let you write.',
} as const
