// The lines `npm start` offers for pasting: one terminal each, and two people talk through the relay it runs.
import { join } from 'node:path'

/** Shell lines for the first and the second person. */
export interface PasteLines {
  readonly first: string
  readonly second: string
}

/** `relay` is the relay's multiaddr; the two people's data directories are made beside each other in `peopleDir`. */
export function pasteLines(relay: string, peopleDir: string): PasteLines {
  const alice = quote(join(peopleDir, 'alice'))
  const bob = quote(join(peopleDir, 'bob'))
  return {
    first: [
      `npx kith init --name Alice --relay ${relay} --local-network --data-dir ${alice}`,
      `npx kith group create Friends --data-dir ${alice}`,
      `npx kith invite --data-dir ${alice}`,
      `npx kith chat --data-dir ${alice}`,
    ].join(' && '),
    second: [
      `npx kith init --name Bob --relay ${relay} --local-network --data-dir ${bob}`,
      `npx kith join "<the link Alice's terminal shows>" --data-dir ${bob}`,
      `npx kith chat --data-dir ${bob}`,
    ].join(' && '),
  }
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `"${path}"`
}
