import { at, list, text } from "../json.ts";
import type { Random } from "../linkage/random.ts";
import type { Came, Sent } from "./ask.ts";
import { identifierOf, shownIn, toBody, type Write } from "./bodies.ts";
import type { Constant } from "./constants.ts";
import { type Asked, isGood, type Question, type Shown } from "./journal.ts";
import type { Client, Item, Load } from "./load.ts";

export interface Judged {
  readonly what: Question;
  readonly fault?: string | undefined;
}

export type Asker = (
  client: Client,
  sent: Omit<Sent, "token" | "requestId">,
  judge: (came: Came) => Judged,
  patient?: string,
) => Promise<{ readonly one: Asked; readonly came: Came }>;

type NumberOf = Load["numberOf"];

export async function writeItem(ask: Asker, item: Item, nhsNumber: string | undefined): Promise<void> {
  const { key, child, client, number, id } = item;
  const write: Write = { item: key, number, id, nhsNumber, patient: child?.id };
  const type = child === undefined ? "Patient" : "Observation";
  const sent = id === undefined ? { method: "POST", address: type } : { method: "PUT", address: `${type}/${id}` };
  const { one, came } = await ask(
    client,
    { ...(sent.method === "PUT" ? { method: "PUT" } : { method: "POST" }), address: sent.address, body: toBody(write) },
    ({ version }) => ({ what: { kind: "write", item: key, number, ...(version !== undefined && { version }) } }),
    child?.id ?? id,
  );
  if (!isGood(one)) {
    // It was refused for certain, or nobody knows.
    if (one.status === 429) item.isResting = false;
    return;
  }
  item.id ??= text(came.json, "id") ?? "";
  item.acked.push({ number, version: came.version ?? "" });
  if (nhsNumber !== undefined) item.nhsNumber = nhsNumber;
  item.isResting = false;
}

export async function read(ask: Asker, item: Item, numberOf: NumberOf): Promise<void> {
  const address = `${item.child === undefined ? "Patient" : "Observation"}/${item.id}`;
  const patient = item.child?.id ?? item.id;
  await ask(
    item.client,
    { method: "GET", address },
    (came) => {
      const shown = shownOf(came, numberOf);
      const fault =
        typeof shown === "string" ? shown : isOther(shown, item) ? "another resource than was asked for" : undefined;
      const number = typeof shown === "object" ? shown.number : undefined;
      return { what: { kind: "read", item: item.key, ...(number !== undefined && { shown: number }) }, fault };
    },
    patient,
  );
}

export async function vread(ask: Asker, item: Item, random: Random, numberOf: NumberOf): Promise<void> {
  const { number, version } = random.pick(item.acked);
  const address = `${item.child === undefined ? "Patient" : "Observation"}/${item.id}/_history/${version}`;
  await ask(
    item.client,
    { method: "GET", address },
    (came) => {
      const shown = shownOf(came, numberOf);
      const fault =
        typeof shown === "string" ? shown : isOther(shown, item) ? "another resource than was asked for" : undefined;
      const told = typeof shown === "object" ? shown.number : undefined;
      return { what: { kind: "vread", item: item.key, number, ...(told !== undefined && { shown: told }) }, fault };
    },
    item.child?.id ?? item.id,
  );
}

function isOther(shown: Shown | undefined, { key }: Item): boolean {
  return shown !== undefined && shown.item !== key;
}

function shownOf({ status = 0, json }: Came, numberOf: NumberOf): Shown | string | undefined {
  return status >= 200 && status < 300 ? shownIn(json, numberOf) : undefined;
}

export async function search(ask: Asker, child: Item, numberOf: NumberOf): Promise<void> {
  const sent = { method: "GET", address: `Observation?patient=Patient/${child.id}&_count=100` } as const;
  const judge = (came: Came): Judged => {
    const { shown, fault } = matchesIn(came, numberOf);
    return { what: { kind: "search", child: child.key, shown }, fault };
  };
  await ask(child.client, sent, judge, child.id);
}

export async function lookUp(ask: Asker, child: Item, numberOf: NumberOf): Promise<void> {
  const number = child.acked.at(-1)?.number ?? 1;
  const identifier = identifierOf({ item: child.key, number, nhsNumber: child.nhsNumber });
  const sent = { method: "GET", address: `Patient?identifier=${encodeURIComponent(identifier)}` } as const;
  const judge = (came: Came): Judged => {
    const { shown, fault } = matchesIn(came, numberOf);
    return { what: { kind: "look-up", item: child.key, number, shown }, fault };
  };
  await ask(child.client, sent, judge, child.id);
}

function matchesIn(came: Came, numberOf: NumberOf): { readonly shown: readonly Shown[]; readonly fault?: string } {
  if (came.status !== 200) return { shown: [] };
  const entries = list(came.json, "entry").filter((entry) => text(entry, "search", "mode") === "match");
  const read = entries.map((entry) => shownIn(at(entry, "resource"), numberOf));
  const fault = read.find((one) => typeof one === "string");
  const shown = read.filter((one) => typeof one === "object");
  return { shown, ...(fault !== undefined && { fault }) };
}

export async function askConstant(
  ask: Asker,
  { address, expected, patient, shownOf: shownBy }: Constant,
): Promise<void> {
  const judge = (came: Came): Judged => {
    const shown = came.status === 200 ? shownBy(came.json) : undefined;
    return { what: { kind: "constant", expected, ...(shown !== undefined && { shown }) } };
  };
  await ask("gp-demo", { method: "GET", address }, judge, patient);
}
