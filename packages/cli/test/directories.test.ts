// Where data is kept on each operating system.
import { describe, expect, it } from 'vitest'
import { dataDirectory, runtimeDirectory } from '../src/directories.ts'
import type { Surroundings } from '../src/directories.ts'

const linux: Surroundings = { platform: 'linux', env: {}, home: '/people/alice' }
const mac: Surroundings = { platform: 'darwin', env: {}, home: '/people/alice' }
const windows: Surroundings = { platform: 'win32', env: {}, home: 'C:\\People\\alice' }

describe('the data directory', () => {
  it.each([
    ['Linux', linux, '/people/alice/.local/share/kith/default'],
    ['Linux with XDG_DATA_HOME', { ...linux, env: { XDG_DATA_HOME: '/data' } }, '/data/kith/default'],
    [
      'Linux with a relative XDG_DATA_HOME, which is ignored',
      { ...linux, env: { XDG_DATA_HOME: 'data' } },
      '/people/alice/.local/share/kith/default',
    ],
    ['macOS', mac, '/people/alice/Library/Application Support/kith/default'],
    ['macOS with XDG_DATA_HOME', { ...mac, env: { XDG_DATA_HOME: '/data' } }, '/data/kith/default'],
    ['Windows', { ...windows, env: { LOCALAPPDATA: 'D:\\Local' } }, 'D:\\Local\\kith\\default'],
    ['Windows without LOCALAPPDATA', windows, 'C:\\People\\alice\\AppData\\Local\\kith\\default'],
    ['any system with KITH_HOME', { ...linux, env: { KITH_HOME: '/elsewhere' } }, '/elsewhere/default'],
  ] as const)('is in the place usual on %s', (_system, surroundings, expected) => {
    expect(dataDirectory(surroundings)).toBe(expected)
  })

  it('has a place of its own for each profile', () => {
    expect(dataDirectory(linux, 'work')).toBe('/people/alice/.local/share/kith/profiles/work')
    expect(dataDirectory(windows, 'default')).not.toBe(dataDirectory(windows))
  })

  it.each(['..', '.', '', 'a/b', 'a\\b', '../default', 'a b', 'x'.repeat(65), 'ü'])(
    'refuses the profile name %j',
    (profile) => {
      expect(() => dataDirectory(linux, profile)).toThrow(
        expect.objectContaining({ code: 'terminal.bad-profile' }),
      )
    },
  )

  it('asks for a directory where there is no home', () => {
    expect(() => dataDirectory({ ...linux, home: '' })).toThrow(
      expect.objectContaining({ code: 'terminal.no-home' }),
    )
  })
})

describe('the runtime directory', () => {
  it('is XDG_RUNTIME_DIR where that is absolute, else the temporary one', () => {
    const runtime = { ...linux, env: { XDG_RUNTIME_DIR: '/run/user/1' } }
    expect(runtimeDirectory(runtime, '/temporary')).toBe('/run/user/1')
    expect(runtimeDirectory({ ...linux, env: { XDG_RUNTIME_DIR: 'run' } }, '/temporary')).toBe('/temporary')
    expect(runtimeDirectory(linux, '/temporary')).toBe('/temporary')
  })
})
