import { expect, test } from "vitest";
import { OVERSIGHT_ROUTES } from "./oversight-table.ts";
import { REVIEW_ROUTES } from "./review-table.ts";
import { toRouteIssue } from "./route-issue.ts";

const ALL_ROUTES = [...REVIEW_ROUTES, ...OVERSIGHT_ROUTES];
const PATHS = [...new Set(REVIEW_ROUTES.map(([, path]) => path))];

test.each([...new Set(ALL_ROUTES.map(([, path]) => path))])(
  "another method at %s is told which ones it takes",
  (path) => {
    const methods = ALL_ROUTES.filter((route) => route[1] === path).map(([method]) => method);
    const allow = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    const asked = path.replace(":id", "12");
    expect(toRouteIssue("PATCH", asked)).toEqual({ kind: "interaction-not-served", interaction: "PATCH", allow });
  },
);

test.each(["/identity", "/identity/", "/identity/people", "/identity/items/1/2", "/identity/review/item"])(
  "nothing is served at %s",
  (path) => {
    expect(toRouteIssue("GET", path)).toEqual({ kind: "unknown-route" });
  },
);

test("an address of the API is none of the pages'", () => {
  const api = PATHS.filter((path) => !path.startsWith("/identity/review"));
  expect(api.length).toBeGreaterThan(5);
  expect(new Set(PATHS).size).toBe(PATHS.length);
});
