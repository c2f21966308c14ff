/**
 * Asks for all who ask while an answer is under way once more, and once: each gets an answer that was asked for after it
 * came.
 */
export function shareQuestion<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    asked = ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  return () => {
    // Between an answer and the question that was to follow it nothing is under way, but those who wait for that one are told by it.
    if (asked === undefined) return next ?? start();
    next ??= asked.then(start, start);
    return next;
  };
}

/** The same for questions about one thing of many: all that came meanwhile are asked about together. */
export function shareQuestions<Key, T>(
  ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, T>>,
): (key: Key) => Promise<T | undefined> {
  let wanted = new Set<Key>();
  const all = shareQuestion(() => {
    const keys = [...wanted];
    wanted = new Set();
    return ask(keys);
  });
  return async (key) => {
    wanted.add(key);
    return (await all()).get(key);
  };
}
