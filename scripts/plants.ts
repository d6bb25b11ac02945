// Violations that `npm run verify:self` plants, one for each thing a check refuses, and what the refusal must say.
import type { Project } from './checks/project.ts'

/** One violation. `text` is what the file then holds, from what it holds now; null takes the file away. */
export interface Plant {
  /** The rule it breaks, as printed. */
  readonly rule: string
  /** Name of the check that must refuse it. */
  readonly check: string
  readonly changes: (project: Project) => Readonly<Record<string, string | null>>
  /** The file the refusal must name. */
  readonly file: string
  readonly says: RegExp
}

function add(check: string, rule: string, file: string, text: string, says: RegExp): Plant {
  return { rule, check, file, says, changes: () => ({ [file]: text }) }
}

function edit(
  check: string,
  rule: string,
  file: string,
  change: (text: string) => string,
  says: RegExp,
): Plant {
  return {
    rule,
    check,
    file,
    says,
    changes: (project) => ({ [file]: change(project.files.get(file) ?? '') }),
  }
}

const STORAGE = 'packages/storage/src/planted.ts'
const PROTOCOL = 'packages/protocol/src/planted.ts'
const MESSENGER = 'packages/messenger/src/planted.ts'
const WEB = 'web/src/planted.ts'
const COMPONENT = 'web/src/Planted.svelte'
const NEW_PACKAGE = 'packages/planted/package.json'

function component(script: string): string {
  return `<script lang="ts">\n  ${script}\n</script>\n`
}

const LAYERS: readonly Plant[] = [
  add(
    'layers',
    'upward import by package name',
    PROTOCOL,
    "export type { Store } from '@kith/storage'\n",
    /no door/,
  ),
  add('layers', 'sideways import', STORAGE, "import '@kith/network'\n", /no door/),
  add(
    'layers',
    'path across packages',
    STORAGE,
    "export * from '../../protocol/src/index.ts'\n",
    /another package/,
  ),
  add(
    'layers',
    'type import by path across packages',
    STORAGE,
    "type A = import('../../network/src/network.ts').Network\nexport type B = A\n",
    /another package/,
  ),
  add('layers', 'own index', STORAGE, "export * from './index.ts'\n", /index of the same package/),
  add('layers', 'own name', STORAGE, "export * from '@kith/storage'\n", /this package itself/),
  add('layers', 'third party at the wrong door', MESSENGER, "import 'libp2p'\n", /door elsewhere/),
  add(
    'layers',
    'cryptography outside its door',
    STORAGE,
    "export { sha256 } from '@noble/hashes/sha2.js'\n",
    /door elsewhere/,
  ),
  add(
    'layers',
    'native cryptography outside its door',
    STORAGE,
    "export { hkdf } from 'node:crypto'\n",
    /not open/,
  ),
  add(
    'layers',
    'dynamic import at the wrong door',
    MESSENGER,
    "export const load = () => import('level')\n",
    /door elsewhere/,
  ),
  add(
    'layers',
    'implementation chosen below the composition roots',
    MESSENGER,
    "export * from '@kith/crypto/node'\n",
    /no door/,
  ),
  add(
    'layers',
    'import missing from dependencies',
    'packages/network/src/planted.ts',
    "import 'it-planted'\n",
    /does not stand in the dependencies/,
  ),
  add(
    'layers',
    'undeclared import in a test',
    'packages/wording/test/planted.test.ts',
    "import 'level'\n",
    /stands neither/,
  ),
  add(
    'layers',
    'relay importing all of protocol',
    'relay-node/src/planted.ts',
    "import '@kith/protocol'\n",
    /no door/,
  ),
  add(
    'layers',
    'relay importing cryptography',
    'relay-node/src/planted.ts',
    "import '@kith/crypto'\n",
    /no door/,
  ),
  edit(
    'layers',
    'relay door reaching events',
    'packages/protocol/src/relay/index.ts',
    (text) => `${text}export * from '../event/planted.ts'\n`,
    /relay's door reaches/,
  ),
  add('layers', 'page reaching below the messenger', WEB, "import '@kith/protocol'\n", /no door/),
  add('layers', 'page choosing an implementation for Node', WEB, "import '@kith/storage/node'\n", /no door/),
  add('layers', 'module of Node in a page', WEB, "import 'node:fs'\n", /not open/),
  add(
    'layers',
    'third party at the wrong door in a component',
    COMPONENT,
    component("import 'libp2p'"),
    /door elsewhere/,
  ),
  add(
    'layers',
    'third party at the wrong door in markup',
    COMPONENT,
    `${component('')}<button type="button" onclick={() => import('libp2p')}>Go</button>\n`,
    /door elsewhere/,
  ),
  add(
    'layers',
    'component importing across packages',
    COMPONENT,
    component("import '../../packages/wording/src/count.ts'"),
    /another package/,
  ),
  add('layers', 'package without a row', NEW_PACKAGE, '{ "name": "@kith/planted" }\n', /no row/),
]

