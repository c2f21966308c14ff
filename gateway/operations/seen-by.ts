/** Patient/[id]/$seen-by: who has seen a child's record, as its family may be told. */
import type { Parameters, ParametersParameter, Patient } from "@medplum/fhirtypes";
import type { Requester } from "../access/requester.ts";
import type { AuditIndex, AuditLog } from "../audit/audit.ts";
import { createFamilyView, type FamilyLine } from "../audit/family-view.ts";
import { type Answering, refused } from "../interactions/answer.ts";
import { toDisclosedVersions } from "../interactions/audit-disclosures.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { momentOf } from "../interactions/moment.ts";
import type { RecordReader, VisibleRecord } from "../interactions/record-reader.ts";
import { ukDate } from "../interactions/uk-date.ts";
import { LIMITS } from "../limits.ts";
import type { Issue } from "../outcome/issue.ts";
import { resourceBytes } from "../search/pack.ts";
import { readOperationParameters } from "./everything-parameters.ts";

export interface SeenByPorts {
  readonly reader: Pick<RecordReader, "find" | "changes">;
  readonly auditIndex: Pick<AuditIndex, "catchUp" | "scan">;
  readonly audit: AuditLog;
  readonly familyView: {
    /** Days by which the telling is delayed, so that nobody is followed by it. */
    readonly delayDays: number;
    readonly silentOrganizations: readonly string[];
  };
  organizationOf(
    client: string,
  ): { readonly system: string; readonly value: string; readonly name?: string | undefined } | undefined;
}

/** The same for every child, whatever there is to tell. */
const NOTICE =
  "Lists organisations that were given data of this record, some days later. It is not complete: what the law or somebody's safety demands is left out, and so is what is older than details are kept.";
const DAY_MS = 86_400_000;
const PART_records = 500;

/**
 * For a client that asks for the family (purpose PATRQT) and for an officer who does so by hand. A child who is restricted
 * has a list as empty as one of whom nobody has asked.
 */
export function createSeenBy(ports: SeenByPorts): Answering {
  return async function seenBy(request) {
    const { requester, id = "", now_ms } = request;
    if (!mayTellFamilies(requester)) return refused({ kind: "not-for-families" });
    const sent = readOperationParameters(request);
    if (!sent.ok) return sent;
    const asked = readAsked(sent.parameters);
    if ("kind" in asked) return refused(asked);
    const found = await ports.reader.find("Patient", id, requester, await momentOf(ports.reader, now_ms));
    if (found === undefined) return refused({ kind: "not-found", type: "Patient" });
    const until = ukDate(now_ms - (ports.familyView.delayDays + 1) * DAY_MS);
    const lines = found.view.isRestricted ? [] : await linesOf(found.view, until, ports);
    const before = asked.before ?? lines.length + 1;
    const page = lines.filter(({ number }) => number < before).slice(-asked.count);
    const body = Buffer.from(JSON.stringify(toParameters(page.toReversed(), { until, ports })));
    try {
      await ports.audit.append({
        interaction: "$seen-by",
        outcome: "success",
        ...auditFacts(requester, request),
        query: `Patient/${id}/$seen-by?${sent.parameters}`,
        ...toDisclosedVersions([{ patientId: found.view.patientId, name: "", view: found.view }], ports.audit),
        answer: body,
      });
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

function mayTellFamilies({ purpose, agreement }: Requester): boolean {
  return agreement.audit || (purpose === "PATRQT" && agreement.purposes.includes("PATRQT"));
}

async function linesOf(view: VisibleRecord, until: string, ports: SeenByPorts): Promise<readonly FamilyLine[]> {
  const patients = patientsOf(view);
  const { silentOrganizations } = ports.familyView;
  const seen = createFamilyView({
    patients,
    until,
    silentOrganizations: new Set(silentOrganizations),
    dayOf: ukDate,
  });
  await ports.auditIndex.catchUp();
  for (const patient of patients) {
    for (let after: number | undefined; ; ) {
      const records = await ports.auditIndex.scan({ patient }, after, PART_records);
      for (const record of records) seen.take(record);
      after = records.at(-1)?.position;
      if (records.length < PART_records) break;
    }
  }
  return seen.lines();
}

/** The child's Patient, and those that it replaces. */
function patientsOf({ patient, patientId }: VisibleRecord): ReadonlySet<string> {
  const { link = [] }: Patient = JSON.parse(resourceBytes(patient, 0).toString());
  const replaced = link.flatMap(({ type, other }) => {
    const [, id] = /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(other.reference ?? "") ?? [];
    return type === "replaces" && id !== undefined ? [id] : [];
  });
  return new Set([patientId, ...replaced]);
}

interface Asked {
  readonly count: number;
  readonly before?: number;
}

/** Who says that whoever asks may be told: it was looked at outside, and stands in the record of the request. */
const BASES = ["parental-responsibility", "child", "court-order"];
const KNOWN: ReadonlySet<string> = new Set(["basis", "count", "before", "_format", "_pretty"]);

function readAsked(parameters: URLSearchParams): Asked | Issue {
  const wrong = (parameter: string, expected: string): Issue => ({
    kind: "bad-operation-parameter",
    parameter,
    expected,
  });
  const stray = [...parameters.keys()].find((name) => !KNOWN.has(name));
  if (stray !== undefined) return wrong(stray, "the parameters basis, count and before");
  const [basis = "", second] = parameters.getAll("basis");
  if (second !== undefined || !BASES.includes(basis)) return wrong("basis", `one of ${BASES.join(", ")}`);
  const count = readNumber(parameters, "count", LIMITS.page_entries_max);
  const before = readNumber(parameters, "before", undefined);
  if (count === "wrong") return wrong("count", "a whole number from 1");
  if (before === "wrong") return wrong("before", "a whole number from 1");
  return {
    count: Math.min(count ?? LIMITS.page_entries_max, LIMITS.page_entries_max),
    ...(before !== undefined && { before }),
  };
}

function readNumber(parameters: URLSearchParams, name: string, absent: number | undefined) {
  const [text, second] = parameters.getAll(name);
  if (text === undefined) return absent;
  return second === undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : "wrong";
}

function toParameters(
  lines: readonly FamilyLine[],
  { until, ports }: { readonly until: string; readonly ports: SeenByPorts },
): Parameters {
  return {
    resourceType: "Parameters",
    parameter: [
      { name: "until", valueDate: until },
      { name: "notice", valueString: NOTICE },
      ...lines.map((line) => toEntry(line, ports)),
    ],
  };
}

function toEntry({ number, date, organization, client, purpose }: FamilyLine, ports: SeenByPorts): ParametersParameter {
  const registered = ports.organizationOf(client);
  const isKnown = registered?.value === organization;
  return {
    name: "entry",
    part: [
      { name: "number", valuePositiveInt: number },
      { name: "date", valueDate: date },
      {
        name: "organization",
        valueReference: {
          type: "Organization",
          identifier: isKnown ? { system: registered.system, value: organization } : { value: organization },
          ...(isKnown && registered.name !== undefined && { display: registered.name }),
        },
      },
      { name: "purpose", valueString: purpose },
    ],
  };
}
