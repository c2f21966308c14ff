export type Reply<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "failed" }
  | { readonly kind: "late" };

/** What comes of a promise, or that it takes too long. */
export function withDeadline<T>(reply: Promise<T>, deadline_ms: number): Promise<Reply<T>> {
  return new Promise((resolve) => {
    const late = (): void => resolve({ kind: "late" });
    // A process that was busy for so long may have the answer already, and only not have looked.
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), deadline_ms);
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve({ kind: "value", value });
      },
      () => {
        clearTimeout(timer);
        resolve({ kind: "failed" });
      },
    );
  });
}
