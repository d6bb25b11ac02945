/**
 * The one table of domain labels, and how a label and its input become bytes (protocol section 2).
 * A label is never reused for a second purpose: what is signed, hashed, derived or sealed under one
 * can never be mistaken for something under another.
 */
import { encodeCbor } from './cbor.ts'
import type { CborValue } from './cbor.ts'

/** Every label of suite 1, by purpose. */
export const labels = {
  // Events (section 4)
  event: 'kith/1/event',
  eid: 'kith/1/eid',
  body: 'kith/1/body',
  seal: 'kith/1/seal',
  hintKey: 'kith/1/hint-key',
  register: 'kith/1/register',
  ephemeral: 'kith/1/ephemeral',
  // Identity and linking (section 3)
  paperSigningKey: 'kith/1/paper-signing-key',
  paperKemKey: 'kith/1/paper-kem-key',
  identityGenesis: 'kith/1/identity-genesis',
  uek: 'kith/1/uek',
  deviceAdd: 'kith/1/device-add',
  link: 'kith/1/link',
  sas: 'kith/1/sas',
  linkTranscript: 'kith/1/link-transcript',
  linkConfirm: 'kith/1/link-confirm',
  linkHandover: 'kith/1/link-handover',
  selfMailbox: 'kith/1/self-mailbox',
  // Epochs (section 7)
  topicSeed: 'kith/1/topic-seed',
  derive: 'kith/1/derive',
  epoch: 'kith/1/epoch',
  commit: 'kith/1/commit',
  wrap: 'kith/1/wrap',
  wrapPage: 'kith/1/wrap-page',
  keyReply: 'kith/1/key-reply',
  rotationTurn: 'kith/1/rotation-turn',
  // Invites and contacts (section 6)
  inviteSigningKey: 'kith/1/invite-signing-key',
  inviteInboxKey: 'kith/1/invite-inbox-key',
  inviteRendezvous: 'kith/1/invite-rendezvous',
  joinRequest: 'kith/1/join-request',
  joinRequestByInvite: 'kith/1/join-request-by-invite',
  joinSeal: 'kith/1/join-seal',
  contactCard: 'kith/1/contact-card',
  contactRequest: 'kith/1/contact-request',
  contactSeal: 'kith/1/contact-seal',
  // Streams and sync (section 9)
  hello: 'kith/1/hello',
  syncTag: 'kith/1/sync-tag',
  syncSummary: 'kith/1/sync-summary',
  syncMark: 'kith/1/sync-mark',
  // Topics, rendezvous, mailboxes (sections 10 and 11)
  topic: 'kith/1/topic',
  rendezvous: 'kith/1/rendezvous',
  rendezvousRecord: 'kith/1/rendezvous-record',
  mailboxKey: 'kith/1/mailbox-key',
  inboxKey: 'kith/1/inbox-key',
  mailboxPut: 'kith/1/mailbox-put',
  mailboxGet: 'kith/1/mailbox-get',
  // Attachments (section 12)
  chunkLeaf: 'kith/1/chunk-leaf',
  chunkNode: 'kith/1/chunk-node',
  // Backup and storage (sections 14 and 15)
  backup: 'kith/1/backup',
  backupKey: 'kith/1/backup-key',
  backupStream: 'kith/1/backup-stream',
  vault: 'kith/1/vault',
  passphrase: 'kith/1/passphrase',
} as const

/** One of the labels of the table. */
export type Label = (typeof labels)[keyof typeof labels]

const prefixes: ReadonlyMap<string, Uint8Array> = new Map(
  Object.values(labels).map((label) => [label, new TextEncoder().encode(`${label}\0`)]),
)

/** `"label" ‖ x`: the label, a zero byte, and the array as deterministic CBOR. A bare label takes an empty array. */
export function labelled(label: Label, array: readonly CborValue[]): Uint8Array {
  return labelledBytes(label, encodeCbor(array))
}

/** The same over an array that is already encoded, as an event's header and body are. */
export function labelledBytes(label: Label, encoded: Uint8Array): Uint8Array {
  const prefix = prefixes.get(label)!
  const bytes = new Uint8Array(prefix.length + encoded.length)
  bytes.set(prefix)
  bytes.set(encoded, prefix.length)
  return bytes
}

let place = new Uint8Array(1024)

/** The same in one place that the next call overwrites: for what is hashed at once, which most events' bytes are. */
export function labelledInPlace(label: Label, encoded: Uint8Array): Uint8Array {
  const prefix = prefixes.get(label)!
  const length = prefix.length + encoded.length
  if (length > place.length) place = new Uint8Array(length)
  place.set(prefix)
  place.set(encoded, prefix.length)
  return place.subarray(0, length)
}
