import { describe, expect, test } from "vitest";
import { isWanted, isWorkloadWanted, parseOptions } from "./options.ts";
import { PARTS } from "./parts/all.ts";

const BASE = ["--base", "http://127.0.0.1:8080/fhir/R4"];

describe("an option that is wrong is refused", () => {
  test.each([
    { args: ["--ony", "search"], says: "--ony" },
    { args: ["search"], says: "search is no option" },
    { args: ["--only", "serch"], says: "there is no serch" },
    { args: ["--base", "nowhere"], says: "--base" },
    { args: ["--base", "ftp://x/fhir"], says: "--base" },
    { args: ["--base", "http://x/fhir?a=b"], says: "--base" },
    { args: ["--sustain", "0"], says: "--sustain" },
    { args: ["--sustain", "ten"], says: "--sustain" },
    { args: ["--cohort", "-1"], says: "--cohort" },
    { args: ["--long", "--quick"], says: "exclude" },
    { args: ["--postgres", "--database", "postgres://x"], says: "exclude" },
    { args: ["--token", "t"], says: "--token" },
    { args: ["--patient", "p"], says: "--patient" },
    { args: [...BASE, "--token", ""], says: "--token is empty" },
    { args: ["--base", ""], says: "--base is empty" },
    { args: [...BASE, "--patient", "p", "--patient", ""], says: "--patient is empty" },
    { args: [...BASE, "--postgres"], says: "--postgres" },
    { args: [...BASE, "--sustain", "1"], says: "--sustain" },
  ])("$args", ({ args, says }) => {
    const parsed = parseOptions(args, {});
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining(says) });
  });
});

describe("options", () => {
  const optionsOf = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => {
    const parsed = parseOptions(args, environment);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.options;
  };

  test("take token and database from the environment, what is said before it", () => {
    const environment = { TOKEN: "t", DATABASE_URL: "postgres://e" };
    expect(optionsOf(BASE, environment).foreign).toMatchObject({ token: "t" });
    expect(optionsOf([...BASE, "--token", "u"], environment).foreign).toMatchObject({ token: "u" });
    expect(optionsOf([], environment).databaseUrl).toBe("postgres://e");
    expect(optionsOf(["--database", "postgres://d"], environment).databaseUrl).toBe("postgres://d");
    expect(optionsOf([], { DATABASE_URL: "" }).databaseUrl).toBeUndefined();
  });

  test("allow writes on this machine alone unless they are told to", () => {
    expect(optionsOf(BASE).foreign?.mayWrite).toBe(true);
    expect(optionsOf(["--base", "https://fhir.example/r4"]).foreign?.mayWrite).toBe(false);
    expect(optionsOf(["--base", "https://fhir.example/r4", "--i-may-write"]).foreign?.mayWrite).toBe(true);
  });

  test("put the picture beside the figures", () => {
    expect(optionsOf(["--json", "out/a.json"]).svg).toBe("out/a.svg");
    expect(optionsOf(["--json", "a", "--svg", "b.svg"]).svg).toBe("b.svg");
    expect(optionsOf([]).svg).toBeUndefined();
  });

  test.each([
    { only: undefined, part: "cold", wanted: true },
    { only: ["start"], part: "start", wanted: true },
    { only: ["start"], part: "loads", wanted: false },
    { only: ["search"], part: "loads", wanted: true },
  ])("with --only $only $part is wanted: $wanted", ({ only, part, wanted }) => {
    expect(isWanted(only, part)).toBe(wanted);
  });

  test("name workloads within a part", () => {
    expect(optionsOf(["--only", "read,search", "match"]).only).toEqual(["read", "search", "match"]);
    expect(isWorkloadWanted(["postgres"], "read")).toBe(true);
    expect(isWorkloadWanted(["postgres", "search"], "read")).toBe(false);
  });

  test("leave a quarter of an hour to all parts together", () => {
    const budget_s = PARTS.reduce((sum, part) => sum + part.budget_s, 0);
    expect(budget_s).toBeLessThanOrEqual(15 * 60);
  });
});
