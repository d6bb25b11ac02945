/**
 * Parts of libp2p as one transport sees them: some calls answered here, the rest passed on.
 */

/** An object that answers some members by itself and passes the others on, methods bound to the original. */
export function override<T extends object>(original: T, overrides: Partial<T>): T {
  return new Proxy(original, {
    get: (target, name) => {
      if (Object.hasOwn(overrides, name)) return overrides[name as keyof T]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Components with some replaced. libp2p's own is a proxy without own members, so it cannot be copied. */
export function withComponents<T extends object>(components: T, replaced: Partial<T>): T {
  return new Proxy(components, {
    get: (target, name, receiver) =>
      Object.hasOwn(replaced, name)
        ? replaced[name as keyof T]
        : (Reflect.get(target, name, receiver) as unknown),
  })
}
