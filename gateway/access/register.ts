import { ukInstant_ms } from "#mappers/datatypes/uk-time.ts";
import { type ClientKey, toClientKey } from "./client-key.ts";
import { type AuthorityOf, createAuthorityOf, createMatches, type Matches } from "./matching.ts";
import { checkRegister, type RegisterProblem } from "./register-checks.ts";
import { type ParsedRegisterFile, REGISTER_FILE } from "./register-file.ts";
import type { Agreement, Scope } from "./requester.ts";
import { parseScope } from "./scope.ts";
import type { RegisteredSource, WrittenSource } from "./source.ts";

export interface RegisteredOrganization {
  readonly system: string;
  readonly value: string;
  readonly name: string;
  readonly authority: string;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly kind: ParsedRegisterFile["clients"][number]["kind"];
  readonly organization: RegisteredOrganization;
  readonly agreement: Agreement;
  /** First instant at which the agreement no longer holds: the end of its last day, UK time. Milliseconds since 1970. */
  readonly endsAt_ms: number;
  readonly keys: readonly ClientKey[];
  /** All that the client may ask for. */
  readonly scopes: readonly Scope[];
  readonly enabled: boolean;
  readonly demonstration: boolean;
}

/** Who may do what: organisations, clients, agreements and sources, as one file says. Never changes once it is built. */
export interface Register {
  readonly clients: readonly Client[];
  readonly sources: readonly RegisteredSource[];
  readonly writtenSources: readonly WrittenSource[];
  readonly organizations: readonly RegisteredOrganization[];
  client(id: string): Client | undefined;
  source(name: string): RegisteredSource | undefined;
  /** The agreement of a client, by the client's id. */
  agreementOf(client: string): Agreement | undefined;
  /** Whether children of two authorities may be linked, shown beside each other in review, and stand in each other's way. */
  readonly matches: Matches;
  readonly authorityOf: AuthorityOf;
}

export type ParsedRegister =
  | { readonly ok: true; readonly register: Register }
  | { readonly ok: false; readonly problems: readonly RegisterProblem[] };

/** Reads the text of REGISTER_FILE. */
export function parseRegisterText(text: string): ParsedRegister {
  try {
    return parseRegister(JSON.parse(text));
  } catch (error) {
    // The parser's own text quotes the file, which is no place for an error message to quote from.
    if (error instanceof SyntaxError) return { ok: false, problems: [{ path: "", message: "not JSON" }] };
    throw error;
  }
}

/** Every problem is found at once, each with its path in the JSON. */
export function parseRegister(json: unknown): ParsedRegister {
  const parsed = REGISTER_FILE.safeParse(json);
  if (!parsed.success)
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => ({ path: toPath(path), message })),
    };
  const problems = checkRegister(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, register: createRegister(parsed.data) };
}

/**
 * What production refuses to meet in a register. `thumbprints`: keys that the demonstration made on this machine, known
 * even when their mark was taken off.
 */
export function checkProduction(register: Register, thumbprints: ReadonlySet<string>): readonly RegisterProblem[] {
  return register.clients.flatMap((client, index) => [
    ...(client.demonstration
      ? [{ path: `clients[${index}]`, message: `${client.id} is a client of the demonstration; production refuses it` }]
      : []),
    ...client.keys.flatMap((key, at) =>
      key.demonstration || thumbprints.has(key.thumbprint)
        ? [
            {
              path: `clients[${index}].jwks.keys[${at}]`,
              message: "a key that the demonstration made; production refuses it. Have the client make its own",
            },
          ]
        : [],
    ),
  ]);
}

function createRegister(file: ParsedRegisterFile): Register {
  const organizations = new Map(file.organizations.map(({ id, ...organization }) => [id, organization]));
  const agreements = new Map(file.agreements.map((agreement) => [agreement.id, agreement]));
  const clients = new Map(
    file.clients.flatMap((entry) => {
      const organization = organizations.get(entry.organization);
      const agreement = agreements.get(entry.agreement);
      return organization && agreement ? [[entry.id, toClient(entry, organization, agreement)] as const] : [];
    }),
  );
  const sources = new Map(
    file.sources.flatMap((entry) => {
      const organization = organizations.get(entry.organization);
      if (organization === undefined) return [];
      const { system, value, name } = organization;
      return [
        [entry.source, { ...entry, organization: { system, value, name }, derives: new Set(entry.derives) }] as const,
      ];
    }),
  );
  return Object.freeze({
    clients: [...clients.values()],
    sources: [...sources.values()],
    writtenSources: file.writtenSources,
    organizations: [...organizations.values()],
    client: (id: string) => clients.get(id),
    source: (name: string) => sources.get(name),
    agreementOf: (client: string) => clients.get(client)?.agreement,
    matches: createMatches(file.matching),
    authorityOf: createAuthorityOf(file),
  });
}

function toClient(
  entry: ParsedRegisterFile["clients"][number],
  organization: RegisteredOrganization,
  agreement: Agreement,
): Client {
  return Object.freeze({
    id: entry.id,
    name: entry.name,
    kind: entry.kind,
    organization,
    agreement,
    endsAt_ms: endOfDay_ms(agreement.until),
    keys: entry.jwks.keys.map(toClientKey),
    scopes: entry.scopes.flatMap((text) => {
      const parsed = parseScope(text);
      return parsed.ok ? [parsed.scope] : [];
    }),
    enabled: entry.enabled,
    demonstration: entry.demonstration === true,
  });
}

/** Midnight at the end of a day, UK time. */
function endOfDay_ms(date: string): number {
  return ukInstant_ms(Date.parse(`${date}T00:00:00Z`) + 24 * 3_600_000);
}

/** `["clients", 2, "agreement"]` as `clients[2].agreement`. */
function toPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`))
    .join("");
}
