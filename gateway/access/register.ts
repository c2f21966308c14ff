import { ukInstant_ms } from "#mappers/datatypes/uk-time.ts";
import { type ClientKey, toClientKey } from "./client-key.ts";
import { type ClientLimits, toClientLimits } from "./client-limits.ts";
import { type AuthorityOf, createAuthorityOf, createMatches, type Matches } from "./matching.ts";
import { type Ancestry, createAncestry, NO_ODS, type OdsExcerpt } from "./organization-ancestry.ts";
import { checkRegister, type RegisterProblem } from "./register-checks.ts";
import { type ParsedRegisterFile, REGISTER_FILE } from "./register-file.ts";
import type { UserIssuer } from "./register-issuer.ts";
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
  /** First instant at which the agreement holds: the beginning of its first day, UK time. Milliseconds since 1970. */
  readonly startsAt_ms: number;
  /** First instant at which the agreement no longer holds: the end of its last day, UK time. Milliseconds since 1970. */
  readonly endsAt_ms: number;
  /** Those that stand in the register itself. */
  readonly keys: readonly ClientKey[];
  /** Where it publishes its keys. */
  readonly jwksUri?: string;
  readonly senderConstraint: "none" | "dpop" | "mtls";
  /** What it may ask; `none` where no person is real. */
  readonly limits: ClientLimits | "none";
  /** Who signs its users in, and whether a token without a person is issued. */
  readonly users?: { readonly issuer: string; readonly isRequired: boolean };
  /** All that the client may ask for. */
  readonly scopes: readonly Scope[];
  readonly enabled: boolean;
  readonly demonstration: boolean;
}

/**
 * Who may do what: organisations, clients, agreements and sources, as the newest file says. Its lists are read where they
 * are used, never copied: they are others after a reload.
 */
export interface Register {
  /** Up by one with each reload: what is made from the register is of one version. */
  readonly version: number;
  readonly clients: readonly Client[];
  readonly agreements: readonly Agreement[];
  readonly sources: readonly RegisteredSource[];
  readonly writtenSources: readonly WrittenSource[];
  readonly organizations: readonly RegisteredOrganization[];
  readonly issuers: readonly UserIssuer[];
  client(id: string): Client | undefined;
  issuer(id: string): UserIssuer | undefined;
  source(name: string): RegisteredSource | undefined;
  /** The agreement of a client, by the client's id. */
  agreementOf(client: string): Agreement | undefined;
  /** Whether children of two authorities may be linked, shown beside each other in review, and stand in each other's way. */
  readonly matches: Matches;
  readonly authorityOf: AuthorityOf;
  /** `system|value` of what an organisation is part of on that day, and of all former names; nearest first. */
  readonly ancestorsOf: Ancestry;
}

export type ParsedRegister =
  | { readonly ok: true; readonly register: Register }
  | { readonly ok: false; readonly problems: readonly RegisterProblem[] };

/** Reads the text of REGISTER_FILE. */
export function parseRegisterText(text: string, ods: OdsExcerpt = NO_ODS): ParsedRegister {
  try {
    return parseRegister(JSON.parse(text), ods);
  } catch (error) {
    // The parser's own text quotes the file, which is no place for an error message to quote from.
    if (error instanceof SyntaxError) return { ok: false, problems: [{ path: "", message: "not JSON" }] };
    throw error;
  }
}

/** Every problem is found at once, each with its path in the JSON. */
export function parseRegister(json: unknown, ods: OdsExcerpt = NO_ODS): ParsedRegister {
  const parsed = REGISTER_FILE.safeParse(json);
  if (!parsed.success)
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => ({ path: toPath(path), message })),
    };
  const problems = checkRegister(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, register: createRegister(parsed.data, ods) };
}

/**
 * What production refuses to meet in a register. `thumbprints`: keys that the demonstration made on this machine, known
 * even when their mark was taken off.
 */
