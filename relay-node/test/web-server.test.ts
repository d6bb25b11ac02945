// The web client over HTTP: what is served with which headers, and what no request can get.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { RelayError } from '../src/errors.ts'
import { loadWebFiles, webFileLimits } from '../src/web-files.ts'
import type { WebFiles } from '../src/web-files.ts'
import { startWeb, webLimits } from '../src/web-server.ts'
import type { WebLimits, WebServer } from '../src/web-server.ts'
import { temporaryDirectory } from './relay-process.ts'

const script = `export const words = '${'kith '.repeat(400)}'\n`

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let files: WebFiles
beforeAll(async () => {
  directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'secret.txt'), 'not for pages')
  const web = join(directory.path, 'web')
  await mkdir(join(web, 'assets'), { recursive: true })
  await mkdir(join(web, '.vite'))
  await writeFile(join(web, '.vite', 'manifest.json'), '{}')
  await writeFile(join(web, '.hidden'), 'hidden')
  await writeFile(join(web, 'index.html'), '<!doctype html><title>Kith</title>')
  await writeFile(join(web, 'assets', 'main-BvK3x_9a.js'), script)
  await writeFile(join(web, 'mark.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await symlink(join(directory.path, 'secret.txt'), join(web, 'link.txt'))
  files = await loadWebFiles(web)
})
afterAll(() => directory.remove())

const ended: WebServer[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of ended.splice(0)) await server.stop()
})

async function serve(limits: Partial<WebLimits> = {}): Promise<string> {
  const server = await startWeb(
    { host: '127.0.0.1', port: 0 },
    {
      files,
      settingsFor: ({ host, isSecure }) => ({ relays: [host, String(isSecure)], localNetwork: true }),
    },
    { ...webLimits, ...limits },
  )
  ended.push(server)
  return server.address
}

/** Opens a socket, which the test does not have to close. */
async function open(address: string): Promise<Socket> {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
  sockets.push(socket)
  // A refused socket may be reset; that it ends is what tests look at.
  socket.on('error', () => socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

/** Everything the other side says until it hangs up. */
function rest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
  })
}

async function raw(address: string, text: string): Promise<string> {
  const socket = await open(address)
  const answer = rest(socket)
  socket.write(text)
  return answer
}

const line = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`

describe('the web client', () => {
  it('is a page at / that is asked for again each time, and assets that are kept for good', async () => {
    const address = await serve()
    const page = await fetch(`http://${address}/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<title>Kith</title>')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const asset = await fetch(`http://${address}/assets/main-BvK3x_9a.js`)
    expect(await asset.text()).toBe(script)
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await fetch(`http://${address}/mark.svg?v=2`)).headers.get('content-type')).toBe('image/svg+xml')
  })

  it.each(['/', '/assets/main-BvK3x_9a.js', '/kith.json', '/nowhere'])(
    'sends its rules to the browser with %s',
    async (path) => {
      const { headers } = await fetch(`http://${await serve()}${path}`)
      const policy = new Map(
        (headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
          const [name = '', ...values] = rule.split(' ')
          return [name, values.join(' ')] as const
        }),
      )
      expect(policy.get('default-src')).toBe("'none'")
      expect(policy.get('script-src')).toBe("'self'")
      expect(policy.get('style-src')).toBe("'self'")
      expect(policy.get('connect-src')).toBe("'self' ws: wss:")
      for (const name of ['base-uri', 'form-action', 'frame-ancestors'])
        expect(policy.get(name)).toBe("'none'")
      expect(policy.get('require-trusted-types-for')).toBe("'script'")
      expect([...policy.values()].join(' ')).not.toMatch(/unsafe|\*|https?:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('permissions-policy')).toMatch(
        /camera=\(self\), microphone=\(self\).*geolocation=\(\)/,
      )
      expect(headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  it('comes compressed to who can read that, and not at all to who has it', async () => {
    const address = await serve()
    const path = '/assets/main-BvK3x_9a.js'
    const squeezed = await raw(address, line(path, 'Accept-Encoding: gzip;q=0.5, br;q=0\r\n'))
    expect(squeezed).toContain('content-encoding: gzip')
    const body = Buffer.from(squeezed.slice(squeezed.indexOf('\r\n\r\n') + 4), 'latin1')
    expect(gunzipSync(body).toString()).toBe(script)
    expect(await raw(address, line(path, 'Accept-Encoding: br\r\n'))).toContain('content-encoding: br')
    expect(await raw(address, line(path))).not.toContain('content-encoding')
    const etag = (await fetch(`http://${address}${path}`)).headers.get('etag') ?? ''
    const known = await fetch(`http://${address}${path}`, { headers: { 'if-none-match': etag } })
    expect([known.status, await known.text()]).toEqual([304, ''])
  })

  it('tells a page how to reach the relay, by the host and the way it was opened with', async () => {
    const address = await serve()
    const plain = await fetch(`http://${address}/kith.json`)
    expect(plain.headers.get('cache-control')).toBe('no-store')
    expect(await plain.json()).toEqual({ relays: [address, 'false'], localNetwork: true })
    const secure = await fetch(`http://${address}/kith.json`, { headers: { 'x-forwarded-proto': 'https' } })
    expect(await secure.json()).toEqual({ relays: [address, 'true'], localNetwork: true })
  })

  it('answers HEAD as GET, without the body', async () => {
    const address = await serve()
    for (const path of ['/', '/kith.json', '/nowhere']) {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => fetch(`http://${address}${path}`, { method })),
      )
      expect(head?.status).toBe(get?.status)
      expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'))
      expect(await head?.text()).toBe('')
    }
  })
})

