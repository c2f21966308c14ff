/** A map made from something that changes: made anew when `version` is another one, and always read as of now. */
export function createLivingMap<K, V>(version: () => number, make: () => ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  let made = make();
  let madeAt = version();
  const now = (): ReadonlyMap<K, V> => {
    if (version() !== madeAt) {
      madeAt = version();
      made = make();
    }
    return made;
  };
  const map: ReadonlyMap<K, V> = {
    get size() {
      return now().size;
    },
    get: (key) => now().get(key),
    has: (key) => now().has(key),
    keys: () => now().keys(),
    values: () => now().values(),
    entries: () => now().entries(),
    [Symbol.iterator]: () => now()[Symbol.iterator](),
    forEach: (each) => {
      for (const [key, value] of now()) each(value, key, map);
    },
  };
  return map;
}
