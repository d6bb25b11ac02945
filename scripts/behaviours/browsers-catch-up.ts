// Catching up in a browser: it is closed while two others write by turns, and shows every message in their order on return.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'browsers-catch-up',
  limitMs: 300_000,
  plants: {
    'arrival-order': [
      {
        file: 'packages/messenger/src/space/timeline.ts',
        original: '  return compareClocks(left, right) || (left.eid',
        planted: '  return left.position - right.position || (left.eid',
      },
    ],
  },
  play: (scene) => playStories(scene, 'catch-up.spec.ts'),
})
