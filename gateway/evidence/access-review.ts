import { ROUTES } from "#profiles/routes.ts";
import type { Client, Register } from "../access/register.ts";
import type { Requester, Scope } from "../access/requester.ts";
import { formatScope, hasIngestScope, hasOversightScope, hasReviewScope } from "../access/scope.ts";
import { checkScope } from "../routes/dispatch.ts";
import { OVERSIGHT_ROUTES } from "../routes/oversight-table.ts";
import { REVIEW_ROUTES } from "../routes/review-table.ts";
import type { AuditFigures } from "./audit-figures.ts";
import { toRequester } from "./requester.ts";
import { type EvidenceSection, type EvidenceTable, listOf } from "./section.ts";

export interface AccessReviewOptions {
  readonly register: Register;
  readonly figures: AuditFigures;
  /** Milliseconds since 1970. */
  readonly now_ms: number;
}

/** Who can get in where, and whether anybody still does. */
export function accessReviewSection({ register, figures, now_ms }: AccessReviewOptions): EvidenceSection {
  return {
    id: "access-review",
    title: "Access review",
    text: [
      "Each client with all that it may ask for, and the month in which the audit log last has anything of it. Whoever reviews it decides what is still needed.",
      "The matrix asks the router's own check of scopes for each address that is mounted: yes means that a token with all of the client's scopes gets past it, and says nothing of which children are seen there.",
    ],
    tables: [
      {
        id: "access-review",
        title: "Clients and scopes",
        head: ["Client", "Organisation", "Enabled", "Agreement until", "Last used", "Scopes"],
        rows: register.clients.map(({ id, organization, enabled, agreement, scopes }) => [
          id,
          organization.name,
          enabled ? "yes" : "no",
          agreement.until,
          figures.lastUsed.get(id) ?? "never, as far as the log tells",
          listOf(scopes.map(formatScope)),
        ]),
      },
      roleRoutes(register, now_ms),
    ],
  };
}

type Row = readonly [method: string, path: string, mayPass: (client: Client) => boolean];

function roleRoutes(register: Register, now_ms: number): EvidenceTable {
  const { clients, sources } = register;
  const fhir = ROUTES.map(
    (route): Row => [
      route.method,
      `/fhir/R4${route.path}`,
      (client) => mayAsk(route, toRequester(client, register, now_ms)),
    ],
  );
  const ingest = sources.map(
    ({ source }): Row => ["POST", `/ingest/${source}`, ({ scopes }) => hasIngestScope(scopes, source)],
  );
  const review = REVIEW_ROUTES.map(
    ([method, path, interaction]): Row => [
      method,
      path,
      ({ scopes }) => (interaction.startsWith("oversight") ? mayDecide(scopes) : hasReviewScope(scopes)),
    ],
  );
  const oversight = OVERSIGHT_ROUTES.map(
    ([method, path, interaction]): Row => [
      method,
      path,
      ({ scopes }) => (interaction === "break-glass" ? hasOversightScope(scopes, "break-glass") : mayDecide(scopes)),
    ],
  );
  return {
    id: "role-routes",
    title: "Client by address",
    head: ["Address", ...clients.map(({ id }) => id)],
    rows: [...fhir, ...ingest, ...review, ...oversight].map(([method, path, mayPass]) => [
      `${method} ${path}`,
      ...clients.map((client) => (mayPass(client) ? "yes" : "no")),
    ]),
  };
}

function mayDecide(scopes: readonly Scope[]): boolean {
  return hasOversightScope(scopes, "decide");
}

function mayAsk({ interaction, type, operation }: (typeof ROUTES)[number], requester: Requester): boolean {
  const asked = { interaction, ...(type && { type }), ...(operation && { operation }), requester };
  // The operation itself asks for this one.
  return checkScope(asked) === undefined && (operation !== "explain-access" || mayDecide(requester.scopes));
}
