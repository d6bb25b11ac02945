/** Which versions were measured, from what is installed. */
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'

async function versionIn(path: string): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

/** One line of versions. */
export async function versionsLine(): Promise<string> {
  const [kith, libp2p, gossipsub, level, hypercore] = await Promise.all([
    versionIn('../../package.json'),
    versionIn('../../node_modules/libp2p/package.json'),
    versionIn('../../node_modules/@libp2p/gossipsub/package.json'),
    versionIn('../../node_modules/classic-level/package.json'),
    versionIn('../node_modules/hypercore/package.json'),
  ])
  return [
    `Kith ${kith}, Node ${process.versions.node} (OpenSSL ${process.versions.openssl}, V8 ${process.versions.v8})`,
    `libp2p ${libp2p}, gossipsub ${gossipsub}, classic-level ${level}, hypercore ${hypercore}`,
    `${cpus().length} cores, ${process.platform} ${process.arch}`,
  ].join('; ')
}
