// The relay comes back: after a crash and a restart with its key every member can be reached through it again by somebody
// new, who joins by link, without anybody touching anything.
import { multiaddr } from '@multiformats/multiaddr'
import { runBehaviour } from './behaviour.ts'
import type { Scene } from './behaviour.ts'
import { Person } from './person.ts'
import { startRelay } from './relay-process.ts'
import { seconds } from './report.ts'
import { isReached, pause } from './stage.ts'
import { startStranger } from './stranger.ts'

const aimMs = 15_000
const giveUpMs = 25_000

await runBehaviour({
  name: 'relay-return',
  limitMs: 180_000,
  counts: { peers: 4, 'away-seconds': 12 },
  plants: {
    'gives-up': [
      {
        file: 'packages/network/src/relays.ts',
        original: "      this.#set(watch, 'unreachable')\n",
        planted: "      this.#set(watch, 'unreachable')\n      if (Date.now() > 0) return\n",
      },
    ],
  },
  play,
})

async function play({ stage, report, counts }: Scene): Promise<void> {
  const { peers: count = 0, 'away-seconds': awaySeconds = 0 } = counts
  const dataDir = await stage.folder('relay')
  const relay = await startRelay(stage, { dataDir })
  // They listen nowhere else: the relay is the only way to them.
  const peers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      Person.init(stage, { name: `Member ${index}`, relays: [relay.address], listen: ['none'] }),
    ),
  )
  const newcomer = await Person.init(stage, { name: 'Newcomer', relays: [relay.address], listen: ['none'] })
  const links: string[] = []
  const ids: string[] = []
  for (const [index, peer] of peers.entries()) {
    await peer.start()
    const { id } = await peer.control.request('group.create', { name: `Group ${index}` })
    links.push((await peer.control.request('invite.create', { space: id })).link)
    ids.push(peerIdIn((await peer.control.request('status', {})).addresses))
  }
  const isReserved = async (peer: Person): Promise<boolean> =>
    (await peer.control.request('relay.list', {})).every(({ state }) => state === 'reserved')
  const areReserved = async (): Promise<boolean> => (await Promise.all(peers.map(isReserved))).every(Boolean)
  report.line('before', `${count} peers have a place`, await isReached(areReserved, 20_000, 50))

  await relay.stop('SIGKILL')
  await pause(awaySeconds * 1000)
  const back = await startRelay(stage, { dataDir, ports: relay.ports })
  report.line('the relay is back', `after ${awaySeconds} s, same PeerId`, back.peerId === relay.peerId)

  const stranger = await startStranger(stage)
  const joining = joinAll(newcomer, links, back.listeningMs)
  const dialedMs = await Promise.all(
    ids.map(async (id) => {
      const circuit = multiaddr(`${back.address}/p2p-circuit/p2p/${id}`)
      const dial = async (): Promise<boolean> => {
        const [attempt] = await Promise.allSettled([
          stranger.dial(circuit, { signal: AbortSignal.timeout(5_000) }),
        ])
        return attempt.status === 'fulfilled'
      }
      return (await isReached(dial, giveUpMs, 100)) ? performance.now() - back.listeningMs : Infinity
    }),
  )
  const joinedMs = await joining
  report.line(
    'dialable through the relay',
    figureOf(dialedMs),
    dialedMs.every((ms) => ms <= aimMs),
  )
  report.line(
    'joined by link',
    figureOf(joinedMs),
    joinedMs.length === count && joinedMs.every((ms) => ms <= aimMs),
  )
}

/** The newcomer comes online and joins every group at once. */
async function joinAll(
  newcomer: Person,
  links: readonly string[],
  sinceMs: number,
): Promise<readonly number[]> {
  await newcomer.start()
  const joins = links.map(async (link) => {
    await newcomer.join(link, giveUpMs)
    return performance.now() - sinceMs
  })
  const settled = await Promise.allSettled(joins)
  return settled.map((join) => (join.status === 'fulfilled' ? join.value : Infinity))
}

function peerIdIn(addresses: readonly string[]): string {
  return addresses.map((address) => /\/p2p\/([^/]+)$/.exec(address)?.[1]).find((id) => id !== undefined) ?? ''
}

function figureOf(spentMs: readonly number[]): string {
  return `${spentMs.length} peers, ${spentMs.map(seconds).join(', ')} after the relay listens (aim ${seconds(aimMs)})`
}
