// `npm run simulate`: many replicas, delay, loss, partitions, power cuts, all from seeds. KITH_SEEDS says how many.
import { simulateFromEnvironment } from '@kith/testing'

process.exitCode = await simulateFromEnvironment((line) => console.log(line))
