import type { RegisterProblem } from "./register-checks.ts";
import { DUTY_TO_SHARE } from "./register-checks-agreement.ts";
import type { ParsedClient } from "./register-client.ts";
import type { ParsedRegisterFile } from "./register-file.ts";

/** That a client fits what it is given: keys, limits, and the bases that its kind of organisation may rest on. */
export function checkClientSense(
  client: ParsedClient,
  file: ParsedRegisterFile,
  path: string,
): readonly RegisterProblem[] {
  const agreement = file.agreements.find(({ id }) => id === client.agreement);
  const organization = file.organizations.find(({ id }) => id === client.organization);
  const problems: RegisterProblem[] = [];
  if (client.jwks === undefined && client.jwks_uri === undefined) {
    problems.push({ path: `${path}.jwks`, message: "expected the client's public keys here, or jwks_uri" });
  }
  if (client.limits === "none" && agreement?.idSpace === "") {
    problems.push({
      path: `${path}.limits`,
      message: "none only under an agreement with an idSpace of its own, where no person is real; give numbers",
    });
  }
  if (agreement?.legalBasis.article6 === "6(1)(ea)" && client.kind !== "early-years-setting") {
    problems.push({
      path: `${path}.agreement`,
      message: "6(1)(ea) is not for tasks of public authorities; give this client an agreement on another basis",
    });
  }
  if (agreement?.duties?.includes(DUTY_TO_SHARE) && organization && organization.relevantPerson === undefined) {
    problems.push({
      path: `${path}.agreement`,
      message: `names ${DUTY_TO_SHARE}, and the organization ${organization.id} is no relevant person; say relevantPerson there, or take the duty out`,
    });
  }
  return problems;
}
