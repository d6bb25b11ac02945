// A conversation of 10,000 messages in a browser: few rows exist, older ones come in above without a jump, scrolling does not
// stall, and what is sent is painted at once.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'long-conversation',
  limitMs: 540_000,
  counts: { messages: 10_000 },
  plants: {
    jumps: [
      {
        file: 'web/src/screens/MessageList.svelte',
        original: '        shift={isPrepending}\n',
        planted: '',
      },
    ],
    'all-rows': [
      {
        file: 'web/src/screens/MessageList.svelte',
        original: '        bufferSize={bufferPx}\n',
        planted: '        bufferSize={1e6}\n',
      },
    ],
  },
  play: (scene) =>
    playStories(scene, 'long-conversation.spec.ts', { KITH_MESSAGES: String(scene.counts['messages']) }),
})
