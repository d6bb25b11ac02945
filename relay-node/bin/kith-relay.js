#!/usr/bin/env node
// Starter of the relay: says what is missing where Node is too old for the rest to load.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12) || !process.features.typescript) {
  process.stderr.write(
    `kith-relay needs Node 22.12 or newer that runs TypeScript (24 does); this is ${process.versions.node}.\n`,
  )
  process.exit(1)
}
const { main } = await import('../src/main.ts')
await main(process.argv.slice(2))
