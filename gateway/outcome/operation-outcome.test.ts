import { normalizeOperationOutcome } from "@medplum/core";
import { describe, expect, test } from "vitest";
import { SPINE_ERROR } from "#profiles/systems.ts";
import type { Issue } from "./issue.ts";
import { toOutcome, toUnexpected } from "./operation-outcome.ts";

interface Row {
  readonly issue: Issue;
  readonly status: number;
  readonly code: string;
  readonly spine?: string;
  readonly says?: RegExp;
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  readonly expression?: string;
}

/** One row or more a kind; the type makes a kind without a row a compile error. */
const ROWS: { readonly [kind in Issue["kind"]]: readonly Omit<Row, "kind">[] } = {
  "malformed-request": [{ issue: { kind: "malformed-request" }, status: 400, code: "structure" }],
  "headers-too-large": [{ issue: { kind: "headers-too-large" }, status: 431, code: "too-long" }],
  "request-timeout": [{ issue: { kind: "request-timeout" }, status: 408, code: "timeout" }],
  "unknown-route": [
    { issue: { kind: "unknown-route" }, status: 404, code: "not-supported", spine: "UNSUPPORTED_SERVICE" },
  ],
  "unknown-type": [
    {
      issue: { kind: "unknown-type", type: "Observaton", nearest: "Observation" },
      status: 404,
      code: "not-supported",
      spine: "UNSUPPORTED_SERVICE",
      says: /Observaton is not served\. Did you mean Observation\?/,
    },
  ],
  "unknown-operation": [
    {
      issue: { kind: "unknown-operation", operation: "$everyting", nearest: "$everything" },
      status: 404,
      code: "not-supported",
      spine: "UNSUPPORTED_SERVICE",
      says: /\$everyting is not served at this address\. Did you mean \$everything\?/,
    },
  ],
  "interaction-not-served": [
    {
      issue: { kind: "interaction-not-served", interaction: "delete", allow: ["GET", "HEAD"] },
      status: 405,
      code: "not-supported",
      spine: "UNSUPPORTED_SERVICE",
      says: /delete/,
      headers: { Allow: "GET, HEAD" },
    },
  ],
  "not-found": [
    { issue: { kind: "not-found", type: "Patient" }, status: 404, code: "not-found", spine: "RESOURCE_NOT_FOUND" },
    {
      issue: { kind: "not-found", type: "Patient", isVersion: true },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
      says: /with this id and version for/,
    },
  ],
  "invalid-id": [
    { issue: { kind: "invalid-id", type: "Patient" }, status: 400, code: "value", spine: "INVALID_RESOURCE_ID" },
  ],
  "held-no-more": [{ issue: { kind: "held-no-more" }, status: 409, code: "conflict", says: /\/ingest\/quarantine/ }],
  "content-needed": [{ issue: { kind: "content-needed" }, status: 422, code: "required", says: /Send it corrected/ }],
  "one-record-needed": [
    { issue: { kind: "one-record-needed" }, status: 422, code: "structure", says: /exactly one record/ },
  ],
  "unknown-ingest-parameter": [
    {
      issue: { kind: "unknown-ingest-parameter", parameter: "dryrun", known: ["dry-run"], nearest: "dry-run" },
      status: 400,
      code: "not-supported",
      spine: "ADDITIONAL_PROPERTIES",
      says: /Did you mean dry-run\? Known are dry-run\./,
      expression: "http.dryrun",
    },
    {
      issue: { kind: "unknown-ingest-parameter", parameter: "dry-run", known: [] },
      status: 400,
      code: "not-supported",
      spine: "ADDITIONAL_PROPERTIES",
      says: /nothing was done\. This address has none/,
      expression: "http.dry-run",
    },
  ],
  "bad-request-body": [
    {
      issue: { kind: "bad-request-body", expected: "a JSON object with a reason" },
      status: 400,
      code: "structure",
      spine: "INVALID_VALUE",
      says: /a JSON object with a reason/,
    },
  ],
  "unknown-parameter": [
    {
      issue: { kind: "unknown-parameter", parameter: "birthdat", type: "Patient", nearest: "birthdate" },
      status: 400,
      code: "not-supported",
      spine: "ADDITIONAL_PROPERTIES",
      says: /birthdat .*Patient.*Did you mean birthdate\?/,
      expression: "http.birthdat",
    },
    {
      issue: { kind: "unknown-parameter", parameter: "patient.identifer", type: "Observation" },
      status: 400,
      code: "not-supported",
      spine: "ADDITIONAL_PROPERTIES",
      expression: "http.patient.identifer",
    },
  ],
  "unknown-modifier": [
    {
      issue: { kind: "unknown-modifier", parameter: "family", modifier: "fuzzy", known: ["exact", "contains"] },
      status: 400,
      code: "not-supported",
      spine: "INVALID_SEARCH_DATA",
      says: /:fuzzy .*family.*:exact, :contains/,
      expression: "http.family",
    },
    {
      issue: { kind: "unknown-modifier", parameter: "_id", modifier: "exact", known: [] },
      status: 400,
      code: "not-supported",
      spine: "INVALID_SEARCH_DATA",
      says: /takes no modifier/,
      expression: "http._id",
    },
  ],
  "bad-parameter-value": [
    {
      issue: { kind: "bad-parameter-value", parameter: "birthdate", expected: "a date", entry: 0 },
      status: 400,
      code: "value",
      spine: "INVALID_VALUE",
      expression: "Bundle.entry[0].request.url",
    },
    {
      issue: { kind: "bad-parameter-value", parameter: "_count", expected: "a whole number from 0" },
      status: 400,
      code: "value",
      spine: "INVALID_VALUE",
      says: /_count is not understood: expected a whole number from 0/,
      expression: "http._count",
    },
  ],
  "bad-chain": [
    {
      issue: { kind: "bad-chain", parameter: "subject", expected: "a type that it leads to: Patient" },
      status: 400,
      code: "not-supported",
      spine: "INVALID_SEARCH_DATA",
      says: /chain through subject cannot be followed: expected a type that it leads to: Patient/,
      expression: "http.subject",
    },
  ],
  "unknown-value-set": [
    {
      issue: { kind: "unknown-value-set", parameter: "code" },
      status: 400,
      code: "not-supported",
      spine: "INVALID_SEARCH_DATA",
      says: /value set that code names is not held here/,
      expression: "http.code",
    },
  ],
  "unknown-hierarchy": [
    {
      issue: { kind: "unknown-hierarchy", parameter: "code" },
      status: 400,
      code: "not-supported",
      spine: "INVALID_SEARCH_DATA",
      says: /its code system is not held here, or has no such code/,
      expression: "http.code",
    },
  ],
  "missing-parameter": [
    {
      issue: { kind: "missing-parameter", parameter: "patient", expected: "a reference" },
      status: 400,
      code: "required",
      spine: "MISSING_VALUE",
      expression: "http.patient",
    },
  ],
  "repeated-parameter": [
    {
      issue: { kind: "repeated-parameter", parameter: "_count" },
      status: 400,
      code: "invalid",
      spine: "TOO_MANY_VALUES_SUBMITTED",
      expression: "http._count",
    },
  ],
  "too-many-parameters": [
    {
      issue: { kind: "too-many-parameters", max: 20 },
      status: 400,
      code: "too-costly",
      spine: "TOO_MANY_VALUES_SUBMITTED",
      says: /20/,
    },
  ],
  "too-many-values": [
    {
      issue: { kind: "too-many-values", parameter: "code", max: 50 },
      status: 400,
      code: "too-costly",
      spine: "TOO_MANY_VALUES_SUBMITTED",
      says: /code .*50/,
      expression: "http.code",
    },
  ],
  "url-too-long": [{ issue: { kind: "url-too-long", max: 4096 }, status: 414, code: "too-long", says: /_search/ }],
  "too-costly": [
    {
      issue: { kind: "too-costly", parameter: "_has", max: 5000 },
      status: 400,
      code: "too-costly",
      spine: "TOO_MANY_VALUES_SUBMITTED",
      says: /_has .*5000/,
      expression: "http._has",
    },
  ],
  "stale-page": [{ issue: { kind: "stale-page" }, status: 400, code: "value", spine: "INVALID_VALUE" }],
  "body-too-large": [{ issue: { kind: "body-too-large", max: 1 }, status: 413, code: "too-long" }],
  "unsupported-media-type": [
    {
      issue: { kind: "unsupported-media-type", expected: "application/fhir+json" },
      status: 415,
      code: "not-supported",
      says: /expected application\/fhir\+json/,
    },
    {
      issue: { kind: "unsupported-media-type", expected: "a patch", acceptPatch: "application/json-patch+json" },
      status: 415,
      code: "not-supported",
      headers: { "Accept-Patch": /json-patch/ },
    },
  ],
  "unsupported-content-encoding": [
    { issue: { kind: "unsupported-content-encoding" }, status: 415, code: "not-supported", says: /Content-Encoding/ },
  ],
  "not-acceptable": [
    { issue: { kind: "not-acceptable" }, status: 406, code: "not-supported", says: /application\/fhir\+json/ },
  ],
  "malformed-json": [
    {
      issue: { kind: "malformed-json", line: 3, column: 14, reason: "a comma is missing" },
      status: 400,
      code: "structure",
      spine: "INVALID_VALUE",
      says: /line 3, column 14 \(a comma is missing\)/,
    },
  ],
  "missing-token": [
    {
      issue: { kind: "missing-token" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      headers: { "WWW-Authenticate": 'Bearer realm="fhir"' },
    },
  ],
  "invalid-token": [
    {
      issue: { kind: "invalid-token", reason: "expired" },
      status: 401,
      code: "expired",
      spine: "ACCESS_DENIED",
      headers: { "WWW-Authenticate": /^Bearer realm="fhir", error="invalid_token", error_description="[^"\\]+"$/ },
    },
    {
      issue: { kind: "invalid-token", reason: "not-ours" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      headers: { "WWW-Authenticate": /error="invalid_token"/ },
    },
    {
      issue: { kind: "invalid-token", reason: "revoked" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      headers: { "WWW-Authenticate": /error="invalid_token"/ },
    },
  ],
  "invalid-proof": [
    {
      issue: { kind: "invalid-proof", needsNonce: true, text: "A nonce is needed.", nonce: "n1" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      says: /nonce/,
      headers: { "WWW-Authenticate": /^DPoP realm="fhir", error="use_dpop_nonce"/, "DPoP-Nonce": "n1" },
    },
    {
      issue: { kind: "invalid-proof", needsNonce: false, text: "No proof.", nonce: "n1" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      headers: { "WWW-Authenticate": /^DPoP realm="fhir", error="invalid_dpop_proof"/, "DPoP-Nonce": "n1" },
    },
  ],
  "other-certificate": [
    {
      issue: { kind: "other-certificate" },
      status: 401,
      code: "login",
      spine: "ACCESS_DENIED",
      says: /certificate/,
      headers: { "WWW-Authenticate": /error="invalid_token"/ },
    },
  ],
  "insufficient-scope": [
    {
      issue: { kind: "insufficient-scope", needed: "system/Observation.rs" },
      status: 403,
      code: "forbidden",
      spine: "ACCESS_DENIED",
      says: /system\/Observation\.rs/,
      headers: { "WWW-Authenticate": /error="insufficient_scope", scope="system\/Observation\.rs"/ },
    },
  ],
  "purpose-mismatch": [{ issue: { kind: "purpose-mismatch" }, status: 403, code: "forbidden", spine: "ACCESS_DENIED" }],
  "organization-mismatch": [
    {
      issue: { kind: "organization-mismatch" },
      status: 403,
      code: "forbidden",
      spine: "ACCESS_DENIED",
      says: /NHSD-End-User-Organisation-ODS/,
    },
  ],
  "session-role-mismatch": [
    {
      issue: { kind: "session-role-mismatch" },
      status: 403,
      code: "forbidden",
      spine: "ACCESS_DENIED",
      says: /NHSD-Session-URID/,
    },
  ],
  "unknown-source": [
    {
      issue: { kind: "unknown-source", source: "leeds-eyfs" },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
      says: /leeds-eyfs /,
    },
  ],
  "source-not-allowed": [
    {
      issue: { kind: "source-not-allowed", source: "leeds-eyfsp" },
      status: 403,
      code: "forbidden",
      spine: "ACCESS_DENIED",
      says: /ingest\/leeds-eyfsp/,
    },
  ],
  "too-many-requests": [
    {
      issue: { kind: "too-many-requests", retryAfter_s: 7 },
      status: 429,
      code: "throttled",
      spine: "TOO_MANY_REQUESTS",
      headers: { "Retry-After": "7" },
    },
  ],
  unavailable: [
    {
      issue: { kind: "unavailable", what: "audit", retryAfter_s: 5 },
      status: 503,
      code: "transient",
      spine: "UNABLE_TO_CALL_SERVICE",
      headers: { "Retry-After": "5" },
    },
  ],
  "not-ready": [
    {
      issue: { kind: "not-ready", retryAfter_s: 2 },
      status: 503,
      code: "transient",
      spine: "UNABLE_TO_CALL_SERVICE",
      headers: { "Retry-After": "2" },
    },
  ],
  "invalid-resource": [
    {
      issue: {
        kind: "invalid-resource",
        against: "base",
        flaw: { severity: "error", code: "required", expression: "Observation.status", message: "Expected a value." },
      },
      status: 400,
      code: "required",
      expression: "Observation.status",
    },
    {
      issue: {
        kind: "invalid-resource",
        against: "rule",
        flaw: {
          severity: "error",
          code: "business-rule",
          expression: "Consent.provision",
          message: "It permits and denies the same.",
          line: 3,
          column: 5,
        },
      },
      status: 422,
      code: "business-rule",
      says: /line 3, column 5/,
      expression: "Consent.provision",
    },
    {
      issue: {
        kind: "invalid-resource",
        against: "base",
        flaw: { severity: "error", code: "required", expression: "Observation.status", message: "Expected a value." },
        entry: 1,
      },
      status: 400,
      code: "required",
      expression: "Bundle.entry[1].resource.status",
    },
    {
      issue: {
        kind: "invalid-resource",
        against: "base",
        flaw: { severity: "error", code: "duplicate", expression: "entry.fullUrl", message: "Another has it too." },
        entry: 3,
      },
      status: 400,
      code: "duplicate",
      expression: "Bundle.entry[3].fullUrl",
    },
  ],
  gone: [{ issue: { kind: "gone", type: "Patient" }, status: 410, code: "deleted" }],
  "version-conflict": [
    { issue: { kind: "version-conflict", type: "Patient" }, status: 412, code: "conflict", says: /Read it again/ },
  ],
  "multiple-matches": [{ issue: { kind: "multiple-matches", type: "Patient" }, status: 412, code: "multiple-matches" }],
  "malformed-header": [
    {
      issue: { kind: "malformed-header", header: "If-Match", expected: 'W/"[version]"' },
      status: 400,
      code: "value",
      spine: "INVALID_VALUE",
      says: /If-Match .*W\/"\[version\]"/,
    },
  ],
  "client-id-refused": [
    {
      issue: { kind: "client-id-refused", type: "Patient" },
      status: 405,
      code: "not-supported",
      says: /POST Patient/,
      headers: { Allow: "GET, HEAD" },
    },
  ],
  "not-own": [
    { issue: { kind: "not-own", type: "Patient" }, status: 403, code: "forbidden", spine: "ACCESS_DENIED" },
    {
      issue: { kind: "not-own", type: "Patient", entry: 2 },
      status: 403,
      code: "forbidden",
      spine: "ACCESS_DENIED",
      expression: "Bundle.entry[2]",
    },
  ],
  "already-there": [
    { issue: { kind: "already-there", type: "Patient" }, status: 412, code: "conflict", says: /If-None-Match/ },
  ],
  "no-match": [{ issue: { kind: "no-match", type: "Patient" }, status: 412, code: "not-found", says: /no Patient/ }],
  "nothing-to-write": [
    { issue: { kind: "nothing-to-write", type: "Patient" }, status: 403, code: "forbidden", spine: "ACCESS_DENIED" },
  ],
  "too-many-entries": [
    { issue: { kind: "too-many-entries", max: 500 }, status: 413, code: "too-costly", says: /500 entries/ },
  ],
  "unrecorded-write": [
    {
      issue: { kind: "unrecorded-write", retryAfter_s: 5 },
      status: 503,
      code: "transient",
      spine: "UNABLE_TO_CALL_SERVICE",
      says: /unknown to you until you read/,
      headers: { "Retry-After": "5" },
    },
  ],
  "bad-operation-parameter": [
    {
      issue: { kind: "bad-operation-parameter", parameter: "url", expected: "the URL of a value set" },
      status: 400,
      code: "value",
      spine: "INVALID_VALUE",
      says: /url .*the URL of a value set/,
      expression: "http.url",
    },
  ],
  "unknown-canonical": [
    {
      issue: { kind: "unknown-canonical", type: "ValueSet" },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
    },
  ],
  "unknown-code": [
    {
      issue: { kind: "unknown-code", isWhole: true },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
    },
    {
      issue: { kind: "unknown-code", isWhole: false },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
    },
  ],
  "item-changed": [{ issue: { kind: "item-changed" }, status: 409, code: "conflict", says: /Read it again/ }],
  "item-version-needed": [{ issue: { kind: "item-version-needed" }, status: 428, code: "required", says: /If-Match/ }],
  "form-refused": [{ issue: { kind: "form-refused" }, status: 403, code: "forbidden", says: /open the page again/ }],
  "sign-in-refused": [
    {
      issue: { kind: "sign-in-refused", why: "state", reason: "x" },
      status: 403,
      code: "forbidden",
      says: /Begin it again/,
    },
    { issue: { kind: "sign-in-refused", why: "cancelled" }, status: 403, code: "forbidden", says: /cancelled/ },
    {
      issue: { kind: "sign-in-refused", why: "issuer-refused" },
      status: 403,
      code: "forbidden",
      says: /not completed/,
    },
    {
      issue: { kind: "sign-in-refused", why: "issuer-away" },
      status: 503,
      code: "transient",
      headers: { "Retry-After": "60" },
      says: /in a minute/,
    },
    { issue: { kind: "sign-in-refused", why: "token" }, status: 403, code: "forbidden", says: /does not fit/ },
    { issue: { kind: "sign-in-refused", why: "role" }, status: 403, code: "forbidden", says: /data steward/ },
  ],
  "reason-refused": [
    {
      issue: { kind: "reason-refused", why: "missing", max: 1_000 },
      status: 422,
      code: "business-rule",
      says: /needs a reason/,
    },
    {
      issue: { kind: "reason-refused", why: "too-long", max: 1_000 },
      status: 422,
      code: "business-rule",
      says: /1000 characters/,
    },
    {
      issue: { kind: "reason-refused", why: "identifies", max: 1_000 },
      status: 422,
      code: "business-rule",
      says: /without saying who/,
    },
  ],
  "oversight-refused": [
    ...(["no-overseer", "own-decision", "no-break-glass", "user-needed", "purpose-needed"] as const).map((refusal) => ({
      issue: { kind: "oversight-refused", refusal } as const,
      status: 403,
      code: "forbidden",
    })),
    ...(["already-reviewed", "already-ended"] as const).map((refusal) => ({
      issue: { kind: "oversight-refused", refusal } as const,
      status: 409,
      code: "conflict",
    })),
    ...(["recipient-not-bound", "until-past"] as const).map((refusal) => ({
      issue: { kind: "oversight-refused", refusal } as const,
      status: 422,
      code: "business-rule",
    })),
  ],
  "modifier-extension": [
    {
      issue: { kind: "modifier-extension", expression: "Patient.modifierExtension" },
      status: 400,
      code: "extension",
      spine: "INVALID_VALUE",
      expression: "Patient.modifierExtension",
    },
  ],
  "no-such-identifier": [{ issue: { kind: "no-such-identifier" }, status: 404, code: "not-found" }],
  "unknown-identifier-system": [
    {
      issue: { kind: "unknown-identifier-system", parameter: "sourceIdentifier" },
      status: 400,
      code: "code-invalid",
      expression: "http.sourceIdentifier",
    },
    {
      issue: { kind: "unknown-identifier-system", parameter: "targetSystem" },
      status: 403,
      code: "code-invalid",
      expression: "http.targetSystem",
    },
  ],
  "no-such-patient": [
    {
      issue: { kind: "no-such-patient", parameter: "source-patient" },
      status: 404,
      code: "not-found",
      spine: "RESOURCE_NOT_FOUND",
    },
  ],
  "several-patients": [
    { issue: { kind: "several-patients", parameter: "source-patient" }, status: 422, code: "multiple-matches" },
  ],
  "result-not-told": [
    {
      issue: { kind: "result-not-told", element: "birthDate" },
      status: 422,
      code: "business-rule",
      expression: "Patient.birthDate",
    },
  ],
  "not-for-families": [{ issue: { kind: "not-for-families" }, status: 403, code: "forbidden" }],
  "no-such-decision": [
    { issue: { kind: "no-such-decision" }, status: 404, code: "not-found", spine: "RESOURCE_NOT_FOUND" },
  ],
  "decision-refused": [
    { issue: { kind: "decision-refused", refusal: "same-child" }, status: 422, code: "business-rule" },
    { issue: { kind: "decision-refused", refusal: "already-merged" }, status: 409, code: "conflict" },
    { issue: { kind: "decision-refused", refusal: "do-not-link" }, status: 409, code: "conflict" },
    { issue: { kind: "decision-refused", refusal: "numbers-differ" }, status: 422, code: "business-rule" },
    { issue: { kind: "decision-refused", refusal: "out-of-scope" }, status: 422, code: "business-rule" },
    { issue: { kind: "decision-refused", refusal: "already-undone" }, status: 409, code: "conflict" },
    { issue: { kind: "decision-refused", refusal: "built-upon" }, status: 409, code: "conflict" },
    { issue: { kind: "decision-refused", refusal: "not-merged" }, status: 422, code: "business-rule" },
  ],
  unexpected: [{ issue: { kind: "unexpected" }, status: 500, code: "exception" }],
};

const ALL: readonly Row[] = Object.values(ROWS).flat();

describe("every issue has one status, one code and a text that says what to do", () => {
  test.each(ALL)("$issue.kind answers $status $code", (row) => {
    const failure = toOutcome(row.issue);
    expect(failure.status).toBe(row.status);
    const [issue, ...others] = failure.outcome.issue;
    expect(others).toEqual([]);
    expect(issue?.code).toBe(row.code);
    expect(issue?.details?.coding?.[0]?.code).toBe(row.spine);
    if (row.says !== undefined) expect(issue?.diagnostics).toMatch(row.says);
    expect(issue?.expression).toEqual(row.expression === undefined ? undefined : [row.expression]);
    expect(issue?.location).toEqual(issue?.expression);
    expect(Object.keys(failure.headers ?? {})).toEqual(Object.keys(row.headers ?? {}));
    for (const [name, value] of Object.entries(row.headers ?? {}))
      expect(failure.headers?.[name]).toMatch(typeof value === "string" ? new RegExp(`^${value}$`) : value);
  });

  test("a status that promises a header always carries it", () => {
    const needed = new Map([
      [401, "WWW-Authenticate"],
      [405, "Allow"],
      [429, "Retry-After"],
      [503, "Retry-After"],
    ]);
    const missing = ALL.map((row) => toOutcome(row.issue)).filter(({ status, headers }) => {
      const name = needed.get(status);
      return name !== undefined && headers?.[name] === undefined;
    });
    expect(missing).toEqual([]);
  });

  test("a coding of the Spine names system, version and display", () => {
    const coding = toOutcome({ kind: "not-found", type: "Patient" }).outcome.issue[0]?.details?.coding?.[0];
    expect(coding).toEqual({
      system: SPINE_ERROR,
      version: "1",
      code: "RESOURCE_NOT_FOUND",
      display: "Resource not found",
    });
  });

  test("every failure but the bare 500 has diagnostics", () => {
    const silent = ALL.filter((row) => toOutcome(row.issue).outcome.issue[0]?.diagnostics === undefined);
    expect(silent.map((row) => row.issue.kind)).toEqual(["unexpected"]);
  });
});

describe("no answer repeats what may tell of a child", () => {
  const NUMBER = "9990000018";
  test.each<{ readonly name: string; readonly issue: Issue }>([
    { name: "a parameter name", issue: { kind: "unknown-parameter", parameter: NUMBER, type: "Patient" } },
    { name: "a word with a number in it", issue: { kind: "unknown-parameter", parameter: `x${NUMBER}`, type: "P" } },
    { name: "a type", issue: { kind: "unknown-type", type: NUMBER } },
    { name: "a modifier", issue: { kind: "unknown-modifier", parameter: "family", modifier: NUMBER, known: [] } },
    { name: "a source", issue: { kind: "unknown-source", source: NUMBER } },
    { name: "a scope", issue: { kind: "insufficient-scope", needed: `system/${NUMBER}` } },
    { name: "a parser's reason", issue: { kind: "malformed-json", line: 1, column: 1, reason: `near "${NUMBER}"` } },
  ])("$name that holds a number is not repeated", ({ issue }) => {
    const text = JSON.stringify(toOutcome(issue));
    expect(text).not.toContain(NUMBER);
    expect(text).not.toContain("near");
  });

  test("a control character or a quote cannot get into a header", () => {
    const { headers } = toOutcome({ kind: "insufficient-scope", needed: 'x"\r\nSet-Cookie: a=b' });
    expect(headers?.["WWW-Authenticate"]).not.toMatch(/Set-Cookie|[\r\n]/);
  });
});

describe("something thrown", () => {
  const thrown = new Error("connect ECONNREFUSED redis://gateway:s3cret@cache.internal:6379");

  test("becomes a bare 500 that tells nothing of it", () => {
    const failure = toOutcome(toUnexpected(thrown));
    expect(failure).toEqual({
      status: 500,
      outcome: { resourceType: "OperationOutcome", issue: [{ severity: "fatal", code: "exception" }] },
    });
  });

  test.each(["StoreUnavailableError", "AuditError"])("%s becomes a 503 that says when to ask again", (name) => {
    const error = Object.assign(new Error(thrown.message), { name });
    const { status, headers, outcome } = toOutcome(toUnexpected(error));
    expect([status, headers?.["Retry-After"]]).toEqual([503, "5"]);
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  test("would have shown its password through the mapping that comes with @medplum/core", () => {
    expect(JSON.stringify(normalizeOperationOutcome(thrown))).toContain("s3cret");
    expect(JSON.stringify(toOutcome(toUnexpected(thrown)))).not.toContain("s3cret");
  });
});
