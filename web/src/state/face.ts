/** What the page sees of the messenger: its face, and the views its screens show. */
export type {
  InviteView,
  MemberChangeView,
  MemberView,
  MessageView,
  MessengerFace,
  NumberedChange,
  SpaceSummary as SpaceView,
  StatusView as StatusReport,
} from '@kith/messenger'

/** Ranks by which roles are told apart; smaller is senior. */
export const ownerRank = 0
export const adminRank = 64
export const memberRank = 100
