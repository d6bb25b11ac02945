// The lines `npm start` offers for pasting: one terminal each, and two people talk through the relay it runs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Shell lines for the first and the second person. */
export interface PasteLines {
  readonly first: string
  readonly second: string
}

/** `relay` is the relay's multiaddr; the two people's data directories are made beside each other in `peopleDir`. */
export function pasteLines(relay: string, peopleDir: string): PasteLines {
  const [alice, bob] = ['alice', 'bob'].map((name) => join(peopleDir, name)) as [string, string]
  const link = quote(join(peopleDir, 'invite-link'))
  const init = (name: string, dir: string): string =>
    `npx kith init --name ${name} --relay ${relay} --local-network --data-dir ${quote(dir)}`
  const chat = (dir: string): string => `npx kith chat --data-dir ${quote(dir)}`
  // Who was made by an earlier start only goes on talking.
  const first = [
    init('Alice', alice),
    `npx kith group create Friends --data-dir ${quote(alice)}`,
    `npx kith invite --data-dir ${quote(alice)} | tee ${link}`,
    chat(alice),
  ]
  const second = [init('Bob', bob), `npx kith join - --data-dir ${quote(bob)} < ${link}`, chat(bob)]
  return {
    first: (existsSync(alice) ? [chat(alice)] : first).join(' && '),
    second: (existsSync(bob) ? [chat(bob)] : second).join(' && '),
  }
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `"${path}"`
}
