/** Simulation for tests: a seeded world, virtual time, and the network port over them. */
export { SeededRandom } from './simulation/seeded-random.ts'
export { SimulatedNetwork } from './simulation/simulated-network.ts'
export { SimulatedStream } from './simulation/simulated-stream.ts'
export { calmWeather, SimulatedWorld } from './simulation/simulated-world.ts'
export type { Weather } from './simulation/simulated-world.ts'
export { settle, VirtualClock } from './simulation/virtual-clock.ts'
export { SimulatedPerson } from './simulation/simulated-person.ts'
