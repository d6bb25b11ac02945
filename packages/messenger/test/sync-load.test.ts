// What a member can make another work for on a sync stream: what is held is not checked again, what is dear is rationed.
import { encodeEvent, encodeMessage, registers as registerCodec } from '@kith/protocol'
import type { SyncMessage } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { expect, test } from 'vitest'
import { hostileScene, storedEvents } from './hostile-member.ts'
import type { HostileScene, Line } from './hostile-member.ts'

/** How many signatures somebody checks from now on. */
function countChecks({ engine }: SimulatedPerson): () => number {
  const works = engine.run
  let checks = 0
  engine.run = (jobs) => {
    checks += jobs.filter(({ do: what }) => what === 'verify').length
    return works(jobs)
  }
  return () => checks
}

/** The checks a message costs that is said so often. */
async function costOf(scene: HostileScene, line: Line, message: SyncMessage, times: number): Promise<number> {
  const checks = countChecks(scene.alice)
  await line.send(Array.from({ length: times }, () => encodeMessage(message)))
  await line.worked(scene.id)
  return checks()
}

test('a pushed event that is held is not checked again', async () => {
  const scene = await hostileScene(41)
  const line = await scene.line()
  const held = await storedEvents(scene.alice, scene.id, 'content')
  const event = encodeEvent(held.find(({ signature }) => signature !== null)!)
  expect(await costOf(scene, line, { kind: 'live', tag: line.tag(scene.id), event }, 20)).toBe(0)
  await line.end()
  await scene.isUnharmed()
})

test('a register no newer than the one that is held is not checked', async () => {
  const scene = await hostileScene(42)
  const line = await scene.line()
  const registers = [registerCodec.encode(scene.unheard.register)]
  const message = { kind: 'registers', tag: line.tag(scene.id), registers } as const
  expect(await costOf(scene, line, message, 1)).toBe(1)
  expect(await costOf(scene, line, message, 20)).toBe(0)
  await line.end()
  await scene.isUnharmed()
})

test.each(['registerMarks', 'pageRequest', 'live'] as const)(
  'a stream ends on which %s is said without end',
  async (kind) => {
    const scene = await hostileScene(43)
    const line = await scene.line()
    const tag = line.tag(scene.id)
    const [held] = await storedEvents(scene.alice, scene.id, 'content')
    const messages: Readonly<Record<typeof kind, SyncMessage>> = {
      registerMarks: { kind: 'registerMarks', tag, marks: new Uint8Array(8) },
      pageRequest: { kind: 'pageRequest', tag, hashes: [new Uint8Array(32)] },
      live: { kind: 'live', tag, event: encodeEvent(held!) },
    }
    await line.send(Array.from({ length: 120 }, () => encodeMessage(messages[kind])))
    await scene.until(() => line.endedBy !== null, 'the stream has ended', 5_000)
    expect(line.endedBy).toBe('too-often')
    await line.end()
    await scene.isUnharmed()
  },
)
