/** The messenger's face and its constructor. */
export type { Clock } from './clock.ts'
export { systemClock } from './clock.ts'
export type { Change, ChangeListener, JoinState, NumberedChange } from './face/changes.ts'
export { MessengerError } from './errors.ts'
export type { MessengerFace } from './face/face.ts'
export { Messenger } from './messenger.ts'
export type { MessengerOptions } from './messenger.ts'
export type { MessengerErrorCode } from './errors.ts'
export type {
  GroupMemberView,
  IdentityView,
  InviteInspection,
  InviteView,
  JoinRequestView,
  KeyView,
  LastMessageView,
  MemberChangeView,
  MemberView,
  MessageView,
  PeerView,
  PendingJoinView,
  Permission,
  PersonView,
  RankPermission,
  RecipientView,
  RecipientsView,
  RelayView,
  RequestName,
  Requests,
  SpaceSummary,
  StatusView,
  WhyPersonView,
  WhyView,
} from './face/requests.ts'
