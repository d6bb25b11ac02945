/** One well-formed content of every type, from fixed bytes. */
import type { Content, EventTypeName } from '../../src/event/types.ts'
import { encodeEvent } from '../../src/event/codec.ts'
import { deriveInviteSeed, signJoinRequest } from '../../src/identity/join-request.ts'
import { buildProof } from '../../src/identity/proof.ts'
import { toId } from '../../src/ids.ts'
import type { DeviceId, Eid, UserId } from '../../src/ids.ts'
import {
  addDevice,
  alice,
  bob,
  bytesFor,
  carol,
  deviceFor,
  engine,
  env,
  fixedEnv,
  go,
  head,
  space,
} from './cast.ts'
import type { SigningKey } from '@kith/crypto'
import type { SignedJoinRequest } from '../../src/event/types.ts'

export const secondDevice: ReturnType<typeof deviceFor> = deviceFor('Alice/second')
export const addition: Awaited<ReturnType<typeof addDevice>> = await addDevice(alice, secondDevice)
export const inviteKey: SigningKey = engine.importSigningKey(
  await go(deriveInviteSeed(bytesFor('link', 16), space)),
)

/** Carol asks to join. */
export const request: SignedJoinRequest = await go(
  signJoinRequest(
    {
      space,
      invite: head,
      user: carol.user,
      uekPk: carol.uek.publicKey,
      generation: 0,
      proof: [encodeEvent(carol.genesis)],
      expiry: 1_760_000_600_000,
    },
    { device: carol.device.key, invite: inviteKey },
    fixedEnv('request'),
  ),
)

const cut = [
  { device: toId<DeviceId>(bytesFor('cut device')), seq: 7, eid: toId<Eid>(bytesFor('cut eid')) },
  { device: toId<DeviceId>(bytesFor('cut other')), seq: 2 ** 40, eid: toId<Eid>(bytesFor('cut eid')) },
].sort((a, b) => (a.device < b.device ? -1 : 1))
const proof = buildProof([alice.genesis, addition], env)
const user = bob.user
const device = toId<DeviceId>(secondDevice.key.publicKey)
const uek = { generation: 1, pk: alice.uek.publicKey }
const target = toId<Eid>(bytesFor('target'))

export const contents: { readonly [Name in EventTypeName]: readonly Content[] } = {
  genesis: [
    alice.genesis.content!,
    {
      type: 'genesis',
      kind: 'group',
      owners: [alice.user, bob.user].sort(),
      settings: {
        name: 'Choir',
        description: 'Thursdays',
        history: { from: 'days', days: 30 },
        minVersion: 1,
      },
      random16: bytesFor('group', 16),
    },
  ],
  deviceIntro: [{ type: 'deviceIntro', proof }],
  deviceRevoke: [
    { type: 'deviceRevoke', device, proof, cut, uek },
    { type: 'deviceRevoke', device, proof: [], cut: [], uek: null },
  ],
  uek: [{ type: 'uek', ...uek, proof, compromised: true }],
  invite: [
    {
      type: 'invite',
      invitePk: inviteKey.publicKey,
      inboxPk: bob.uek.publicKey,
      inboxSecret: bytesFor('inbox'),
      rank: 100,
      mode: 'approve',
      singleUse: true,
      expiry: 1_760_000_000_000,
    },
    {
      type: 'invite',
      invitePk: inviteKey.publicKey,
      inboxPk: bob.uek.publicKey,
      inboxSecret: bytesFor('inbox'),
      rank: 150,
      mode: 'open',
      singleUse: false,
      maxUses: 5,
      expiry: 1_760_000_000_000,
    },
  ],
  revokeInvite: [{ type: 'revokeInvite', invite: target }],
  admit: [{ type: 'admit', request }],
  add: [
    { type: 'add', user, rank: 100, request: null },
    { type: 'add', user: carol.user, rank: 150, request },
  ],
  remove: [{ type: 'remove', user, cut }],
  unban: [{ type: 'unban', user }],
  role: [{ type: 'role', user, rank: 64, cut: [] }],
  leave: [{ type: 'leave', cut }],
  settings: [
    { type: 'settings', settings: { history: { from: 'all' } } },
    { type: 'settings', settings: { name: '' } },
  ],
  epoch: [
    {
      type: 'epoch',
      suite: 1,
      mode: 'fresh',
      parent: null,
      nonce16: bytesFor('nonce', 16),
      for: [],
      commit: bytesFor('commit'),
      depth: 1,
      wrapPages: [bytesFor('page')],
      reason: 'genesis',
      uek,
    },
    {
      type: 'epoch',
      suite: 1,
      mode: 'derived',
      parent: target,
      nonce16: bytesFor('nonce', 16),
      for: [bob.user, carol.user].sort() as UserId[],
      commit: bytesFor('commit'),
      depth: 300,
      wrapPages: [],
      reason: 'join',
      uek: null,
    },
  ],
  merge: [{ type: 'merge' }],
  deviceAdd: [addition.content!],
  deviceRemove: [{ type: 'deviceRemove', device, cut }],
  text: [
    { type: 'text', text: 'hello', reply: null, mentions: [] },
    { type: 'text', text: 'héllo 👋', reply: target, mentions: [alice.user, bob.user].sort() },
  ],
  edit: [{ type: 'edit', target, text: '' }],
  delete: [{ type: 'delete', target }],
}
