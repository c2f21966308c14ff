import { type InteractionRequest, type Result, refused } from "../interactions/answer.ts";
import { nearest } from "../outcome/nearest.ts";
import { readOperationParameters } from "./everything-parameters.ts";

/** Who would ask, what for and when. */
export interface AccessAsked {
  readonly client: string;
  /** The first of the client's agreement when absent. */
  readonly purpose?: string;
  /** `issuer|subject`. */
  readonly user?: string;
  /** Milliseconds since 1970; now when absent. */
  readonly at_ms?: number;
}

type Read = { readonly ok: true; readonly asked: AccessAsked } | Extract<Result, { ok: false }>;

const NAMES = ["client", "purpose", "user", "at"] as const;
const SHAPING: ReadonlySet<string> = new Set(["_format", "_pretty"]);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Each parameter once, in the address or in a Parameters resource. */
export function readAccessAsked(request: InteractionRequest): Read {
  const sent = readOperationParameters(request);
  if (!sent.ok) return sent;
  const { parameters } = sent;
  for (const name of new Set(parameters.keys())) {
    if (SHAPING.has(name)) continue;
    if (!NAMES.some((known) => known === name)) {
      const meant = nearest(name, NAMES);
      return wrong(name, `one of ${NAMES.join(", ")}${meant === undefined ? "" : `; did you mean ${meant}?`}`);
    }
    if (parameters.getAll(name).length > 1) return wrong(name, "one value");
  }
  const client = parameters.get("client");
  if (client === null || client === "") return wrong("client", "the id of a registered client");
  const purpose = parameters.get("purpose");
  const user = parameters.get("user");
  const at = parameters.get("at");
  const at_ms = at === null ? undefined : Date.parse(at);
  if (at !== null && (!INSTANT.test(at) || Number.isNaN(at_ms)))
    return wrong("at", "an instant, as 2026-11-23T09:00:00Z");
  return {
    ok: true,
    asked: {
      client,
      ...(purpose === null ? {} : { purpose }),
      ...(user === null ? {} : { user }),
      ...(at_ms === undefined ? {} : { at_ms }),
    },
  };
}

function wrong(parameter: string, expected: string): Extract<Result, { ok: false }> {
  return refused({ kind: "bad-operation-parameter", parameter, expected });
}
