/**
 * Makes a new identity on this device: paper key, user encryption key, first device, the identity space with its
 * genesis and first epoch, all stored in one step. Protocol section 3.
 */
import { run } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import {
  composeEvent,
  createIdentity,
  createSpaceState,
  applyEvent,
  deriveEpochKeys,
  derivePaperSecrets,
  deriveUekSecret,
  encodeEpochKeys,
  firstGeneration,
  formatHex,
  makeFreshEpoch,
  nextHlc,
  toId,
} from '@kith/protocol'
import type { DeviceId, Env, UserId, VerifiedEvent } from '@kith/protocol'
import type { Store } from '@kith/storage'
import type { Clock } from '../clock.ts'
import { encodeOwnSecrets, importOwnKeys } from './own-secrets.ts'
import type { OwnKeys } from './own-secrets.ts'
import { encodeSpaceRecord } from '../space-records.ts'
import { toStoredEvent } from '../space/stored-events.ts'

/** Creates and stores an identity called `name`; the paper secret stays under `device/paper` until its words are confirmed. */
export async function createOwnIdentity(
  { engine, store, clock }: { readonly engine: Engine; readonly store: Store; readonly clock: Clock },
  name: string,
): Promise<OwnKeys> {
  const paperEntropy = engine.randomBytes(32)
  const deviceSeed = engine.randomBytes(32)
  const deviceKemSecret = engine.randomBytes(32)
  const identitySeed = engine.randomBytes(32)
  const uekSecret = await run(engine, deriveUekSecret(identitySeed, firstGeneration))
  const paper = await importPaper(engine, paperEntropy)
  const keys = {
    ...paper,
    device: await engine.importSigningKey(deviceSeed),
    deviceKem: await engine.importKemKey(deviceKemSecret),
    uek: await engine.importKemKey(uekSecret),
  }
  const env: Env = {
    nowMs: clock.nowMs(),
    randomBytes: (length) => engine.randomBytes(length),
    sha256: (bytes) => engine.sha256(bytes),
  }
  const { user, genesis } = await run(engine, createIdentity(keys, env))
  const { epoch, secret, pages } = await firstEpoch({ engine, env, keys, user, genesis, identitySeed })
  const own = {
    user,
    deviceSeed,
    deviceKemSecret,
    name,
    ueks: [{ generation: firstGeneration, secret: uekSecret }],
  }
  await store.commit({
    append: [{ space: user, lane: 'auth', events: [genesis, epoch].map(toStoredEvent) }],
    puts: [
      { table: 'device', key: 'self', value: encodeOwnSecrets(own) },
      { table: 'device', key: 'paper', value: paperEntropy },
      {
        table: 'spaces',
        key: user,
        value: encodeSpaceRecord({ kind: 'identity', enteredMs: env.nowMs, link: null, request: null }),
      },
      { table: 'secrets', key: `${user}/${epoch.eid}`, value: secret },
      ...pages.map((page) => ({
        table: 'pages' as const,
        key: `${user}/${formatHex(env.sha256(page))}`,
        value: page,
      })),
    ],
    sync: true,
  })
  const imported = await importOwnKeys(engine, own)
  for (const bytes of [paperEntropy, deviceSeed, deviceKemSecret, identitySeed, uekSecret]) bytes.fill(0)
  return imported
}

async function importPaper(
  engine: Engine,
  entropy: Uint8Array,
): Promise<{
  paper: Parameters<typeof createIdentity>[0]['paper']
  paperKem: Parameters<typeof createIdentity>[0]['paperKem']
}> {
  const { signingSeed, kemSecret } = await run(engine, derivePaperSecrets(entropy))
  const imported = {
    paper: await engine.importSigningKey(signingSeed),
    paperKem: await engine.importKemKey(kemSecret),
  }
  signingSeed.fill(0)
  kemSecret.fill(0)
  return imported
}

interface FirstEpochParts {
  readonly engine: Engine
  readonly env: Env
  readonly keys: Parameters<typeof createIdentity>[0]
  readonly user: UserId
  readonly genesis: VerifiedEvent
  readonly identitySeed: Uint8Array
}

/** The identity's first epoch: wrapped to the paper key and to this device, its seed the source of the UEK. */
async function firstEpoch({ engine, env, keys, user, genesis, identitySeed }: FirstEpochParts): Promise<{
  epoch: VerifiedEvent
  secret: Uint8Array
  pages: readonly Uint8Array[]
}> {
  const device = toId<DeviceId>(keys.device.publicKey)
  const made = await run(
    engine,
    makeFreshEpoch(
      {
        space: user,
        device,
        pastDepth: 0,
        reason: 'genesis',
        seed: identitySeed,
        uek: { generation: firstGeneration, pk: keys.uek.publicKey },
        recipients: identityRecipients(keys),
      },
      env,
    ),
  )
  const epoch = await run(
    engine,
    composeEvent(
      {
        space: user,
        user,
        seq: 1,
        prev: genesis.eid,
        auth: [genesis.eid],
        hlc: nextHlc([genesis.header.hlc], env.nowMs),
        content: made.content,
      },
      keys.device,
      env,
    ),
  )
  const outcome = applyEvent(createSpaceState(genesis), epoch)
  if (outcome.outcome !== 'applied')
    throw new TypeError(`a new identity refuses its own epoch: ${JSON.stringify(outcome)}`)
  const { content, topic32 } = made
  const derived = await run(
    engine,
    deriveEpochKeys({
      eid: epoch.eid,
      commit: content.commit,
      space: user,
      nonce16: content.nonce16,
      seed: identitySeed,
      topic32,
    }),
  )
  if (!derived.ok) throw new TypeError('an epoch made here fits its own commitment')
  return { epoch, secret: encodeEpochKeys(derived.value), pages: made.pages }
}

/** In an identity space keys are wrapped to devices and to the paper key; each is named by its own signing key. */
function identityRecipients(
  keys: Parameters<typeof createIdentity>[0],
): { user: UserId; uekPk: Uint8Array }[] {
  return [
    { user: formatHex(keys.paper.publicKey) as UserId, uekPk: keys.paperKem.publicKey },
    { user: formatHex(keys.device.publicKey) as UserId, uekPk: keys.deviceKem.publicKey },
  ]
}
