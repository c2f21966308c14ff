import { expect, test } from "vitest";
import { createDraftingThread } from "./drafting-thread.ts";

test("a thread that drafted its file to the end drafts the next one; any other ends", async () => {
  const thread = createDraftingThread();
  expect(thread).toMatchObject({ isBusy: false, isWarm: false });
  const first = thread.take();
  expect(thread).toMatchObject({ isBusy: true, isWarm: false });
  await thread.giveBack(first, true);
  expect(thread).toMatchObject({ isBusy: false, isWarm: true });
  expect(thread.take()).toBe(first);
  await thread.giveBack(first, false);
  expect(thread).toMatchObject({ isBusy: false, isWarm: false });
  const second = thread.take();
  expect(second).not.toBe(first);
  await thread.giveBack(second, true);
  await second.terminate();
  expect(thread.isWarm).toBe(false);
});