export function checkProduction(register: Register, thumbprints: ReadonlySet<string>): readonly RegisterProblem[] {
  const plain = register.issuers.flatMap(({ issuer }, index) =>
    issuer.startsWith("https:") ? [] : [{ path: `issuers[${index}].issuer`, message: "production expects https" }],
  );
  return [
    ...register.clients.flatMap((client, index) => checkProductionClient(client, `clients[${index}]`, thumbprints)),
    ...plain,
  ];
}

function checkProductionClient(client: Client, path: string, thumbprints: ReadonlySet<string>): RegisterProblem[] {
  const problems = client.keys.flatMap((key, at) =>
    key.demonstration || thumbprints.has(key.thumbprint)
      ? [
          {
            path: `${path}.jwks.keys[${at}]`,
            message: "a key that the demonstration made; production refuses it. Have the client make its own",
          },
        ]
      : [],
  );
  if (client.demonstration)
    problems.unshift({ path, message: `${client.id} is a client of the demonstration; production refuses it` });
  if (client.jwksUri !== undefined && !client.jwksUri.startsWith("https:"))
    problems.push({ path: `${path}.jwks_uri`, message: "production expects https" });
  // A stolen bearer token opens what is restricted to whoever holds it.
  const { confidentiality = "N" } = client.agreement;
  if (confidentiality !== "N" && client.senderConstraint === "none")
    problems.push({
      path: `${path}.senderConstraint`,
      message: `the agreement releases what is restricted (${confidentiality}); expected dpop or mtls`,
    });
  return problems;
}

function createRegister(file: ParsedRegisterFile, ods: OdsExcerpt): Register {
  const organizations = new Map(
    file.organizations.map(({ id, system, value, name, authority }) => [id, { system, value, name, authority }]),
  );
  const issuers = new Map(file.issuers.map((issuer) => [issuer.id, issuer]));
  const agreements = new Map(
    file.agreements.map(({ onBehalfOf, ...agreement }) => {
      const party = organizations.get(onBehalfOf ?? "");
      const { system, value } = party ?? {};
      const told = system === undefined || value === undefined ? {} : { onBehalfOf: { system, value } };
      return [agreement.id, Object.freeze({ ...agreement, ...told })];
    }),
  );
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
    version: 1,
    clients: [...clients.values()],
    agreements: [...agreements.values()],
    sources: [...sources.values()],
    writtenSources: file.writtenSources,
    organizations: [...organizations.values()],
    issuers: file.issuers,
    client: (id: string) => clients.get(id),
    issuer: (id: string) => issuers.get(id),
    source: (name: string) => sources.get(name),
    agreementOf: (client: string) => clients.get(client)?.agreement,
    matches: createMatches(file.matching),
    authorityOf: createAuthorityOf(file),
    ancestorsOf: createAncestry(file.organizations, ods),
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
    startsAt_ms: agreement.from === undefined ? 0 : ukInstant_ms(Date.parse(`${agreement.from}T00:00:00Z`)),
    endsAt_ms: endOfDay_ms(agreement.until),
    keys: (entry.jwks?.keys ?? []).map(toClientKey),
    ...(entry.jwks_uri === undefined ? {} : { jwksUri: entry.jwks_uri }),
    senderConstraint: entry.senderConstraint,
    limits: entry.limits === "none" ? "none" : toClientLimits(entry.limits),
    ...(entry.users === undefined ? {} : { users: { issuer: entry.users.issuer, isRequired: entry.users.required } }),
    scopes: entry.scopes.flatMap((text) => {
      const parsed = parseScope(text);
      return parsed.ok ? [parsed.scope] : [];
    }),
    enabled: entry.enabled,
    demonstration: entry.demonstration === true,
  });
}

/** Whether the agreement of a client holds now. */
export function isInForce(
  { startsAt_ms, endsAt_ms }: Pick<Client, "startsAt_ms" | "endsAt_ms">,
  now_ms: number,
): boolean {
  return now_ms >= startsAt_ms && now_ms < endsAt_ms;
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
