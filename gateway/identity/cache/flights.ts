/** A result as text, so that whoever gets it gets a copy of his own, from whichever process. */
export function toText<T>(value: T): string {
  return JSON.stringify({ value });
}

export function fromText<T>(text: string): T {
  const { value }: { value: T } = JSON.parse(text);
  return value;
}

/** Work under way in this process, by name: who asks meanwhile waits for the same. */
export interface Flights {
  join(name: string, work: () => Promise<string>): Promise<string>;
  /** Who asks from now on starts anew. */
  forget(name: string): void;
}

export function createFlights(): Flights {
  const underWay = new Map<string, Promise<string>>();
  return {
    join(name, work) {
      const already = underWay.get(name);
      if (already !== undefined) return already;
      const started = work().finally(() => {
        if (underWay.get(name) === started) underWay.delete(name);
      });
      underWay.set(name, started);
      return started;
    },
    forget: (name) => void underWay.delete(name),
  };
}
