import type { RegisterProblem } from "./register-checks.ts";
import type { ParsedRegisterFile } from "./register-file.ts";
import { hasReviewScope, parseScope } from "./scope.ts";

type ParsedIssuer = ParsedRegisterFile["issuers"][number];

/** That stewards can sign in where the register says so, and nobody else. */
export function checkIssuers({ issuers, clients }: ParsedRegisterFile): readonly RegisterProblem[] {
  return issuers.flatMap((issuer, index) => checkSignIn(issuer, clients, `issuers[${index}]`));
}

function checkSignIn(
  { signIn, audience, groups }: ParsedIssuer,
  clients: ParsedRegisterFile["clients"],
  path: string,
): RegisterProblem[] {
  if (signIn === undefined) return [];
  const problems: RegisterProblem[] = [];
  if (signIn.clientId === audience) {
    problems.push({
      path: `${path}.signIn.clientId`,
      message:
        "the systems of the users are known to the issuer by this one (audience); register the gateway there by itself",
    });
  }
  if (!Object.values(groups).includes("steward")) {
    problems.push({
      path: `${path}.groups`,
      message: "no role of this issuer is a steward's, so that nobody could sign in; name one, or take signIn out",
    });
  }
  const at = `${path}.signIn.client`;
  const client = clients.find(({ id }) => id === signIn.client);
  if (client === undefined) {
    problems.push({ path: at, message: `${signIn.client} is no client of this register` });
  } else if (!hasReviewScope(client.scopes.flatMap(toScopes))) {
    problems.push({
      path: at,
      message: `${signIn.client} is no steward's: expected a client with the scope identity/review`,
    });
  }
  return problems;
}

function toScopes(text: string) {
  const parsed = parseScope(text);
  return parsed.ok ? [parsed.scope] : [];
}
