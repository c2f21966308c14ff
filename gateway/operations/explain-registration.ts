import type { ServedType } from "#profiles/interactions.ts";
import { type Client, isInForce } from "../access/register.ts";
import type { Requester } from "../access/requester.ts";
import { hasScope } from "../access/scope.ts";
import type { Explanation, ExplanationStep } from "../disclosure/explanation.ts";

interface Registered {
  readonly client: Client;
  readonly requester: Requester;
  readonly type: ServedType;
  /** Milliseconds since 1970. */
  readonly at_ms: number;
}

/** What a request meets before anybody looks at the child: any of it denies, whatever the rules on disclosure say. */
export function withRegistration({ decision, steps }: Explanation, registered: Registered): Explanation {
  const before = stepsOf(registered);
  const isDenied = before.some(({ effect }) => effect === "denies");
  return { decision: isDenied ? "deny" : decision, steps: [...before, ...steps] };
}

function stepsOf({ client, requester, type, at_ms }: Registered): readonly ExplanationStep[] {
  const { agreement, purpose, scopes } = requester;
  const basis = `agreement/${agreement.id}/${agreement.version}`;
  const step = (rule: string, isMet: boolean, [met, unmet]: readonly [string, string]): ExplanationStep => ({
    rule,
    basis: rule === "agreement" || rule === "purpose" ? basis : `client/${client.id}`,
    effect: isMet ? "permits" : "denies",
    reason: isMet ? met : unmet,
  });
  return [
    step("client", client.enabled, ["The client is enabled.", "The client is disabled."]),
    step("agreement", isInForce(client, at_ms), [
      "The agreement of the client holds at that time.",
      "The agreement of the client does not hold at that time.",
    ]),
    step("purpose", agreement.purposes.includes(purpose), [
      "The agreement names this purpose.",
      "The agreement does not name this purpose: no token is issued for it.",
    ]),
    step("scope", hasScope(scopes, type, "r") || hasScope(scopes, type, "s"), [
      "The client is registered for a scope that reaches this type; a token may hold less.",
      "The client is registered for no scope that reaches this type.",
    ]),
  ];
}
