import { createSecretKey } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createEntrySeal } from "../identity/cache/entry-seal.ts";
import type { SealedSecrets } from "../store/commons.ts";
import { createSealedShelf, removeUnopened, SealError } from "./key-shelf.ts";

const [OWN, FORMER, OTHER] = ["own", "former", "other"].map((text) =>
  createEntrySeal(createSecretKey(Buffer.from(text.padEnd(32, "-")))),
);
if (OWN === undefined || FORMER === undefined || OTHER === undefined) throw new Error("there are three");

const NAME = "access-token.production/000001.jwk.json";
const make = async () => "a key";

let rows: Map<string, string>;
let secrets: SealedSecrets;
beforeEach(() => {
  rows = new Map();
  secrets = {
    list: async () => new Map(rows),
    add: async (name, sealed) => void (rows.has(name) || rows.set(name, sealed)),
    exchange: async (name, from, to) => void (rows.get(name) === from && rows.set(name, to)),
    remove: async (name) => void rows.delete(name),
  };
});

describe("a shelf in a database", () => {
  test("is made once by all who need it at the same time, and shows nothing of itself", async () => {
    const shelves = [OWN, OWN].map((seal) => createSealedShelf(secrets, [seal]));
    const texts = await Promise.all(shelves.map((shelf, n) => shelf.ensure(NAME, async () => `key ${n}`)));
    expect(texts[0]).toBe(texts[1]);
    expect(rows.size).toBe(1);
    expect(Buffer.from(rows.get(NAME) ?? "", "base64").includes("key")).toBe(false);
  });

  test("opens no text under another's name", async () => {
    const shelf = createSealedShelf(secrets, [OWN]);
    await shelf.ensure(NAME, make);
    rows.set(NAME.replace("1", "2"), rows.get(NAME) ?? "");
    await expect(shelf.read("access-token.production")).rejects.toBeInstanceOf(SealError);
  });

  test("opens nothing that was changed by a letter", async () => {
    const shelf = createSealedShelf(secrets, [OWN]);
    await shelf.ensure(NAME, make);
    const sealed = Buffer.from(rows.get(NAME) ?? "", "base64");
    for (const at of [0, 12, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      rows.set(NAME, changed.toString("base64"));
      await expect(shelf.read("access-token.production")).rejects.toBeInstanceOf(SealError);
    }
  });

  test("seals anew what only the key before opens, so that the key before is not needed again", async () => {
    await createSealedShelf(secrets, [FORMER]).ensure(NAME, make);
    await expect(createSealedShelf(secrets, [OWN]).ensure(NAME, make)).rejects.toBeInstanceOf(SealError);
    expect(await createSealedShelf(secrets, [OWN, FORMER]).ensure(NAME, make)).toBe("a key");
    expect(await createSealedShelf(secrets, [OWN]).read("access-token.production")).toEqual([
      { name: "000001.jwk.json", text: "a key" },
    ]);
  });

  test("loses what none of its keys opens, and nothing else, where they are said to be lost", async () => {
    await createSealedShelf(secrets, [OWN]).ensure("own", make);
    await createSealedShelf(secrets, [FORMER]).ensure("former", make);
    await createSealedShelf(secrets, [OTHER]).ensure("other", make);
    await removeUnopened(secrets, [OWN, FORMER]);
    expect([...rows.keys()].sort()).toEqual(["former", "own"]);
  });
});
