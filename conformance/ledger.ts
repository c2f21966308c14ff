import type { Exchange, Send } from "./http.ts";
import { list, text } from "./json.ts";

/** What refers to others goes first, so that a server that guards references lets all of it go. */
const LAST_TO_GO = ["Observation", "Consent", "PractitionerRole", "Patient", "Practitioner", "Organization"];
const AT_ONCE = 8;

/** Address of a new resource below the base, as `Patient/1`. */
type Address = string;

/** Keeps account of everything the run made, whoever made it, so that it can be taken away again. */
export class Ledger {
  readonly made: Map<Address, Exchange> = new Map();

  note(exchange: Exchange): void {
    for (const address of madeBy(exchange)) if (!this.made.has(address)) this.made.set(address, exchange);
  }

  /** Deletes all that was made, and answers with what the server kept. */
  async clear(send: Send): Promise<readonly Address[]> {
    const rank = (address: Address) => LAST_TO_GO.indexOf(address.split("/")[0] ?? "");
    const queue = [...this.made.keys()].sort((one, other) => rank(one) - rank(other));
    const left: Address[] = [];
    const worker = async () => {
      for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
        const { status } = (await send("DELETE", address).catch(() => undefined))?.response ?? { status: 0 };
        if (![200, 202, 204, 404, 410].includes(status)) left.push(address);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return left;
  }
}

/** Addresses of what an exchange made. */
export function madeBy({ request, response }: Exchange): readonly Address[] {
  if (request.method !== "POST" && request.method !== "PUT") return [];
  if (response.status === 201) {
    const type = text(response.json, "resourceType");
    const id = text(response.json, "id");
    const inBody = type === undefined || type === "OperationOutcome" || id === undefined ? undefined : `${type}/${id}`;
    const address = addressFrom(response.headers.location) ?? inBody;
    return address === undefined ? [] : [address];
  }
  if (response.status !== 200) return [];
  return list(response.json, "entry").flatMap((entry) => {
    const created = (text(entry, "response", "status") ?? "").startsWith("201");
    const address = created ? addressFrom(text(entry, "response", "location")) : undefined;
    return address === undefined ? [] : [address];
  });
}

/** `Patient/1` from an address of it or of a version of it. */
export function addressFrom(location: string | undefined): Address | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(location ?? "")?.[1];
}
