import { expect, test } from "vitest";
import { toRouteIssue } from "./route-issue.ts";

test.each([
  "/nothing",
  "/fhir/R4",
  "/fhir/R4/",
  "/fhir/R4/metadata/x",
  "/fhir/R4/metadata/",
  "/fhir/R4/Patient/",
  "/fhir/R4/Patient/x/",
  "/fhir/R4/Patient/x/y",
  "/fhir/R4/Patient/_history",
  "/fhir/R4/Patient/_unknown",
  "/fhir/R4/Patient/_search/x",
  "/fhir/R4/Patient/$match",
  "/fhir/R4//Patient",
  "/fhir/R4/_history",
  "/fhir/R4/$export",
  "/oauth2/token/",
])("nothing is served at %s", (path) => {
  expect(toRouteIssue("GET", path)).toEqual({ kind: "unknown-route" });
});

test.each([
  { method: "OPTIONS", path: "/fhir/R4/Patient", interaction: "options", allow: ["GET", "HEAD"] },
  { method: "TRACE", path: "/fhir/R4/Patient/x", interaction: "trace", allow: ["GET", "HEAD"] },
  { method: "PUT", path: "/fhir/R4/Patient/x", interaction: "update", allow: ["GET", "HEAD"] },
  { method: "GET", path: "/fhir/R4/Patient/_search", interaction: "search-type", allow: ["POST"] },
  { method: "POST", path: "/fhir/R4/metadata", interaction: "POST", allow: ["GET", "HEAD"] },
  { method: "GET", path: "/oauth2/token", interaction: "GET", allow: ["POST"] },
  { method: "DELETE", path: "/oauth2/jwks", interaction: "DELETE", allow: ["GET", "HEAD"] },
  { method: "PUT", path: "/ingest/leeds-eyfsp", interaction: "PUT", allow: ["POST"] },
  { method: "DELETE", path: "/ingest/quarantine", interaction: "DELETE", allow: ["GET", "HEAD"] },
  { method: "POST", path: "/ingest/receipts/x", interaction: "POST", allow: ["GET", "HEAD"] },
  { method: "OPTIONS", path: "/", interaction: "OPTIONS", allow: ["GET", "HEAD"] },
])("$method $path is told to use $allow", ({ method, path, interaction, allow }) => {
  expect(toRouteIssue(method, path)).toEqual({ kind: "interaction-not-served", interaction, allow });
});

test("a type that is not served is told which one was probably meant", () => {
  expect(toRouteIssue("GET", "/fhir/R4/Patientt/x")).toEqual({
    kind: "unknown-type",
    type: "Patientt",
    nearest: "Patient",
  });
});
