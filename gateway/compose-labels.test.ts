import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadLabelling } from "./compose-labels.ts";
import { LABEL_LISTS } from "./disclosure/labels/lists.ts";

let directory: string;
let labelsFile: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "labels-"));
  labelsFile = join(directory, "labels.json");
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(version: string, change: object = {}): void {
  writeFileSync(labelsFile, JSON.stringify({ ...LABEL_LISTS, version, ...change }));
}

test("the lists of the gateway are in force where no file is named", async () => {
  const living = await loadLabelling({});
  expect(living.current().version).toBe(`labels-${LABEL_LISTS.version}`);
  expect(living.files).toEqual([]);
});

describe("a file of lists", () => {
  test("is in force from the start, and its successor when it is taken into use", async () => {
    write("leeds-1");
    const living = await loadLabelling({ labelsFile });
    const [file] = living.files;
    expect(living.current().version).toBe("labels-leeds-1");
    expect(await file?.prepare()).toEqual({ ok: true });
    write("leeds-2", { lists: [] });
    const prepared = await file?.prepare();
    expect(living.current().version).toBe("labels-leeds-1");
    if (!prepared?.ok || prepared.change === undefined) throw new Error("the file is another one");
    expect(prepared.change.text).toBe("labels-leeds-1 labels-leeds-2");
    prepared.change.apply();
    expect(living.current().version).toBe("labels-leeds-2");
    expect(living.current().lists.lists).toEqual([]);
  });

  test.each([
    ["that is not there", undefined],
    ["that is no such file", "{}"],
  ])("%s stops the start and says why", async (_, text) => {
    if (text !== undefined) writeFileSync(labelsFile, text);
    await expect(loadLabelling({ labelsFile })).rejects.toThrow("LABELS_FILE");
  });

  test("changes nothing while it is wrong, or changed without another version", async () => {
    write("leeds-1");
    const living = await loadLabelling({ labelsFile });
    write("leeds-1", { lists: [] });
    expect(await living.files[0]?.prepare()).toMatchObject({ ok: false });
    writeFileSync(labelsFile, "{");
    expect(await living.files[0]?.prepare()).toMatchObject({ ok: false });
    expect(living.current().version).toBe("labels-leeds-1");
  });
});
