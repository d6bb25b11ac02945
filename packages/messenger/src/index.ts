/** The messenger's face and its constructor. */
export type { Clock } from './clock.ts'
export { systemClock } from './clock.ts'
export type { Change, ChangeListener, NumberedChange } from './changes.ts'
export { MessengerError } from './errors.ts'
export type { MessengerFace } from './face.ts'
export { Messenger } from './messenger.ts'
export type { MessengerOptions } from './messenger.ts'
export type { MessengerErrorCode } from './errors.ts'
export type {
  IdentityView,
  InviteView,
  MemberView,
  MessageView,
  PeerView,
  RequestName,
  Requests,
  SpaceSummary,
  StatusView,
} from './requests.ts'
