import { describe, expect, test } from "vitest";
import { OPERATIONS, SERVED_RESOURCES, SYSTEM_INTERACTIONS } from "./interactions.ts";
import { COMPARTMENT_TYPES, ROUTES, type Route } from "./routes.ts";

/** The first route that fits, as the gateway looks for it. */
function routeOf(method: string, path: string): Route | undefined {
  const fits = (template: string) => {
    const pattern = template
      .split("/")
      .map((part) => (part.startsWith(":") ? "(?![_$])[^/]+" : part.replace(/[$*]/g, "\\$&")))
      .join("/");
    return new RegExp(`^${pattern}$`).test(path);
  };
  return ROUTES.find((route) => route.method === method && fits(route.path));
}

describe("routes", () => {
  test("serve every interaction of the table and no other", () => {
    const declared = SERVED_RESOURCES.flatMap(({ type, interactions }) =>
      interactions.map((code) => `${type} ${code}`),
    );
    const isOfType = ({ interaction }: Route) => interaction !== "operation" && interaction !== "search-compartment";
    const served = ROUTES.filter(isOfType).flatMap(({ type, interaction }) => (type ? [`${type} ${interaction}`] : []));
    expect([...new Set(served)].sort()).toEqual([...declared].sort());
  });

  test("serve every interaction of the whole system", () => {
    const served = ROUTES.flatMap(({ type, interaction, alternative }) =>
      type || interaction === "search-compartment" ? [] : [interaction, ...(alternative ? [alternative] : [])],
    );
    expect([...new Set(served)].sort()).toEqual([...SYSTEM_INTERACTIONS].sort());
  });

  test("serve every operation at its types", () => {
    const declared = OPERATIONS.flatMap(({ code, types }) => types.map((type) => `${type} ${code}`));
    const served = ROUTES.flatMap(({ type, operation }) => (operation ? [`${type} ${operation}`] : []));
    expect([...new Set(served)].sort()).toEqual([...declared].sort());
  });

  test("are each listed once", () => {
    const rows = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(rows).size).toBe(rows.length);
  });

  test("of the compartment are those of the types that R4 names", () => {
    expect(COMPARTMENT_TYPES).toEqual(["AuditEvent", "Consent", "Observation", "Patient", "Provenance"]);
  });

  test.each([
    ["GET", "/metadata", "capabilities", undefined],
    ["POST", "/", "transaction", undefined],
    ["GET", "/", "search-system", undefined],
    ["POST", "/_search", "search-system", undefined],
    ["GET", "/_history", "history-system", undefined],
    ["GET", "/Patient", "search-type", "Patient"],
    ["POST", "/Patient/_search", "search-type", "Patient"],
    ["PUT", "/Patient", "update", "Patient"],
    ["PATCH", "/Consent", "patch", "Consent"],
    ["DELETE", "/Observation", "delete", "Observation"],
    ["GET", "/Patient/_history", "history-type", "Patient"],
    ["GET", "/Patient/7", "read", "Patient"],
    ["GET", "/Patient/7/_history", "history-instance", "Patient"],
    ["GET", "/Patient/7/_history/3", "vread", "Patient"],
    ["GET", "/Patient/7/Observation", "search-compartment", "Observation"],
    ["POST", "/Patient/7/Observation/_search", "search-compartment", "Observation"],
    ["GET", "/Patient/7/*", "search-compartment", undefined],
    ["GET", "/Patient/7/$everything", "operation", "Patient"],
    ["GET", "/Patient/7/$seen-by", "operation", "Patient"],
    ["POST", "/Patient/$match", "operation", "Patient"],
    ["GET", "/Patient/$ihe-pix", "operation", "Patient"],
    ["POST", "/Patient/$ihe-pix", "operation", "Patient"],
    ["POST", "/Patient/$merge", "operation", "Patient"],
    ["POST", "/Patient/$unmerge", "operation", "Patient"],
    ["GET", "/Consent/7/$explain-access", "operation", "Consent"],
    ["GET", "/Observation/$lastn", "operation", "Observation"],
    ["POST", "/ValueSet/$expand", "operation", "ValueSet"],
    ["GET", "/ValueSet/7/$expand", "operation", "ValueSet"],
    ["GET", "/ValueSet/7", "read", "ValueSet"],
  ])("lead %s %s to %s", (method, path, interaction, type) => {
    expect(routeOf(method, path)).toMatchObject({ interaction, ...(type && { type }) });
    expect(routeOf(method, path)?.type).toBe(type);
  });

  test.each([
    ["PUT", "/ValueSet/7"],
    ["GET", "/Patient/7/Organization"],
    ["GET", "/Patient/$validate"],
    ["GET", "/Patient/$explain-access"],
    ["GET", "/Patient/$match"],
    ["GET", "/Patient/$merge"],
    ["GET", "/Patient/7/$match"],
    ["DELETE", "/AuditEvent/7"],
    ["GET", "/Encounter"],
  ])("lead %s %s nowhere", (method, path) => {
    expect(routeOf(method, path)).toBeUndefined();
  });
});
