import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SETTINGS } from "./settings.ts";

/**
 * No container engine runs here: what is held is that the files agree with the gateway and with each other. The rest of
 * `docker-compose.yml` was looked at by people.
 */
const at = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), "utf8");
const [compose, dockerfile, readme] = await Promise.all([at("docker-compose.yml"), at("Dockerfile"), at("README.md")]);

/** The lines below a service's name, up to the next one. */
function service(name: string): string {
  const [, text] = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, "m").exec(compose) ?? [];
  if (text === undefined) throw new Error(`There is no service ${name}.`);
  return text;
}

const GATEWAYS = ["gateway", "gateway-scaled", "gateway-machine"];

/** Names and values of a service's environment. */
function environmentOf(name: string): ReadonlyMap<string, string> {
  const [, block = ""] = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(service(name)) ?? [];
  return new Map([...block.matchAll(/^ {6}(\w+): (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]));
}

describe.each(GATEWAYS)("the service %s", (name) => {
  test("sets nothing that the gateway does not read", () => {
    const names = [...environmentOf(name).keys()];
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((one) => !SETTINGS.includes(one))).toEqual([]);
  });

  test("waits for what it needs here, and has a bound of memory", () => {
    const isElsewhere = name === "gateway-machine";
    expect(/depends_on:\n {6}redis:\n {8}condition: service_healthy/.test(service(name))).toBe(!isElsewhere);
    expect(service(name)).toContain("mem_limit:");
  });
});

test.each([
  { name: "gateway-scaled", expected: ["DATABASE_URL_FILE", "IDENTITY_KEY_FILE"] },
  { name: "gateway-machine", expected: ["DATABASE_URL_FILE", "REDIS_URL_FILE", "IDENTITY_KEY_FILE"] },
])("$name is for production, and its secrets are files that have no default", ({ name, expected }) => {
  const environment = environmentOf(name);
  expect(environment.get("GATEWAY_MODE")).toBe("production");
  const files = [...environment].filter(([one]) => one.endsWith("_FILE") && one !== "REGISTER_FILE");
  expect(files.map(([one]) => one)).toEqual(expected);
  const declared = /^secrets:\n([\s\S]*)/m.exec(compose)?.[1] ?? "";
  for (const [, path] of files) expect(declared).toContain(`${path.replace("/run/secrets/", "  ")}:\n`);
  expect(compose).not.toMatch(/PASSWORD:|password: \S|:\/\/\w+:[^@$\s<]+@/);
});

test("no port but the gateway's is open, and that on this machine alone", () => {
  expect([...compose.matchAll(/^ {4}ports:|^ {2}ports:/gm)]).toHaveLength(1);
  expect(compose).toMatch(/ports:\n {4}- "127\.0\.0\.1:\$\{PORT:-8080\}:8080"/);
});

test("the image runs what `npm start` runs, with the same options of the runtime", async () => {
  const [, started = ""] = /"start": "exec env .* node (.*)"/.exec(await at("package.json")) ?? [];
  const [, inImage = ""] = /^ENTRYPOINT \["\S+\/node", (.*)\]$/m.exec(dockerfile) ?? [];
  expect(started.split(" ")).toContain("gateway/main.ts");
  expect(inImage).toBe(
    started
      .split(" ")
      .map((word) => `"${word}"`)
      .join(", "),
  );
});

test("the image is told of nothing that the gateway does not read", () => {
  const names = [...dockerfile.matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name = ""]) => name);
  expect(names).toContain("DATA_DIR");
  expect(names.filter((name) => !SETTINGS.includes(name))).toEqual(["NODE_COMPILE_CACHE", "MALLOC_ARENA_MAX"]);
});

test("every setting stands in the README", () => {
  const told = SETTINGS.filter((name) => !name.endsWith("_FILE") || name === "REGISTER_FILE");
  const missing = told.filter((name) => !readme.includes(`\`${name}\``) && !readme.includes(toShort(name)));
  expect(missing).toEqual([]);
});

/** Of two that are told together the second one stands by its ending: `MLLP_TLS_CERT`, `_KEY`. */
function toShort(name: string): string {
  return `\`_${name.split("_").at(-1)}\``;
}
