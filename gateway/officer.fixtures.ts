import { expect } from "vitest";
import type { TestGateway } from "./gateway.fixtures.ts";
import type { QuarantineListing } from "./ingest/quarantine.ts";
import type { Receipt } from "./ingest/receipt.ts";

const SCOPE = "ingest/leeds-eyfsp ingest/leeds-csds";

/** Answered with 200, its JSON. */
export async function jsonOf<T>(response: Promise<Response>): Promise<T> {
  const answered = await response;
  expect(answered.status, await answered.clone().text()).toBe(200);
  return answered.json() as Promise<T>;
}

/** What an officer of two sources asks of a gateway. */
export function officerAt(house: () => TestGateway) {
  const ask = (path: string, init: RequestInit = {}, scope = SCOPE): Promise<Response> =>
    house().ask("officer-demo", path, init, scope);
  const post = (path: string, body?: string) => ask(path, { method: "POST", ...(body === undefined ? {} : { body }) });
  return {
    ask,
    post,
    send: (source: string, body: string) => jsonOf<Receipt>(post(`/ingest/${source}`, body)),
    held: (query = "") => jsonOf<QuarantineListing>(ask(`/ingest/quarantine?source=leeds-eyfsp${query}`)),
  };
}
