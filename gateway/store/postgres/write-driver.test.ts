import { expect, test } from "vitest";
import { createContext } from "../statements/context.ts";
import { toWrite } from "../statements/steps.ts";
import type { Wire } from "./wire.ts";
import { GROUP_BYTES_MAX } from "./write-buffer.ts";
import { WriteDriver } from "./write-driver.ts";

const NOBODY = { client: {} as Wire["client"], isLost: false, ask: async () => [], send: async () => {}, drop() {} };

/** How many statements went out while so many rows of so many bytes were written, each by a verb of its own. */
async function sentBefore(rows: number, bytes: number): Promise<number> {
  let sent = 0;
  const put: Wire["put"] = async () => {
    sent += 1;
    return undefined;
  };
  const driver = new WriteDriver({ ...NOBODY, put, end: async () => {} }, createContext(), true);
  for (let n = 0; n < rows; n += 1) {
    await driver.drive(function* () {
      yield toWrite("INSERT INTO raw (lineage, content) VALUES (?, ?)", n, new Uint8Array(bytes));
    });
  }
  const before = sent;
  await driver.settle();
  expect(sent).toBe(before + (rows > 0 && before === 0 ? 1 : 0));
  return before;
}

test("what is written is kept back until that is asked for, or it comes to as many bytes as a statement may hold", async () => {
  expect(await sentBefore(4, GROUP_BYTES_MAX / 4 - 1)).toBe(0);
  expect(await sentBefore(4, GROUP_BYTES_MAX / 4)).toBe(1);
});
