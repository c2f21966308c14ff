/** Loads once, when somebody first asks, what no start should wait for. What could not be loaded is tried again. */
export function atFirstUse<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

/** A function whose code is loaded when it is first called. */
export function later<Given extends readonly unknown[], Answer>(
  load: () => Promise<(...given: Given) => Promise<Answer>>,
): (...given: Given) => Promise<Answer> {
  const loaded = atFirstUse(load);
  return async (...given) => (await loaded())(...given);
}
