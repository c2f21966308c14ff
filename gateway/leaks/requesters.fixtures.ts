import type { DataClass } from "#mappers/mapper.ts";
import { AREAS } from "#mappers/synthetic/areas.ts";
import { createRandom, type Random } from "#mappers/synthetic/random.ts";
import type { RegisterFile } from "../access/register-file.ts";
import { DEMONSTRATION_CLIENTS } from "../demonstration/clients.ts";

type Agreement = RegisterFile["agreements"][number];

/** A client of the demonstration under an agreement of our making. */
export interface Probe {
  readonly client: string;
  readonly scope: string;
  /** Whether every member of its agreement was drawn, or it stands as the demonstration has it. */
  readonly isDrawn: boolean;
  change(register: RegisterFile): RegisterFile;
}

const WRITTEN_SOURCE = "leeds-vendor";
const AUTHORITIES = AREAS.map(({ id }) => id);
const CLASSES: readonly DataClass[] = ["health-visiting", "education"];

/**
 * The requesters of one round after another: each of the demonstration's clients with every scope, then agreements in
 * which classes, authorities, relationship, statutes, identifiers, writing and audit are drawn.
 */
export function probeOf(round: number, seed: string): Probe {
  const client = DEMONSTRATION_CLIENTS[round % DEMONSTRATION_CLIENTS.length] ?? "gp-demo";
  const isDrawn = Math.floor(round / DEMONSTRATION_CLIENTS.length) % 2 === 1;
  const rights = client === "steward-demo" ? ["system/*.cruds", "identity/review"] : ["system/*.cruds"];
  return {
    client,
    isDrawn,
    scope: rights.join(" "),
    change: (register) => ({
      ...register,
      clients: register.clients.map((entry) => (entry.id === client ? { ...entry, scopes: rights } : entry)),
      agreements: register.agreements.map((agreement) =>
        // Anew each time: both twins have the same.
        isDrawn && `${agreement.id}-demo` === client ? drawn(agreement, createRandom(seed, round)) : agreement,
      ),
    }),
  };
}

function drawn(agreement: Agreement, random: Random): Agreement {
  if (agreement.idSpace !== undefined && agreement.idSpace !== "") return agreement;
  const classes = CLASSES.filter(() => random.chance(0.6));
  const authorities = AUTHORITIES.filter((id) => random.chance(id === "leeds" ? 0.9 : 0.3));
  const isReleased = (source: string): boolean => source.length % 2 === 0 || random.chance(0.5);
  const statutes = Object.entries(agreement.statutoryGateways).filter(([source]) => isReleased(source));
  const { writes: _, ...rest } = agreement;
  // Who writes sees what it wrote: anything else is a mistake in a register.
  const mayWrite = agreement.relationship === "authority" && classes.includes("health-visiting") && random.chance(0.7);
  return {
    ...rest,
    dataClasses: [
      ...(classes.length === 0 ? (["health-visiting"] as const) : classes),
      ...(random.chance(0.2) ? (["sharing"] as const) : []),
    ],
    authorities: mayWrite || authorities.length === 0 ? [...new Set(["leeds", ...authorities])] : authorities,
    statutoryGateways: Object.fromEntries(statutes),
    matchingScope: random.chance(0.5) ? "own-authority" : "none",
    audit: random.chance(0.3),
    ...(random.chance(0.3) && { confidentiality: random.chance(0.5) ? "R" : "V" }),
    ...(random.chance(0.3) && { sensitivities: ["SDV", "MH"] }),
    ...(random.chance(0.3) && {
      elements: { Observation: ["status", "code", "subject", "effectiveDateTime", "valueString"] },
    }),
    coverageNotice: random.chance(0.5),
    // Whose basis is the family's word gets health data on that word alone.
    ...(agreement.legalBasis.confidence === "explicit" && { implicitPolicy: { "health-visiting": "deny" } }),
    ...(mayWrite && { writes: { source: WRITTEN_SOURCE } }),
  };
}
