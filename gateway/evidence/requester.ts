import type { Client, Register } from "../access/register.ts";
import type { Requester } from "../access/requester.ts";

/** A client as it would ask: an application alone, for its first purpose, with all that it may ask for. */
export function toRequester(
  { id, organization, agreement, scopes }: Client,
  { ancestorsOf }: Pick<Register, "ancestorsOf">,
  now_ms: number,
): Requester {
  const { system, value, authority } = organization;
  return {
    client: id,
    organization: { system, value, authority, ancestors: ancestorsOf({ system, value }, now_ms) },
    agreement,
    purpose: agreement.purposes[0] ?? "",
    scopes,
    tokenId: "evidence",
  };
}
