import { SERVED_RESOURCES } from "#profiles/interactions.ts";
import { ROUTES } from "#profiles/routes.ts";
import type { Issue } from "../outcome/issue.ts";
import { nearest } from "../outcome/nearest.ts";

export const FHIR_PATH = "/fhir/R4";

const GET_ONLY = ["GET", "HEAD"];
const POST_ONLY = ["POST"];
const TYPES = SERVED_RESOURCES.map(({ type }) => type as string);

/** Which methods the addresses beside the FHIR routes take. */
const OTHER_ROUTES: readonly (readonly [path: RegExp, allow: readonly string[]])[] = [
  [/^\/fhir\/R4\/(openapi\.json|\.well-known\/smart-configuration)$/, GET_ONLY],
  [/^\/oauth2\/token$/, POST_ONLY],
  [/^\/(oauth2\/jwks|health\/live|health\/ready|metrics|)$/, GET_ONLY],
  [/^\/ingest\/(receipts(\/[^/]+)?|records|quarantine|quality\/[^/]+|lineage\/[^/]+\/[^/]+)$/, GET_ONLY],
  [/^\/ingest\/quarantine\/([^/]+\/)?replay$/, POST_ONLY],
  [/^\/ingest\/quarantine\/[^/]+$/, ["GET", "HEAD", "DELETE"]],
  [/^\/ingest\/[^/]+(\/(replay|withdraw))?$/, POST_ONLY],
  [/^\/identity\/items$/, ["GET", "HEAD", "POST"]],
  [/^\/identity\/review\/sign-in$/, ["GET", "HEAD", "POST"]],
  [
    /^\/identity\/review\/(sign-out|items|items\/[^/]+\/(back|confirm|decision)|decisions\/[^/]+\/(confirm|undo))$/,
    POST_ONLY,
  ],
  [/^\/identity\/review(\/(items|children)\/[^/]+|\/decisions(\/[^/]+(\/served)?)?)?$/, GET_ONLY],
  [/^\/identity\/review\/(signed-in|sign-in\/[^/]+)$/, GET_ONLY],
  [/^\/identity\/review\/disclosure(\/[^/]+)?$/, GET_ONLY],
  [/^\/identity\/review\/disclosure\/[^/]+\/review$/, POST_ONLY],
  [/^\/oversight\/(objections|decisions)(\/[^/]+)?$/, GET_ONLY],
  [/^\/oversight\/(objections\/[^/]+\/decision|decisions\/[^/]+\/(end|review)|duties|break-glass)$/, POST_ONLY],
  [/^\/identity\/(items\/[^/]+\/(preview|decision)|decisions\/[^/]+\/(preview|undo))$/, POST_ONLY],
  [/^\/identity\/(items\/[^/]+|decisions(\/[^/]+(\/served)?)?)$/, GET_ONLY],
];

/** What a method and a path that no route takes are told. */
export function toRouteIssue(method: string, path: string): Issue {
  const allow = OTHER_ROUTES.find(([route]) => route.test(path))?.[1];
  // What is served by itself alone may be asked for as an entry of a Bundle.
  if (allow?.includes(method)) return { kind: "unknown-route" };
  if (allow !== undefined) return { kind: "interaction-not-served", interaction: method, allow };
  if (path !== FHIR_PATH && !path.startsWith(`${FHIR_PATH}/`)) return { kind: "unknown-route" };
  return toFhirRouteIssue(method, path.slice(FHIR_PATH.length) || "/");
}

function toFhirRouteIssue(method: string, path: string): Issue {
  const methods = new Set<string>(ROUTES.filter((route) => fits(route.path, path)).map((route) => route.method));
  if (methods.size > 0) {
    const allow = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].filter((name) =>
      methods.has(name === "HEAD" ? "GET" : name),
    );
    return { kind: "interaction-not-served", interaction: method, allow };
  }
  const [, type = "", ...rest] = path.split("/");
  if (!/^[A-Za-z]/.test(type) || type === "metadata" || TYPES.includes(type)) {
    const operation = rest.at(-1) ?? type;
    return operation.startsWith("$") ? unknownOperation(operation) : { kind: "unknown-route" };
  }
  const closest = nearest(type, TYPES);
  return closest === undefined ? { kind: "unknown-type", type } : { kind: "unknown-type", type, nearest: closest };
}

const OPERATION_NAMES = [...new Set(ROUTES.flatMap(({ operation }) => (operation ? [`$${operation}`] : [])))];

function unknownOperation(operation: string): Issue {
  const closest = nearest(operation, OPERATION_NAMES);
  const isMeant = closest !== undefined && closest !== operation;
  return { kind: "unknown-operation", operation, ...(isMeant && { nearest: closest }) };
}

/** Whether a path is one of a template's. */
function fits(template: string, path: string): boolean {
  const segments = path.split("/");
  const expected = template.split("/");
  return (
    segments.length === expected.length &&
    expected.every((part, index) =>
      part.startsWith(":") ? /^[^_$*]/.test(segments[index] ?? "") : part === segments[index],
    )
  );
}
