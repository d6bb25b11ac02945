// The table of settings: one row per key names its flag, its environment variable, its kind, default and meaning.
// Flags, environment, help text and README follow this table.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** How the text of a flag or variable becomes a value. Lists are separated by commas. */
export type SettingKind = 'text' | 'integer' | 'boolean' | 'list'

/** One setting. The flag is `--` and the name in kebab-case, the variable `RELAY_` and the name in upper snake case. */
export interface Setting {
  readonly key: string
  readonly kind: SettingKind
  readonly fallback: string | number | boolean | readonly string[]
  readonly help: string
  readonly secret?: true
}

/** Everything that can be set. */
export const settings: readonly Setting[] = [
  {
    key: 'dataDir',
    kind: 'text',
    fallback: join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'kith-relay'),
    help: 'directory of the identity key and the WebRTC certificate',
  },
  {
    key: 'listen',
    kind: 'list',
    fallback: ['/ip4/0.0.0.0/tcp/4001', '/ip4/0.0.0.0/tcp/4002/ws', '/ip4/0.0.0.0/udp/4003/webrtc-direct'],
    help: 'multiaddrs to listen on',
  },
  {
    key: 'announce',
    kind: 'list',
    fallback: [],
    help: 'multiaddrs told to clients instead of the found ones',
  },
  {
    key: 'localNetwork',
    kind: 'boolean',
    fallback: false,
    help: 'announce loopback and private addresses, and exempt them from the per-address caps',
  },
  {
    key: 'proxies',
    kind: 'list',
    fallback: [],
    help: 'IPs of reverse proxies, exempt from the per-address caps because all clients share them',
  },
  { key: 'name', kind: 'text', fallback: 'Kith relay', help: 'name shown in the clients’ list of relays' },
  { key: 'operator', kind: 'text', fallback: '', help: 'who runs this relay and how to reach them' },
  { key: 'health', kind: 'text', fallback: '127.0.0.1:9477', help: 'host:port of the health pages, or off' },
  {
    key: 'web',
    kind: 'text',
    fallback: '',
    help: 'folder of the built web client to serve; nothing is served without it',
  },
  { key: 'webListen', kind: 'text', fallback: '127.0.0.1:8080', help: 'host:port of the web client' },
  { key: 'maxConnections', kind: 'integer', fallback: 2500, help: 'open connections in all' },
  {
    key: 'maxConnectionsPerAddress',
    kind: 'integer',
    fallback: 64,
    help: 'of them from one IPv4 address or IPv6 /64; 0 for no cap',
  },
  {
    key: 'maxReservations',
    kind: 'integer',
    fallback: 2000,
    help: 'clients reachable through this relay at a time',
  },
  {
    key: 'maxReservationsPerAddress',
    kind: 'integer',
    fallback: 32,
    help: 'of them from one IPv4 address or IPv6 /64; 0 for no cap',
  },
  {
    key: 'reservationMinutes',
    kind: 'integer',
    fallback: 20,
    help: 'how long a reservation lasts unless renewed',
  },
  { key: 'circuitMinutes', kind: 'integer', fallback: 30, help: 'how long one relayed connection may last' },
  {
    key: 'circuitMebibytes',
    kind: 'integer',
    fallback: 64,
    help: 'how much one relayed connection may carry',
  },
  { key: 'maxTopics', kind: 'integer', fallback: 10_000, help: 'gossip topics followed for clients in all' },
  { key: 'maxTopicsPerPeer', kind: 'integer', fallback: 1024, help: 'of them for one client' },
  { key: 'rendezvousMebibytes', kind: 'integer', fallback: 64, help: 'memory for rendezvous records' },
  { key: 'stunUrls', kind: 'list', fallback: [], help: 'STUN URLs offered to clients for calls' },
  { key: 'turnUrls', kind: 'list', fallback: [], help: 'TURN URLs offered to clients for calls' },
  { key: 'turnSecret', kind: 'text', fallback: '', help: 'shared secret of the TURN server', secret: true },
  {
    key: 'drainSeconds',
    kind: 'integer',
    fallback: 8,
    help: 'longest wait for running work when told to stop',
  },
  { key: 'logLevel', kind: 'text', fallback: 'info', help: 'error, warn, info or debug' },
]

/** The flag of a setting, without its dashes. */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** The environment variable of a setting; with `_FILE` behind it, the file that holds the value. */
export function variableOf(key: string): string {
  return `RELAY_${flagOf(key).replaceAll('-', '_').toUpperCase()}`
}