const CYCLES: readonly Plant[] = [
  {
    rule: 'import cycle',
    check: 'cycles',
    file: 'packages/messenger/src/planted-a.ts',
    says: /circle/,
    changes: () => ({
      'packages/messenger/src/planted-a.ts': "import { b } from './planted-b.ts'\nexport const a = () => b\n",
      'packages/messenger/src/planted-b.ts': "import { c } from './planted-c.ts'\nexport const b = () => c\n",
      'packages/messenger/src/planted-c.ts': "import { a } from './planted-a.ts'\nexport const c = () => a\n",
    }),
  },
  {
    rule: 'import cycle of types only',
    check: 'cycles',
    file: 'packages/messenger/src/planted-a.ts',
    says: /circle/,
    changes: () => ({
      'packages/messenger/src/planted-a.ts':
        "import type { B } from './planted-b.ts'\nexport type A = B | 1\n",
      'packages/messenger/src/planted-b.ts':
        "import type { A } from './planted-a.ts'\nexport type B = A | 2\n",
    }),
  },
  {
    rule: 'import cycle through a component',
    check: 'cycles',
    file: COMPONENT,
    says: /circle/,
    changes: () => ({
      [COMPONENT]: component("import { a } from './planted.ts'"),
      [WEB]: "import Planted from './Planted.svelte'\nexport const a = Planted\n",
    }),
  },
]

const PURITY: readonly Plant[] = [
  add('purity', 'clock in protocol', PROTOCOL, 'export const now = (): number => Date.now()\n', /Date/),
  add('purity', 'async in protocol', PROTOCOL, 'export async function wait() {}\n', /async/),
  add('purity', 'await in protocol', PROTOCOL, 'export const x = await 1\n', /await/),
  add('purity', 'Promise in protocol', PROTOCOL, 'export type Later = Promise<number>\n', /Promise/),
  add(
    'purity',
    'Math.random in protocol',
    PROTOCOL,
    'export const dice = (): number => Math.random()\n',
    /Math\.random/,
  ),
  add(
    'purity',
    'Math.random by another spelling in protocol',
    PROTOCOL,
    'const { random } = Math\nexport { random }\n',
    /Math\.random/,
  ),
  add('purity', 'Intl in protocol', PROTOCOL, 'export const f = new Intl.NumberFormat()\n', /Intl/),
  add('purity', 'locale in protocol', PROTOCOL, "export const f = 'a'.localeCompare('b')\n", /localeCompare/),
  add('purity', 'timer in protocol', PROTOCOL, 'setTimeout(() => {}, 1)\n', /setTimeout/),
  add(
    'purity',
    'host cryptography in protocol',
    PROTOCOL,
    'export const r = globalThis.crypto\n',
    /globalThis/,
  ),
  add('purity', 'module of Node in protocol', PROTOCOL, "import 'node:fs'\n", /node:fs/),
  edit(
    'purity',
    'DOM types in protocol',
    'packages/protocol/tsconfig.json',
    () => '{ "compilerOptions": { "lib": ["ES2023", "DOM"], "types": [], "skipLibCheck": false } }\n',
    /lib/,
  ),
]

