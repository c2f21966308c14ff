import { expect, test } from "vitest";
import { toRouteIssue } from "./route-issue.ts";

test.each([
  "/nothing",
  "/fhir/R4/metadata/x",
  "/fhir/R4/metadata/",
  "/fhir/R4/Patient/",
  "/fhir/R4/Patient/x/",
  "/fhir/R4/Patient/x/y",
  "/fhir/R4/Patient/_unknown",
  "/fhir/R4/Patient/_search/x",
  "/fhir/R4//Patient",
  "/fhir/R4/.well-known/smart-configuration",
  "/fhir/R4/openapi.json",
  "/oauth2/token/",
])("nothing is served at %s", (path) => {
  expect(toRouteIssue("GET", path)).toEqual({ kind: "unknown-route" });
});

const ON_INSTANCE = ["GET", "HEAD", "PUT", "PATCH", "DELETE"];
const ON_TYPE = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

test.each([
  { method: "OPTIONS", path: "/fhir/R4/Patient", allow: ON_TYPE },
  { method: "TRACE", path: "/fhir/R4/Patient/x", allow: ON_INSTANCE },
  { method: "POST", path: "/fhir/R4/Patient/x", allow: ON_INSTANCE },
  { method: "PUT", path: "/fhir/R4/AuditEvent/x", allow: ["GET", "HEAD"] },
  { method: "POST", path: "/fhir/R4/StructureDefinition", allow: ["GET", "HEAD"] },
  { method: "PUT", path: "/fhir/R4/Patient/x/_history/1", allow: ["GET", "HEAD"] },
  { method: "DELETE", path: "/fhir/R4/Patient/x/Observation", allow: ["GET", "HEAD"] },
  { method: "GET", path: "/fhir/R4/Patient/_search", allow: ["POST"] },
  { method: "PUT", path: "/fhir/R4", allow: ["GET", "HEAD", "POST"] },
  { method: "PUT", path: "/fhir/R4/", allow: ["GET", "HEAD", "POST"] },
  { method: "PUT", path: "/fhir/R4/Patient/x/$everything", allow: ["GET", "HEAD", "POST"] },
  { method: "POST", path: "/fhir/R4/metadata", allow: ["GET", "HEAD"] },
  { method: "GET", path: "/oauth2/token", allow: ["POST"] },
  { method: "DELETE", path: "/oauth2/jwks", allow: ["GET", "HEAD"] },
  { method: "PUT", path: "/ingest/leeds-eyfsp", allow: ["POST"] },
  { method: "DELETE", path: "/ingest/quarantine", allow: ["GET", "HEAD"] },
  { method: "POST", path: "/ingest/receipts/x", allow: ["GET", "HEAD"] },
  { method: "POST", path: "/ingest/receipts", allow: ["GET", "HEAD"] },
  { method: "POST", path: "/ingest/quality/leeds-eyfsp", allow: ["GET", "HEAD"] },
  { method: "DELETE", path: "/ingest/lineage/Patient/x", allow: ["GET", "HEAD"] },
  { method: "PUT", path: "/ingest/quarantine/x", allow: ["GET", "HEAD", "DELETE"] },
  { method: "PUT", path: "/ingest/quarantine/replay", allow: ["POST"] },
  { method: "GET", path: "/ingest/quarantine/x/replay", allow: ["POST"] },
  { method: "GET", path: "/ingest/leeds-eyfsp/withdraw", allow: ["POST"] },
  { method: "OPTIONS", path: "/", allow: ["GET", "HEAD"] },
])("$method $path is told to use $allow", ({ method, path, allow }) => {
  expect(toRouteIssue(method, path)).toEqual({ kind: "interaction-not-served", interaction: method, allow });
});

test("a type that is not served is told which one was probably meant", () => {
  expect(toRouteIssue("GET", "/fhir/R4/Patientt/x")).toEqual({
    kind: "unknown-type",
    type: "Patientt",
    nearest: "Patient",
  });
});

test("an operation at a place where it is not served is not told that it was meant itself", () => {
  expect(toRouteIssue("GET", "/fhir/R4/Patient/x/$expand")).toEqual({
    kind: "unknown-operation",
    operation: "$expand",
  });
});

test.each(["/fhir/R4/Patient/$everyting", "/fhir/R4/$everyting", "/fhir/R4/Patient/x/$everyting"])(
  "an operation that is not served is told which one was probably meant, at %s",
  (path) => {
    expect(toRouteIssue("GET", path)).toEqual({
      kind: "unknown-operation",
      operation: "$everyting",
      nearest: "$everything",
    });
  },
);
