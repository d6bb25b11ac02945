// Good frames of a member with bits flipped, pieces cut out and put elsewhere: nothing is ever stored but the very same
// things, and nothing falls over. Sections 4 and 9.
import { NetworkError } from '@kith/network'
import {
  encodeEvent,
  encodeMessage,
  encodeRun,
  formatHex,
  registers as registerCodec,
  runMessages,
} from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import { examine } from '@kith/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askingScene, changedRecords, deviceOf, hostileScene, publish, secretFor } from './hostile-member.ts'
import type { HostileScene } from './hostile-member.ts'
import { changes, mutated } from './mutation.ts'
import type { Change } from './mutation.ts'

/** All that a device keeps of a group by what others say: names that are equal only where the bytes are. */
async function kept({ alice, id }: HostileScene): Promise<ReadonlySet<string>> {
  const { auth, content, keys } = (await examine(alice.image)).get(id as SpaceId)!
  const names: string[] = [...auth.keys(), ...content.keys(), ...keys.keys()]
  for (const table of ['registers', 'pages'] as const) {
    for await (const { value } of alice.store.scan(table, `${id}/`)) names.push(formatHex(value))
  }
  return new Set(names)
}

/** What may come in addition where the change left what matters as it was. */
function good({ unheard }: HostileScene): ReadonlySet<string> {
  const { epoch, page, messages, register } = unheard
  const names = [epoch, ...messages].map(({ eid }) => eid as string)
  return new Set([...names, formatHex(page), formatHex(registerCodec.encode(register))])
}

interface Kind {
  readonly name: string
  readonly runs: number
  /** Has Alice asked for the page and the secret of an epoch? */
  readonly asked?: true
  /** Is every change made on a scene of its own, as one answer uses up the question? */
  readonly once?: true
  /** The frame, whole. */
  readonly whole: (scene: HostileScene, tag: Uint8Array) => Promise<Uint8Array> | Uint8Array
  /** Sealed after the change, where it does not go by stream. */
  readonly sealed?: 'event' | 'register'
}

const live = (scene: HostileScene, tag: Uint8Array, which: 'epoch' | 'message'): Uint8Array => {
  const { epoch, messages } = scene.unheard
  return encodeMessage({ kind: 'live', tag, event: encodeEvent(which === 'epoch' ? epoch : messages[0]!) })
}
const kinds: readonly Kind[] = [
  {
    name: 'auth events',
    runs: 100,
    whole: ({ unheard: { epoch, page } }, tag) =>
      encodeMessage({ kind: 'authEvents', tag, events: [encodeEvent({ ...epoch, wrapPage: page })] }),
  },
  {
    name: 'a run',
    runs: 100,
    whole: ({ unheard: { messages }, mallory }, tag) => {
      const device = deviceOf(mallory.signing)
      const [frame] = runMessages({ tag, device, floor: null, events: encodeRun(messages) })
      return encodeMessage(frame!)
    },
  },
  { name: 'a live message', runs: 100, whole: (scene, tag) => live(scene, tag, 'message') },
  { name: 'a live auth event', runs: 60, whole: (scene, tag) => live(scene, tag, 'epoch') },
  {
    name: 'registers',
    runs: 100,
    whole: ({ unheard: { register } }, tag) =>
      encodeMessage({ kind: 'registers', tag, registers: [registerCodec.encode(register)] }),
  },
  {
    name: 'a page that was asked for',
    runs: 60,
    asked: true,
    whole: ({ unheard: { page } }, tag) => encodeMessage({ kind: 'page', tag, page }),
  },
  {
    name: 'a secret that was asked for',
    runs: 12,
    asked: true,
    once: true,
    whole: async (scene, tag) => {
      const reply = await secretFor(scene, scene.unheard, scene.users.alice)
      return encodeMessage({ kind: 'keyReply', tag, epoch: scene.unheard.epoch.eid, reply })
    },
  },
  {
    name: 'a sealed message',
    runs: 100,
    sealed: 'event',
    whole: ({ unheard: { messages } }) => encodeEvent(messages[0]!),
  },
  {
    name: 'a sealed register',
    runs: 100,
    sealed: 'register',
    whole: ({ unheard: { register } }) => registerCodec.encode(register),
  },
]

async function sceneFor({ asked }: Kind): Promise<HostileScene> {
  if (asked !== true) return hostileScene(61)
  const { scene, line } = await askingScene(61)
  await line.end()
  return scene
}

async function say(scene: HostileScene, kind: Kind, made: readonly Change[]): Promise<void> {
  const line = await scene.line()
  const whole = await kind.whole(scene, line.tag(scene.id))
  const bytes = mutated(whole, made)
  fc.pre(!Buffer.from(bytes).equals(whole))
  if (kind.sealed === undefined) await line.send([bytes])
  else await publish(scene, kind.sealed, bytes)
  await line.worked(scene.id)
  await line.end()
}

test.each(kinds)('$name, changed in any way: nothing is stored but the very same', async (kind) => {
  let scene = await sceneFor(kind)
  const property = fc.asyncProperty(changes, async (made) => {
    const [disk, before] = [scene.disk(), await kept(scene)]
    await say(scene, kind, made)
    const isHeld = changedRecords(disk, scene.disk()).length > 0
    if (isHeld) {
      const more = [...(await kept(scene))].filter((name) => !before.has(name))
      expect(more.filter((name) => !good(scene).has(name))).toEqual([])
      expect(more, 'what changed is what is good').not.toEqual([])
    }
    if (isHeld || kind.once === true) {
      await scene.isUnharmed()
      scene = await sceneFor(kind)
    }
    expect(scene.world.handlerFailures.filter((cause) => !(cause instanceof NetworkError))).toEqual([])
  })
  await fc.assert(property, { numRuns: kind.runs })
  await scene.isUnharmed()
})

test.each(kinds)('$name, as it is: stored', async (kind) => {
  const scene = await sceneFor(kind)
  const line = await scene.line()
  const [disk, whole] = [scene.disk(), await kind.whole(scene, line.tag(scene.id))]
  if (kind.sealed === undefined) await line.send([whole])
  else await publish(scene, kind.sealed, whole)
  await line.worked(scene.id)
  expect(changedRecords(disk, scene.disk())).not.toEqual([])
  await scene.isUnharmed()
})