const TREE: readonly Plant[] = [
  add(
    'names',
    'banned word in a file name',
    'packages/wording/src/text-utils.ts',
    'export {}\n',
    /names nothing/,
  ),
  add(
    'names',
    'banned word in a folder name',
    'packages/wording/src/helpers/text.ts',
    'export {}\n',
    /names nothing/,
  ),
  add(
    'names',
    'file name not in kebab-case',
    'packages/wording/src/plainText.ts',
    'export {}\n',
    /kebab-case/,
  ),
  add(
    'format',
    'unformatted file',
    'packages/wording/src/planted.ts',
    'export const a = "b";\n',
    /not formatted/,
  ),
  add('format', 'unformatted component', COMPONENT, '<p >a</p>\n', /not formatted/),
  add('packages', 'package without a README', NEW_PACKAGE, '{ "name": "@kith/planted" }\n', /lacks README/),
  add('packages', 'package without a test', NEW_PACKAGE, '{ "name": "@kith/planted" }\n', /lacks a test/),
  add(
    'packages',
    'package the build forgets',
    NEW_PACKAGE,
    '{ "name": "@kith/planted" }\n',
    /lacks a reference/,
  ),
  edit(
    'versions',
    'version range',
    'packages/cli/package.json',
    (text) => text.replace(/"commander": "/, '"commander": "^'),
    /one exact version/,
  ),
  edit(
    'versions',
    'range in an override',
    'package.json',
    (text) => text.replace(/"npm:empty-npm-package@[^"]*"/, '"latest"'),
    /one exact version/,
  ),
  {
    rule: 'no lockfile',
    check: 'versions',
    file: 'package-lock.json',
    says: /no lockfile/,
    changes: () => ({ 'package-lock.json': null }),
  },
  edit(
    'versions',
    'stale lockfile',
    'package-lock.json',
    (text) => text.replace(/"commander": "[^"]*"/, '"commander": "1.0.0"'),
    /older than/,
  ),
  edit(
    'versions',
    'React Native in the tree',
    'package-lock.json',
    (text) => lock(text, 'node_modules/react-native', 'MIT'),
    /React Native/,
  ),
  {
    ...edit(
      'licences',
      'licence not on the list',
      'package-lock.json',
      (text) => lock(text, 'node_modules/planted', 'AGPL-3.0'),
      /AGPL/,
    ),
    file: 'node_modules/planted',
  },
  {
    ...edit(
      'licences',
      'no licence',
      'package-lock.json',
      (text) => lock(text, 'node_modules/planted', ''),
      /licence/,
    ),
    file: 'node_modules/planted',
  },
  add(
    'words',
    'path of one machine',
    'docs/planted.md',
    'Look into /home/alice/kith first.\n',
    /path of one machine/,
  ),
  add('words', 'number of a tracker', 'docs/planted.md', 'See issue 7.\n', /tracker/),
  add(
    'words',
    'rule switched off',
    'packages/wording/src/planted.ts',
    '// @ts-ignore\nexport {}\n',
    /switched off/,
  ),
  add(
    'words',
    'rule switched off in markup',
    COMPONENT,
    '<!-- eslint-disable svelte/no-at-html-tags -->\n',
    /switched off/,
  ),
  add(
    'words',
    'mark without a reason',
    'packages/wording/src/planted.ts',
    '// TODO\nexport {}\n',
    /without its reason/,
  ),
  add('links', 'dead link', 'docs/planted.md', '[gone](./nowhere.md)\n', /leads nowhere/),
  add('links', 'dead heading', 'docs/planted.md', '# Here\n\n[gone](#there)\n', /no such heading/),
  add('links', 'unknown command', 'docs/planted.md', 'Run `npm run nothing`.\n', /no command/),
]

function lock(text: string, path: string, license: string): string {
  const json = JSON.parse(text) as { packages: Record<string, unknown> }
  json.packages[path] = { version: '1.0.0', integrity: 'sha512-planted', license }
  return JSON.stringify(json)
}

const TYPES: readonly Plant[] = [
  add(
    'types',
    'type error in a source',
    'packages/wording/src/planted-type.ts',
    "export const a: number = 'b'\n",
    /TS2322/,
  ),
  add(
    'types',
    'type error in a test',
    'packages/wording/test/planted-type.ts',
    "export const a: number = 'b'\n",
    /TS2322/,
  ),
  add(
    'types',
    'type error in a component',
    'web/src/PlantedType.svelte',
    component("export const a: number = 'b'"),
    /TS2322/,
  ),
  add(
    'types',
    'property a component does not take',
    'web/src/PlantedOuter.svelte',
    `${component("import Planted from './PlantedType.svelte'")}\n<Planted colour="red" />\n`,
    /colour/,
  ),
  add(
    'types',
    'global of Node in a page',
    'web/src/planted-global.ts',
    'export const a = process.cwd()\n',
    /process/,
  ),
  add(
    'types',
    'warning of the Svelte compiler',
    'web/src/PlantedWarning.svelte',
    '<img src="a.png" />\n',
    /alt/,
  ),
  add('types', 'enum', 'packages/wording/src/planted-enum.ts', 'export enum A {\n  B,\n}\n', /TS1294/),
]

function inSource(rule: string, name: string, text: string, says: RegExp): Plant {
  return add('lint', rule, `packages/wording/src/planted-${name}.ts`, text, says)
}

function inTest(rule: string, name: string, text: string): Plant {
  const body = `import { describe, it } from 'vitest'\n${text}`
  return add('lint', rule, `packages/wording/test/planted-${name}.test.ts`, body, /Every test runs/)
}

function inComponent(rule: string, name: string, text: string, says: RegExp): Plant {
  return add('lint', rule, `web/src/Planted${name}.svelte`, text, says)
}

const LINT: readonly Plant[] = [
  inTest('skipped test', 'skip', "describe('a', () => {\n  it.skip('b', () => {})\n})\n"),
  inTest('focused test', 'only', "describe('a', () => {\n  it.only('b', () => {})\n})\n"),
  inTest('skipped group', 'group', "describe.skip('a', () => {\n  it('b', () => {})\n})\n"),
  inTest('test put off', 'todo', "describe('a', () => {\n  it.todo('b')\n})\n"),
  inTest(
    'test skipped on a condition',
    'skip-if',
    "describe('a', () => {\n  it.skipIf(true)('b', () => {})\n})\n",
  ),
  inTest(
    'test skipped by an option',
    'option',
    "describe('a', () => {\n  it('b', { skip: true }, () => {})\n})\n",
  ),
  inSource('any', 'any', 'export const a = (b: any): unknown => b\n', /no-explicit-any/),
  inSource(
    'any by the back door',
    'unsafe',
    "export const a = (): string => JSON.parse('1')\n",
    /no-unsafe-return/,
  ),
  inSource(
    'bare Error',
    'error',
    "export function a(): void {\n  throw new Error('b')\n}\n",
    /class of its own/,
  ),
  inSource(
    'bare Error without new',
    'error-call',
    "export function a(): void {\n  throw Error('b')\n}\n",
    /class of its own/,
  ),
  inSource(
    'floating promise',
    'floating',
    'export function a(b: Promise<void>): void {\n  b\n}\n',
    /no-floating-promises/,
  ),
  inSource(
    'misused promise',
    'misused',
    'export const a = (b: Promise<boolean>): number => (b ? 1 : 2)\n',
    /no-misused-promises/,
  ),
  inSource(
    'empty catch',
    'catch',
    'export function a(b: () => void): void {\n  try {\n    b()\n  } catch {}\n}\n',
    /what happens on failure/,
  ),
  inSource(
    'empty catch with a comment',
    'catch-note',
    'export function a(b: () => void): void {\n  try {\n    b()\n  } catch {\n    // never mind\n  }\n}\n',
    /what happens on failure/,
  ),
  inSource('default export', 'default', 'export default 1\n', /Name what you export/),
  inSource(
    'type imported as a value',
    'value',
    "import { Locale } from './planted-locale.ts'\nexport type A = Locale\n",
    /consistent-type-imports/,
  ),
  inSource(
    'forgotten case',
    'case',
    "export function a(b: 'c' | 'd'): number {\n  switch (b) {\n    case 'c':\n      return 1\n  }\n  return 2\n}\n",
    /switch-exhaustiveness-check/,
  ),
  inSource(
    'console in a library',
    'console',
    "export const a = (): void => console.log('b')\n",
    /no-console/,
  ),
  inSource(
    'rule switched off in a comment',
    'disable',
    '/* eslint-disable */\nexport const a = (b: any): unknown => b\n',
    /no-explicit-any/,
  ),
  inComponent(
    'markup from text',
    'Html',
    '<script lang="ts">\n  let { text }: { text: string } = $props()\n</script>\n\n{@html text}\n',
    /no-at-html-tags/,
  ),
  inComponent('style in markup', 'Style', '<p style="color: red">a</p>\n', /policy refuses/),
  inComponent(
    'floating promise in markup',
    'Floating',
    `${component('async function go(): Promise<void> {}')}\n<button type="button" onclick={() => { go() }}>a</button>\n`,
    /no-floating-promises/,
  ),
  inComponent('any in a component', 'Any', component('export const a: any = 1'), /no-explicit-any/),
  inComponent(
    'rule switched off in a component',
    'Disable',
    '<!-- eslint-disable -->\n<p style="color: red">a</p>\n',
    /policy refuses/,
  ),
]

/** Text that does not get smaller, from a seed: as much JavaScript as the first page may have in all. */
function weight(): string {
  let state = 1
  const bytes = Buffer.alloc(160 * 1024)
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return `export const weight = '${bytes.toString('base64')}'\n`
}

const SIZE: readonly Plant[] = [
  {
    rule: 'too much on the first page',
    check: 'size',
    file: 'web',
    says: /first page loads too much/,
    changes: (project) => ({
      [WEB]: weight(),
      'web/src/main.ts': `${project.files.get('web/src/main.ts') ?? ''}\nimport { weight } from './planted.ts'\ndocument.title += weight\n`,
    }),
  },
]

/** All plants, in the order they are tried. */
export const PLANTS: readonly Plant[] = [...LAYERS, ...CYCLES, ...PURITY, ...TREE, ...TYPES, ...LINT, ...SIZE]
