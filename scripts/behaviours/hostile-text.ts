// Hostile text: thousands of texts written to do harm, in every place of the page that shows what others wrote. No script
// runs, no request leaves, nothing moves, is covered or throws.
import { runBehaviour } from './behaviour.ts'
import { playStories } from './stories.ts'

await runBehaviour({
  name: 'hostile-text',
  limitMs: 590_000,
  counts: { cases: 9_500, seed: 20_261 },
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
    'names-as-they-come': [
      {
        file: 'web/src/state/app.svelte.ts',
        original: 'withPlainNames(this.#opened.messenger)',
        planted: 'this.#opened.messenger',
      },
    ],
    'towers-let-out': [
      {
        file: 'web/src/message/MessageText.svelte',
        original: '    overflow: clip;\n    overflow-clip-margin: 2px;\n',
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
