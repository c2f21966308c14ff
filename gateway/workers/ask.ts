/** Questions under way over a channel on which answers come back by the number of the question. */
export interface Asking<Answer> {
  /** Sends a question by `send` with its number. `undefined` when no answer comes within the deadline. */
  ask(send: (id: number) => void, deadline_ms: number): Promise<Answer | undefined>;
  answered(id: number, answer: Answer): void;
}

export function createAsking<Answer>(): Asking<Answer> {
  const open = new Map<number, (answer: Answer | undefined) => void>();
  let last = 0;
  return {
    ask: (send, deadline_ms) =>
      new Promise((resolve) => {
        last += 1;
        const id = last;
        const done = (answer: Answer | undefined): void => {
          clearTimeout(late);
          open.delete(id);
          resolve(answer);
        };
        const late = setTimeout(done, deadline_ms, undefined);
        open.set(id, done);
        send(id);
      }),
    answered: (id, answer) => open.get(id)?.(answer),
  };
}
