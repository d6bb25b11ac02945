// The way between two browsers, and between a browser and a terminal, is direct; without WebRTC it leads through the relay;
// and the page says which.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'direct-or-relayed',
  limitMs: 300_000,
  plants: {
    'relay-only': [
      {
        file: 'web/src/boot.ts',
        original: '      localNetwork: offer.localNetwork,\n',
        planted: '      localNetwork: offer.localNetwork,\n      onlyThroughRelays: true,\n',
      },
    ],
    'wrong-word': [
      {
        file: 'web/src/components/Route.svelte',
        original: "relayed: 'web.net.relayed'",
        planted: "relayed: 'web.net.direct'",
      },
    ],
  },
  play: (scene) => playStories(scene, 'routes.spec.ts'),
})
