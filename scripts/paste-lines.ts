// The lines `npm start` offers for pasting: one terminal each, and two people talk through the relay it runs.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Shell lines for the first and the second person. */
export interface PasteLines {
  readonly first: string
  readonly second: string
}

/** `relay` is the relay's multiaddr; the two people's data directories are made beside each other in `peopleDir`. */
export function pasteLines(relay: string, peopleDir: string): PasteLines {
  const [alice, bob] = ['alice', 'bob'].map((name) => join(peopleDir, name)) as [string, string]
  const link = join(peopleDir, 'invite-link')
  return {
    first: isThere(alice, link) ? goOn(relay, alice) : begin(relay, alice, link),
    second: existsSync(join(bob, 'database')) ? goOn(relay, bob) : joinLine(relay, bob, link),
  }
}

/** Alice's first line went through to its end: her link is there. */
function isThere(alice: string, link: string): boolean {
  return existsSync(join(alice, 'database')) && existsSync(link) && statSync(link).size > 0
}

/** Makes what is not there yet, so that a line that was interrupted can be pasted again. */
function begin(relay: string, dir: string, link: string): string {
  const init = existsSync(join(dir, 'database')) ? [] : [initLine('Alice', relay, dir)]
  const rest = [
    `npx kith group create Friends --data-dir ${quote(dir)}`,
    `npx kith invite --data-dir ${quote(dir)} | tee ${quote(link)}`,
    `npx kith chat --data-dir ${quote(dir)}`,
  ]
  return [...init, ...rest].join(' && ')
}

function joinLine(relay: string, dir: string, link: string): string {
  const lines = [
    `{ test -s ${quote(link)} || { echo "Paste Alice's line first."; false; }; }`,
    initLine('Bob', relay, dir),
    `npx kith join - --data-dir ${quote(dir)} < ${quote(link)}`,
    `npx kith chat --data-dir ${quote(dir)}`,
  ]
  return lines.join(' && ')
}

/** Who was made by an earlier start goes on talking, through the relay of this one. */
function goOn(relay: string, dir: string): string {
  return `npx kith chat --relay ${relay} --local-network --data-dir ${quote(dir)}`
}

function initLine(name: string, relay: string, dir: string): string {
  return `npx kith init --name ${name} --relay ${relay} --local-network --data-dir ${quote(dir)}`
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `"${path}"`
}
