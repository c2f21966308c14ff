import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { at, list, text } from "../json.ts";
import type { Asking, Came } from "./ask.ts";
import { shownIn } from "./bodies.ts";
import type { Kept } from "./check-kept.ts";
import type { Item, Load } from "./load.ts";

const AT_ONCE = 8;
/** A client that asks too much is told to wait a second. */
const WAIT_MS = 1_000;
const TRIES = 60;

export interface ReadingBack {
  readonly asking: Asking;
  readonly tokenOf: (client: Item["client"]) => string;
  readonly load: Pick<Load, "items" | "numberOf">;
}

/** Every item that was ever acknowledged: as it is, each version by its name, and its history. */
export async function readBack({ asking, tokenOf, load }: ReadingBack): Promise<readonly Kept[]> {
  const left = load.items.filter((item) => item.acked.length > 0);
  const kept: Kept[] = [];
  const numberIn = (resource: unknown, { key }: Item): number | undefined => {
    const shown = shownIn(resource, load.numberOf);
    return typeof shown === "object" && shown.item === key ? shown.number : undefined;
  };
  const ask = async ({ client }: Item, address: string): Promise<Came> => {
    for (let tried = 1; ; tried += 1) {
      const came = await asking.ask({ method: "GET", address, token: tokenOf(client), requestId: randomUUID() });
      if (came.status !== 429 || tried >= TRIES) return came;
      await pause(WAIT_MS * Math.random());
    }
  };
  const readItem = async (item: Item): Promise<Kept> => {
    const place = `${item.child === undefined ? "Patient" : "Observation"}/${item.id}`;
    const current = numberIn((await ask(item, place)).json, item);
    const versions: { version: string; number?: number }[] = [];
    for (const { version } of item.acked) {
      const number = numberIn((await ask(item, `${place}/_history/${version}`)).json, item);
      versions.push({ version, ...(number !== undefined && { number }) });
    }
    const { json } = await ask(item, `${place}/_history?_count=100`);
    const history = list(json, "entry").map((entry) => {
      const resource = at(entry, "resource");
      const version = text(resource, "meta", "versionId") ?? "";
      return { version, number: numberIn(resource, item) ?? Number.NaN };
    });
    return { item: item.key, ...(current !== undefined && { current }), versions, history: history.reverse() };
  };
  const loop = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) kept.push(await readItem(item));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return kept;
}
