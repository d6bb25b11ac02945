// Browsers without their relay: it is killed in the middle of a conversation, 100 of 100 messages arrive all the same, and
// when it is back a newcomer joins by link without anybody touching anything.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'browsers-without-relay',
  limitMs: 300_000,
  plants: {
    'relay-only': [
      {
        file: 'web/src/boot.ts',
        original: '      localNetwork: offer.localNetwork,\n',
        planted: '      localNetwork: offer.localNetwork,\n      onlyThroughRelays: true,\n',
      },
    ],
    'gives-up': [
      {
        file: 'packages/network/src/relays.ts',
        original: "      this.#set(watch, 'unreachable')\n",
        planted: "      this.#set(watch, 'unreachable')\n      if (Date.now() > 0) return\n",
      },
    ],
  },
  play: (scene) => playStories(scene, 'without-relay.spec.ts'),
})
