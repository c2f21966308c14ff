import { randomUUID } from "node:crypto";
import { isInForce } from "./agreement-in-force.ts";
import type { Authentication } from "./authenticate.ts";
import type { Register } from "./register.ts";
import type { UserIssuer } from "./register-issuer.ts";
import type { RequesterUser } from "./requester.ts";
import { groupOf } from "./user-claims.ts";

/** Somebody who signed in to the pages: a steward, under the client that the issuer's entry names. */
export interface SignedInPerson {
  /** Id of the issuer's entry. */
  readonly issuer: string;
  readonly client: string;
  readonly agreement: { readonly id: string; readonly version: number };
  readonly user: RequesterUser;
  /** Stands in audit records where the id of an access token would. */
  readonly id: string;
}

/** Nobody where the issuer's entry, its client, or the role of the person does not allow it now. */
export function toSignedInPerson(
  user: RequesterUser,
  issuer: UserIssuer,
  { register, now_ms }: { readonly register: Register; readonly now_ms: number },
): SignedInPerson | undefined {
  const client = register.client(issuer.signIn?.client ?? "");
  if (client === undefined) return undefined;
  const { id, version } = client.agreement;
  const person = { issuer: issuer.id, client: client.id, agreement: { id, version }, user, id: randomUUID() };
  return toRequester(person, { register, now_ms }).ok ? person : undefined;
}

/** Judged at each request: the register may have changed since the person signed in. */
export function toRequester(
  { issuer: issuerId, client: clientId, agreement, user, id }: SignedInPerson,
  { register, now_ms }: { readonly register: Register; readonly now_ms: number },
): Authentication {
  const issuer = register.issuer(issuerId);
  const client = register.client(clientId);
  const [purpose] = client?.agreement.purposes ?? [];
  const isSteward = issuer !== undefined && groupOf(user.role, issuer) === "steward";
  const isOfIssuer = issuer?.signIn?.client === clientId && user.id.startsWith(`${issuer.issuer}|`);
  if (!isSteward || !isOfIssuer || purpose === undefined || !isInForce(client, agreement, now_ms)) {
    return { ok: false, issue: { kind: "invalid-token", reason: "revoked" } };
  }
  const { system, value, authority } = client.organization;
  return {
    ok: true,
    requester: Object.freeze({
      client: client.id,
      organization: Object.freeze({
        system,
        value,
        authority,
        ancestors: register.ancestorsOf({ system, value }, now_ms),
      }),
      user,
      agreement: client.agreement,
      purpose,
      scopes: client.scopes,
      tokenId: id,
    }),
  };
}
