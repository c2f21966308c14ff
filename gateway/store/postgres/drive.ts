import type { Answer, Statement, Steps, Together } from "../statements/steps.ts";

/** Goes through steps whose statements are answered later. */
export async function driveSteps<T>(
  steps: Steps<T>,
  ask: (asked: Statement | Together) => Promise<Answer | readonly Answer[]>,
): Promise<T> {
  let next = steps.next();
  while (!next.done) next = steps.next(await ask(next.value));
  return next.value;
}
