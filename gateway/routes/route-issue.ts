import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";

export const FHIR_PATH = "/fhir/R4";

const GET_ONLY = ["GET", "HEAD"];
const POST_ONLY = ["POST"];
const TYPES = SERVED_RESOURCES.map(({ type }) => type as string);

/** Which methods the addresses beside the FHIR types take. */
const OTHER_ROUTES: readonly (readonly [path: RegExp, allow: readonly string[]])[] = [
  [/^\/fhir\/R4\/(metadata|\.well-known\/smart-configuration)$/, GET_ONLY],
  [/^\/oauth2\/token$/, POST_ONLY],
  [/^\/(oauth2\/jwks|health\/live|health\/ready|metrics|)$/, GET_ONLY],
  [/^\/ingest\/(receipts\/[^/]+|quarantine)$/, GET_ONLY],
  [/^\/ingest\/[^/]+$/, POST_ONLY],
];

/** What a method and a path that no route takes are told. */
export function toRouteIssue(method: string, path: string): Issue {
  const allow = OTHER_ROUTES.find(([route]) => route.test(path))?.[1];
  if (allow !== undefined) return { kind: "interaction-not-served", interaction: method, allow };
  return path.startsWith(`${FHIR_PATH}/`)
    ? toFhirRouteIssue(method, path.slice(FHIR_PATH.length + 1))
    : { kind: "unknown-route" };
}

function toFhirRouteIssue(method: string, path: string): Issue {
  const [type = "", second, ...rest] = path.split("/");
  if (!/^[A-Za-z]/.test(type) || type === "metadata") return { kind: "unknown-route" };
  if (!TYPES.includes(type)) {
    const closest = nearest(type, TYPES);
    return closest === undefined ? { kind: "unknown-type", type } : { kind: "unknown-type", type, nearest: closest };
  }
  if (second === "_search" && rest.length === 0) {
    return { kind: "interaction-not-served", interaction: toInteraction(method) ?? "search-type", allow: POST_ONLY };
  }
  if (rest.length > 0 || second === "" || /^[_$]/.test(second ?? "")) return { kind: "unknown-route" };
  return {
    kind: "interaction-not-served",
    interaction: toInteraction(method) ?? method.toLowerCase(),
    allow: GET_ONLY,
  };
}

function toInteraction(method: string): string | undefined {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return "delete";
    default:
      return undefined;
  }
}
