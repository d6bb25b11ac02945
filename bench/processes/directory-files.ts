/** What composition roots keep beside the database: the libp2p key of a data directory. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateNetworkKey } from '@kith/network/node'

/** The directory's libp2p key, made where there is none. */
export async function networkKeyIn(directory: string): Promise<Uint8Array> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'network.key')
  try {
    return await readFile(path)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    const key = await generateNetworkKey()
    await writeFile(path, key)
    return key
  }
}
