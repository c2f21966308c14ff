import { DatabaseSync } from "node:sqlite";
import type { AuditIndex, IndexedRecord } from "../audit/audit.ts";
import { monthOf } from "./section.ts";

/** What is counted of one client, purpose, organisation and month. */
export interface DisclosureFigure {
  readonly client: string;
  readonly purpose: string;
  readonly organization: string;
  /** YYYY-MM. */
  readonly month: string;
  /** Children of whom anything was released, each once. */
  readonly children: number;
  /** Requests that released anything. */
  readonly requests: number;
}

/** How often something came about, by words that name nobody. */
export interface Tally {
  readonly words: readonly string[];
  readonly count: number;
}

/** What was done to the log or the configuration: days and words of our own. */
export interface Deed {
  readonly time_ms: number;
  readonly interaction: string;
  readonly client: string;
}

export interface AuditFigures {
  readonly records: number;
  /** Records whose details were purged: of them it is not known whom they were about. */
  readonly purged: number;
  readonly disclosures: readonly DisclosureFigure[];
  /** Client, interaction, month. */
  readonly denied: readonly Tally[];
  /** Kind of decision, client, month; counted in children's rows. */
  readonly overridden: readonly Tally[];
  /** Client, month. */
  readonly withheld: readonly Tally[];
  /** Client to the month in which it last asked for anything. */
  readonly lastUsed: ReadonlyMap<string, string>;
  /** Newest last; of many the newest. */
  readonly deeds: readonly Deed[];
}

const PAGE_records = 500;
const DEEDS_max = 500;
const DEEDS: ReadonlySet<string> = new Set(["audit-purge", "audit-export", "configuration", "subject-access"]);
const UNKNOWN = "not told";
/** As which what is done by command is recorded. */
const COMMANDS = "command-line";

/**
 * What is called a client: whoever was known when it asked, or is registered. What a stranger claims to be may be
 * anything, a number of a child or another name each time.
 */
function clientOf({ client, agreement }: IndexedRecord["record"], registered: ReadonlySet<string>): string {
  return agreement !== undefined || registered.has(client) || client === COMMANDS ? client : "not registered";
}

/** Walks the whole log once. Children are told apart in a file of SQLite's own, which nobody else reads and which ends here. */
export async function countAudit(index: AuditIndex, registered: ReadonlySet<string>): Promise<AuditFigures> {
  const disclosed = openDisclosed();
  const [denied, overridden, withheld] = [createTallies(), createTallies(), createTallies()];
  const lastUsed = new Map<string, string>();
  const deeds: Deed[] = [];
  let [records, purged] = [0, 0];
  for await (const page of pagesOf(index)) {
    disclosed.add(page, registered);
    records += page.length;
    for (const { record, time, isPurged } of page) {
      const month = monthOf(time);
      const { interaction } = record;
      const client = clientOf(record, registered);
      if (isPurged) purged += 1;
      if (record.outcome === "refused") denied.add([client, interaction, month]);
      if (month >= (lastUsed.get(client) ?? "")) lastUsed.set(client, month);
      for (const { override, withheld: held } of record.disclosures ?? []) {
        if (override !== undefined) overridden.add([override.kind, client, month]);
        if (held !== undefined && held.count > 0) withheld.add([client, month]);
      }
      if (DEEDS.has(interaction)) deeds.push({ time_ms: time, interaction, client });
    }
    if (deeds.length > DEEDS_max) deeds.splice(0, deeds.length - DEEDS_max);
  }
  try {
    const tallies = { denied: denied.all(), overridden: overridden.all(), withheld: withheld.all() };
    return { records, purged, disclosures: disclosed.figures(), ...tallies, lastUsed, deeds };
  } finally {
    disclosed.close();
  }
}

async function* pagesOf(index: AuditIndex): AsyncGenerator<readonly IndexedRecord[]> {
  for (let after: number | undefined; ; ) {
    const page = await index.scan({}, after, PAGE_records);
    yield page;
    after = page.at(-1)?.position;
    if (page.length < PAGE_records) return;
  }
}

function createTallies() {
  const counts = new Map<string, { readonly words: readonly string[]; count: number }>();
  return {
    add(words: readonly string[]): void {
      const name = words.join("\t");
      const known = counts.get(name) ?? { words, count: 0 };
      known.count += 1;
      counts.set(name, known);
    },
    all: (): readonly Tally[] => [...counts.values()],
  };
}

/** Rows of children lie in a file of which SQLite keeps no more than a part in memory. */
function openDisclosed() {
  const database = new DatabaseSync("");
  database.exec(`
    CREATE TABLE told (client TEXT, purpose TEXT, organization TEXT, month TEXT, patient TEXT,
      PRIMARY KEY (client, purpose, organization, month, patient)) WITHOUT ROWID;
    CREATE TABLE asked (client TEXT, purpose TEXT, organization TEXT, month TEXT, requests INTEGER,
      PRIMARY KEY (client, purpose, organization, month)) WITHOUT ROWID;
  `);
  const told = database.prepare("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?)");
  const asked = database.prepare(
    "INSERT INTO asked VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET requests = requests + 1",
  );
  return {
    add(page: readonly IndexedRecord[], registered: ReadonlySet<string>): void {
      database.exec("BEGIN");
      for (const { record, time } of page) {
        const { purpose = UNKNOWN, organization = UNKNOWN, disclosures, patients = [] } = record;
        // Of a child of whom all was held back nothing was disclosed.
        const shown = disclosures?.filter(({ released }) => released.length > 0);
        const children = shown?.map(({ patient }) => patient) ?? patients;
        if (children.length === 0) continue;
        const where = [clientOf(record, registered), purpose, organization, monthOf(time)] as const;
        asked.run(...where);
        for (const patient of children) told.run(...where, patient);
      }
      database.exec("COMMIT");
    },
    figures(): readonly DisclosureFigure[] {
      const rows = database.prepare(
        `SELECT client, purpose, organization, month, requests,
           (SELECT count(*) FROM told t WHERE (t.client, t.purpose, t.organization, t.month) =
             (a.client, a.purpose, a.organization, a.month)) AS children
         FROM asked a ORDER BY month, client, purpose, organization`,
      );
      return rows.all().map((row) => ({
        client: String(row.client),
        purpose: String(row.purpose),
        organization: String(row.organization),
        month: String(row.month),
        children: Number(row.children),
        requests: Number(row.requests),
      }));
    },
    close: () => database.close(),
  };
}
