/**
 * The key behind a device's PeerId. It signs libp2p handshakes and peer records, and nothing of the messenger.
 */
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'

/** A new Ed25519 key as libp2p protobuf bytes. */
export async function generateNetworkKey(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}
