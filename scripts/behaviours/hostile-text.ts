// Hostile text: thousands of texts written to do harm, in every place of the page that shows what others wrote. No script
// runs, no request leaves, nothing moves, is covered or throws.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'hostile-text',
  limitMs: 590_000,
  counts: { cases: 5_000, seed: 20_261 },
  plants: {
    'raw-html': [
      {
        file: 'web/src/message/Inlines.svelte',
        original: "{#if inline.kind === 'text'}{inline.text}",
        planted: "{#if inline.kind === 'text'}{@html inline.text}",
      },
    ],
    'any-address': [
      {
        file: 'web/src/message/links.ts',
        original: "if (!schemes.has(protocol) || username !== '' || password !== '') return null",
        planted: "if (username !== '' || password !== '') return null",
      },
    ],
    'words-that-do-not-wrap': [
      {
        file: 'web/src/message/MessageText.svelte',
        original: '    overflow-wrap: anywhere;\n',
        planted: '    overflow-wrap: normal;\n',
      },
    ],
    'nothing-cut': [
      {
        file: 'web/src/screens/ConversationRow.svelte',
        original: '    text-overflow: ellipsis;\n    white-space: nowrap;\n',
        planted: '',
      },
    ],
  },
  play: ({ counts, ...scene }) =>
    playStories(scene, 'hostile-text.spec.ts', {
      KITH_HOSTILE_CASES: String(counts['cases']),
      KITH_HOSTILE_SEED: String(counts['seed']),
    }),
})
