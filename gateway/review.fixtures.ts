import { expect } from "vitest";
import type { RegisterFile } from "./access/register-file.ts";
import { BASE, FORM, startTestGateway, type TestGateway } from "./gateway.fixtures.ts";
import { toCsv, toProfileRow, toTables } from "./ingest/line.fixtures.ts";
import type { ItemView } from "./review/shapes.ts";
import type { RecordKey, ReviewItem } from "./store/store.ts";

/** A gateway with review items of our making, and those who work on them: every child here is invented. */
export interface ReviewHouse extends AsyncDisposable {
  readonly house: TestGateway;
  /** Sends a pupil of a profile return; answers with the child's record. */
  pupil(told: Readonly<Record<string, string>>, authority?: string): Promise<RecordKey>;
  /** Sends a child of the health visitors of Leeds, with the GP practice of the demonstration's clients. */
  patient(told: Readonly<Record<string, string>>): Promise<RecordKey>;
  /** Opens an item by what a source's child is asked about; answers with its id. */
  open(told: Pick<ReviewItem, "source" | "localId" | "record" | "candidates"> & Partial<ReviewItem>): Promise<number>;
  patientId(record: RecordKey): Promise<string>;
  ask(path: string, init?: RequestInit, client?: string): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  item(id: number): Promise<ItemView>;
}

export const SCOPE = "identity/review";

export async function startReviewHouse(
  change?: (register: RegisterFile) => RegisterFile,
  environment: Readonly<Record<string, string>> = {},
): Promise<ReviewHouse> {
  const house = await startTestGateway(0, change, environment);
  const { store } = house.gateway;
  const send = async (source: string, body: string): Promise<void> => {
    const answered = await house.ask("officer-demo", `/ingest/${source}`, { method: "POST", body }, `ingest/${source}`);
    expect(await answered.json()).toMatchObject({ quarantined: 0 });
  };
  const recordOf = async (source: string, localId: string): Promise<RecordKey> => {
    const link = await store.linkOf(source, localId);
    if (link === undefined) throw new Error(`${source} has no such child`);
    return link.record;
  };
  const ask = (path: string, init: RequestInit = {}, client = "steward-demo"): Promise<Response> =>
    house.ask(client, path, init, client === "steward-demo" || client.startsWith("steward") ? SCOPE : undefined);
  return {
    house,
    async pupil(told, authority = "leeds") {
      await send(`${authority}-eyfsp`, toCsv([toProfileRow({ FSP_UPN: "", ...told })]));
      return recordOf(`${authority}-eyfsp`, told.FSP_PupilMatchingRef ?? "P1");
    },
    async patient(told) {
      const { mpi = "", gp = "" } = toTables(told);
      await send("leeds-csds", mpi);
      await send("leeds-csds", gp.replace("HV1", told.LocalPatientID ?? "HV1"));
      return recordOf("leeds-csds", told.LocalPatientID ?? "HV1");
    },
    async open(told) {
      const item = { kind: "ambiguous", evidence: ["birth date agrees"], createdAt: Date.now(), ...told } as const;
      await store.write((transaction) => transaction.openReview(item));
      const items = await store.reviewItemsOf(told.record);
      const [opened] = items.filter(({ localId, kind }) => localId === told.localId && kind === item.kind);
      if (opened === undefined) throw new Error("The item was not opened.");
      return opened.id;
    },
    async patientId(record) {
      return (await store.record(record))?.patientId ?? "";
    },
    ask,
    post: (path, body, headers = {}) => ask(path, { method: "POST", body: JSON.stringify(body), headers }),
    async item(id) {
      const answered = await ask(`/identity/items/${id}`);
      expect(answered.status, await answered.clone().text()).toBe(200);
      return JSON.parse(await answered.text());
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

/** A browser without scripts: it keeps cookies, follows what it is told, and sends the forms it was given. */
export function startBrowser(house: TestGateway) {
  const cookies = new Map<string, string>();
  const visit = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const answered = await house.gateway.app.request(`${BASE}${path}`, { ...init, headers });
    for (const line of answered.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";", 1)[0] ?? "").split("=");
      if (/Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answered;
  };
  const submit = (path: string, fields: readonly (readonly [string, string])[]): Promise<Response> => {
    const body = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString();
    return visit(path, { method: "POST", body, headers: { "Content-Type": FORM, "Sec-Fetch-Site": "same-origin" } });
  };
  return {
    cookies,
    visit,
    submit,
    /** Signs in with a token of a client; answers with what the gateway answered. */
    async signIn(client = "steward-demo", scope = SCOPE): Promise<Response> {
      const page = await (await visit("/identity/review/sign-in")).text();
      const token = await house.token(client, scope);
      return submit("/identity/review/sign-in", [
        ["form-key", fieldOf(page, "form-key")],
        ["token", token],
      ]);
    },
  };
}

/** The value of a hidden field of a page. */
export function fieldOf(page: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
}
