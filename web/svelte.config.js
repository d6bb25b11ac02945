// Svelte in the way of its fifth version everywhere; sources say their types, and Vite takes them out.
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

export default {
  preprocess: vitePreprocess({ style: false }),
  compilerOptions: {
    // Components of libraries decide for themselves.
    runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true),
  },
}
