// What a browser has to load before Kith runs in it: compressed JavaScript of the built client, by the manifest Vite writes.
// Builds the client where its sources are newer, so it also refuses a client that does not build.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildWeb, isWebFresh, webFolder } from '../build-web.ts'
import { asRecord } from './manifests.ts'
import type { Finding, Project, Report } from './project.ts'

const KIBIBYTE = 1024
/** Until the first page is drawn. */
const FIRST_PAGE_KIB = 120
/** Until it is a peer: with libp2p, storage and cryptography. */
const PEER_KIB = 350
/** Loaded by every page after the first one is drawn; what only some pages ask for comes beside it. */
const PEER_MODULE = 'src/boot.ts'

/** Refuses a client that is too large, or cannot be built. */
export async function checkSize(project: Project): Promise<Report> {
  if (!isWebFresh(project.root)) {
    const { isBuilt, output } = await buildWeb(project.root)
    if (!isBuilt)
      return { figure: 'no build', findings: [{ file: 'web', message: `cannot be built: ${output}` }] }
  }
  const chunks = readChunks(webFolder(project.root))
  const sizes = new Map([...chunks].map(([key, { bytes }]) => [key, gzipSync(bytes, { level: 9 }).length]))
  const kibOf = (keys: ReadonlySet<string>): number =>
    [...keys].reduce((sum, key) => sum + (sizes.get(key) ?? 0), 0) / KIBIBYTE
  const entries = [...chunks].filter(([, { isEntry }]) => isEntry).map(([key]) => key)
  const first = kibOf(closure(chunks, entries, false))
  const peer = kibOf(closure(chunks, [...entries, PEER_MODULE], false))
  const all = kibOf(closure(chunks, entries, true))
  const refuse = (what: string, kib: number, budget: number): Finding[] =>
    kib <= budget ? [] : [{ file: 'web', message: `${what}: ${kib.toFixed(1)} of ${budget} KiB` }]
  return {
    figure: `JavaScript of the first page ${first.toFixed(1)} KiB, of a peer ${peer.toFixed(1)}, of all ${all.toFixed(1)}, compressed`,
    findings: [
      ...(entries.length === 0 ? [{ file: 'web', message: 'the manifest names no entry' }] : []),
      ...refuse('the first page loads too much JavaScript', first, FIRST_PAGE_KIB),
      ...(chunks.has(PEER_MODULE)
        ? []
        : [{ file: 'web', message: `the manifest does not name ${PEER_MODULE}` }]),
      ...refuse('a peer loads too much JavaScript', peer, PEER_KIB),
    ],
  }
}

interface Chunk {
  readonly isEntry: boolean
  readonly bytes: Uint8Array
  readonly imports: readonly string[]
  readonly laterImports: readonly string[]
}

function readChunks(folder: string): ReadonlyMap<string, Chunk> {
  const manifest = asRecord(JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8')))
  const scripts = Object.entries(manifest).map(([key, value]) => [key, asRecord(value)] as const)
  return new Map(
    scripts
      .filter(([, entry]) => String(entry['file']).endsWith('.js'))
      .map(([key, entry]) => [
        key,
        {
          isEntry: entry['isEntry'] === true,
          bytes: readFileSync(join(folder, String(entry['file']))),
          imports: namesIn(entry['imports']),
          laterImports: namesIn(entry['dynamicImports']),
        },
      ]),
  )
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** Everything that `from` loads, at once or, where asked for, later as well. */
function closure(
  chunks: ReadonlyMap<string, Chunk>,
  from: readonly string[],
  isLaterCounted: boolean,
): ReadonlySet<string> {
  const reached = new Set(from)
  for (const key of reached) {
    const chunk = chunks.get(key)
    for (const next of chunk?.imports ?? []) reached.add(next)
    if (isLaterCounted) for (const next of chunk?.laterImports ?? []) reached.add(next)
  }
  return reached
}