describe('no request', () => {
  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '//etc/passwd',
    '/assets//main-BvK3x_9a.js',
    '/./index.html',
    '/index.html%00',
    '/link.txt',
    '/.hidden',
    '/.vite/manifest.json',
    '/assets',
    '/assets/',
    '/constructor',
    '/__proto__',
    'http://localhost/index.html',
    '*',
    '/join/anything',
  ])('finds anything at %s', async (path) => {
    const answer = await raw(await serve(), line(path))
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect(answer).not.toMatch(/not for pages|hidden\b|<title>|manifest\.json/)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'])(
    'may be a %s',
    async (method) => {
      const answer = await raw(await serve(), `${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 405 /)
      expect(answer).toContain('allow: GET, HEAD')
    },
  )

  it('opens a tunnel, and none is upgraded', async () => {
    const address = await serve()
    expect(await raw(address, 'CONNECT localhost:4001 HTTP/1.1\r\nHost: localhost\r\n\r\n')).not.toContain(
      '200',
    )
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const headers = Object.fromEntries(
        upgrade
          .trim()
          .split('\r\n')
          .map((each) => each.split(': ') as [string, string]),
      )
      request(`http://${address}/`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('upgrade', () => reject(new Error('upgraded')))
        .on('error', reject)
        .end()
    })
    expect(answer).toBe(200)
  })

  it('brings a body', async () => {
    const address = await serve()
    const withBody = `GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`
    expect(await raw(address, withBody)).toMatch(/^HTTP\/1\.1 400 /)
    const chunked = 'GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'
    expect(await raw(address, chunked)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('brings headers without end', async () => {
    const address = await serve()
    expect(await raw(address, line('/', `X-Long: ${'x'.repeat(20_000)}\r\n`))).toMatch(/^HTTP\/1\.1 431 /)
    expect(await raw(address, line(`/${'x'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('stays half said', async () => {
    const address = await serve({ requestMs: 200 })
    expect(await raw(address, 'GET / HTTP/1.1\r\nHost: local')).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('keeps a silent connection open', async () => {
    const address = await serve({ idleMs: 200, requestMs: 200 })
    expect(await rest(await open(address))).not.toContain('200 OK')
    const kept = await open(address)
    const answer = rest(kept)
    kept.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(await answer).toContain('200 OK')
  })

  it('takes a connection beyond the last', async () => {
    const address = await serve({ connections: 4 })
    const held = await Promise.all(Array.from({ length: 4 }, () => open(address)))
    expect(await raw(address, line('/'))).toBe('')
    held[0]?.destroy()
    await expect.poll(() => raw(address, line('/')), { timeout: 5_000 }).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a folder', () => {
  const problemOf = (folder: string): Promise<unknown> =>
    loadWebFiles(folder).then(
      () => 'accepted',
      (error: unknown) => (error instanceof RelayError ? error.message : error),
    )

  it('that holds no built client is refused by name', async () => {
    const empty = join(directory.path, 'empty')
    expect(await problemOf(empty)).toContain('cannot be read')
    await mkdir(empty)
    expect(await problemOf(empty)).toContain('no index.html')
  })

  it('that holds more than fits is refused', async () => {
    const large = join(directory.path, 'large')
    await mkdir(large)
    await writeFile(join(large, 'index.html'), '')
    await truncate(join(large, 'index.html'), webFileLimits.fileBytes + 1)
    expect(await problemOf(large)).toContain('more than a relay keeps')
    const many = join(directory.path, 'many')
    await mkdir(many)
    for (let index = 0; index <= webFileLimits.files; index += 1)
      await writeFile(join(many, `${index}.js`), '')
    expect(await problemOf(many)).toContain(`more than ${webFileLimits.files} files`)
  })
})

it('a taken port is named', async () => {
  const address = await serve()
  const port = Number(address.split(':')[1])
  const content = { files, settingsFor: () => ({ relays: [], localNetwork: false }) }
  const second = startWeb({ host: '127.0.0.1', port }, content)
  await expect(second).rejects.toThrow(`127.0.0.1:${port}`)
})
