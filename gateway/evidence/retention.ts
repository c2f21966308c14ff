import { listAuditFiles } from "../audit/files.ts";
import type { Config } from "../config.ts";
import { LIMITS } from "../limits.ts";
import type { AuditFigures } from "./audit-figures.ts";
import { dayOf, type EvidenceSection, type EvidenceTable } from "./section.ts";

const DAY_ms = 86_400_000;

export interface RetentionOptions {
  readonly config: Config;
  readonly auditDirectory: string;
  readonly figures: AuditFigures;
}

/** What is kept for how long, by which setting, and what was deleted. */
export async function retentionSection(options: RetentionOptions): Promise<EvidenceSection> {
  return {
    id: "retention",
    title: "Retention",
    text: [
      "Periods stand as they are set. Where nothing is set nothing is deleted by itself: how long records of children and audit logs are to be kept is for whoever controls them to decide, and no figure is assumed here.",
    ],
    tables: [await schedule(options), deeds(options.figures)],
  };
}

async function schedule({ config, auditDirectory }: RetentionOptions): Promise<EvidenceTable> {
  const { retentionDays, headCopies } = config.audit;
  const journals = (await listAuditFiles(auditDirectory).catch(() => [])).flatMap((file) =>
    file.kind === "journal" ? [file.day] : [],
  );
  const days = (life_ms: number) => `${life_ms / DAY_ms} days`;
  return {
    id: "retention",
    title: "Retention schedule",
    head: ["What", "Kept for", "Set by", "How it ends"],
    rows: [
      [
        "children's records",
        "until a source withdraws them",
        "the source",
        "withdrawal by source; overwritten in the file",
      ],
      ["past versions of resources", "as long as the record", "none", "with a withdrawal"],
      ["source records as they came", `${config.replayDays} days`, "REPLAY_DAYS", "by itself; overwritten in the file"],
      [
        "records held back in quarantine",
        `${days(LIMITS.held_retention_ms)} at most`,
        "fixed",
        "by itself, or by hand",
      ],
      [
        `details of audit records (oldest day held: ${journals.toSorted()[0] ?? "none"})`,
        retentionDays === undefined ? "until somebody decides" : `${retentionDays} days`,
        "AUDIT_RETENTION_DAYS",
        "npm run audit -- purge",
      ],
      ["leaves, trees and signed heads of the audit log", "for ever", "fixed", "never: they name nobody"],
      [
        "copies of signed heads",
        headCopies === undefined ? "none are made" : "for ever",
        "AUDIT_HEADS_DIR",
        "by who holds them",
      ],
      ["decisions on disclosure", "as long as the record", "none", "with the record"],
      ["access tokens", `${LIMITS.access_token_life_s} seconds`, "fixed", "by themselves"],
      [
        "signing keys",
        `${days(LIMITS.signing_key_life_ms)} in use`,
        "fixed",
        "deleted when their last token has ended",
      ],
      [
        "cached identities in Redis",
        config.redisUrl === undefined ? "no Redis is used" : "by their time to live",
        "REDIS_URL",
        "by themselves",
      ],
    ],
  };
}

function deeds({ deeds: done }: AuditFigures): EvidenceTable {
  return {
    id: "purge-log",
    title: "Purges, exports and changes of the configuration",
    head: ["Day", "What", "By"],
    rows: done.map(({ time_ms, interaction, client }) => [dayOf(time_ms), interaction, client]),
  };
}
