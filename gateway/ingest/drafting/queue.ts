/** What comes in one turn and is waited for in another. */
export interface Queue<T> {
  add(item: T): void;
  next(): Promise<T>;
  /** Whoever waits, and whoever asks from now on, is told that nothing comes any more. */
  fail(error: unknown): void;
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = [];
  const waiting: { readonly resolve: (item: T) => void; readonly reject: (error: unknown) => void }[] = [];
  let failure: { readonly error: unknown } | undefined;
  return {
    add(item) {
      const first = waiting.shift();
      if (first === undefined) items.push(item);
      else first.resolve(item);
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      if (failure !== undefined) return Promise.reject(failure.error);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    fail(error) {
      failure ??= { error };
      for (const { reject } of waiting.splice(0)) reject(error);
    },
  };
}
