// The built web client in memory: every file is read, compressed and named once, at start. A request can only choose one
// of these names, so no request reaches the disk.
import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { RelayError } from './errors.ts'

/** One file as it is served. */
export interface WebFile {
  readonly type: string
  readonly etag: string
  /** Its name changes with its content, so a browser may keep it for good. */
  readonly isImmutable: boolean
  readonly plain: Uint8Array
  /** Only where it is smaller than `plain`. */
  readonly gzip: Uint8Array | null
  readonly brotli: Uint8Array | null
}

/** Files by request path; `/` is the page itself. */
export type WebFiles = ReadonlyMap<string, WebFile>

/** Bounds of what is held in memory. */
export const webFileLimits: {
  readonly files: number
  readonly fileBytes: number
  readonly totalBytes: number
} = { files: 1024, fileBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 }

const types: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.webmanifest', 'application/manifest+json'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.webp', 'image/webp'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.wasm', 'application/wasm'],
])
const compressible = /^(?:text|application)\/|svg/
const plainName = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const hashedAsset = /^\/assets\/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/

/**
 * Reads a built client.
 * @throws RelayError `config` where the folder is no built client or breaks a bound
 */
export async function loadWebFiles(folder: string): Promise<WebFiles> {
  const files = new Map<string, WebFile>()
  let totalBytes = 0
  for (const path of await listFiles(folder)) {
    const { size } = await stat(join(folder, path))
    totalBytes += size
    if (size > webFileLimits.fileBytes || totalBytes > webFileLimits.totalBytes)
      throw new RelayError('config', `${folder} holds more than a relay keeps in memory (${path}).`)
    files.set(path, await readWebFile(folder, path))
  }
  const page = files.get('/index.html')
  if (page === undefined)
    throw new RelayError('config', `${folder} holds no built web client: no index.html.`)
  return files.set('/', page)
}

/** Paths of regular files with plain names; links, dotted names and everything else are left out. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const folders = ['']
  for (const below of folders) {
    const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((cause: unknown) => {
      throw new RelayError('config', `The folder ${folder} of the web client cannot be read.`, { cause })
    })
    for (const entry of entries) {
      if (!plainName.test(entry.name)) continue
      if (entry.isDirectory()) folders.push(`${below}/${entry.name}`)
      else if (entry.isFile()) found.push(`${below}/${entry.name}`)
    }
    if (found.length + folders.length > webFileLimits.files)
      throw new RelayError('config', `${folder} holds more than ${webFileLimits.files} files.`)
  }
  return found
}

async function readWebFile(folder: string, path: string): Promise<WebFile> {
  const plain = await readFile(join(folder, path))
  const type = types.get(extname(path)) ?? 'application/octet-stream'
  const smaller = async (compressed: Promise<Uint8Array>): Promise<Uint8Array | null> => {
    const bytes = await compressed
    return bytes.length < plain.length ? bytes : null
  }
  const isCompressible = compressible.test(type)
  return {
    type,
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    isImmutable: hashedAsset.test(path),
    plain,
    gzip: isCompressible ? await smaller(promisify(gzip)(plain, { level: 9 })) : null,
    brotli: isCompressible
      ? await smaller(promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
      : null,
  }
}
