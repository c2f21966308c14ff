import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { TABLES } from "./tables.ts";

test.each(Object.entries(TABLES))(
  "%s says what the code says; node conformance/tables.ts writes it",
  async (name, make) => {
    expect(await readFile(new URL(name, import.meta.url), "utf8")).toBe(make());
  },
);
