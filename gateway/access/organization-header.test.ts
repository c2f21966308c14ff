import { expect, test } from "vitest";
import { checkOrganizationHeader, checkSessionRole } from "./organization-header.ts";
import type { RequesterUser } from "./requester.ts";

const organization = { system: "https://fhir.nhs.uk/Id/ods-organization-code", value: "Z99101", authority: "leeds" };
const user: RequesterUser = { id: "https://identity.example|1", role: "R8000", group: "gp", roles: ["1001", "1002"] };

test.each([
  [undefined, undefined],
  ["Z99101", undefined],
  ["Z99102", { kind: "organization-mismatch" }],
])("an organisation header of %s for Z99101 gives %j", (value, issue) => {
  expect(checkOrganizationHeader(value, { organization })).toEqual(issue);
});

test.each([
  ["nobody is signed in", "1003", undefined, undefined],
  ["it is not sent", undefined, user, undefined],
  ["it names a role of the person", "1002", user, undefined],
  ["it names no role of the person", "1003", user, { kind: "session-role-mismatch" }],
  ["it is empty", "", user, { kind: "session-role-mismatch" }],
  [
    "the issuer tells of no roles",
    "1001",
    { id: user.id, role: "R8000", group: "gp" } as const,
    { kind: "session-role-mismatch" },
  ],
])("a session role header, when %s, gives the right issue", (_, value, signedIn, issue) => {
  expect(checkSessionRole(value, signedIn === undefined ? {} : { user: signedIn })).toEqual(issue);
});
