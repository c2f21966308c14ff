/**
 * Patient/$match: https://hl7.org/fhir/R4/patient-operation-match.html, as IHE PDQm ITI-119 narrows it:
 * https://profiles.ihe.net/ITI/PDQm/ITI-119.html
 */
import type { Patient } from "@medplum/fhirtypes";
import type { Requester } from "../access/requester.ts";
import type { AuditLog, AuditRecord } from "../audit/audit.ts";
import { personOfPatient } from "../identity/matcher/to-person.ts";
import { type Answering, type InteractionRequest, refused } from "../interactions/answer.ts";
import { toDisclosed } from "../interactions/audit-disclosures.ts";
import { auditFacts } from "../interactions/audit-facts.ts";
import { guardRelease } from "../interactions/guard.ts";
import { momentOf } from "../interactions/moment.ts";
import type { RecordReader } from "../interactions/record-reader.ts";
import { Withheld } from "../interactions/search-audit.ts";
import type { Soon } from "../interactions/soon.ts";
import { ukDate } from "../interactions/uk-date.ts";
import { LIMITS } from "../limits.ts";
import { checkAsked, NOT_TRACED, type Remark, TOO_LITTLE, TOO_MANY } from "./match-asked.ts";
import { toMatchBundle } from "./match-bundle.ts";
import {
  createMatchCandidates,
  type FoundCandidates,
  type MatchCandidatePorts,
  type VisibleMatch,
} from "./match-candidates.ts";
import { parseMatchInvocation } from "./match-invocation.ts";
import { createTracing, type Tracing } from "./match-tracing.ts";

export interface MatchPorts extends MatchCandidatePorts {
  readonly reader: RecordReader;
  readonly audit: AuditLog;
  readonly fhirBase: string;
  /** The constant entry that tells a care client what an empty answer does not mean; absent for others. */
  coverageNotice(requester: Requester, changes: number): Soon<Buffer | undefined>;
  /** A national register that is asked where nothing held here is certain. */
  readonly tracing?: Tracing | undefined;
}

/**
 * Who may the Patient be, among those whom the requester sees: parse → what can be matched by → candidates, graded by
 * what is visible of them → the register, where nothing is certain → Bundle → audit, durable → answer.
 */
export function createMatch(ports: MatchPorts): Answering {
  const findMatches = createMatchCandidates(ports);
  const trace = createTracing(ports, findMatches);
  return async function match(request) {
    const { requester, now_ms } = request;
    const parsed = parseMatchInvocation(request);
    if (!parsed.ok) return parsed;
    const { invocation } = parsed;
    const today = ukDate(now_ms);
    const asked = checkAsked(invocation.patient, today);
    if (!asked.ok) return refused(asked.issue);
    const { patient } = asked;
    const looking = { requester, at: await momentOf(ports.reader, now_ms) };
    const person = { patient, person: personOfPatient(patient) };
    const local = await findMatches(person, looking);
    const { found, isIncomplete } = await trace(person, local, looking);
    const matches = chosen(found, invocation);
    guardRelease(
      matches.map(({ candidate }) => ({ pack: candidate.patient, entry: 0 })),
      requester,
      ports.sources,
    );
    const body = toMatchBundle({
      self: `${ports.fhirBase}/Patient/$match`,
      matches,
      remarks: [...asked.remarks, ...remarksOn(found, isIncomplete)],
      notice: await ports.coverageNotice(requester, looking.at.changes),
    });
    try {
      await ports.audit.append({ ...toAuditRecord(request, patient, matches, ports.audit), answer: body });
    } catch {
      return refused({ kind: "unavailable", what: "audit", retryAfter_s: 5 });
    }
    return { ok: true, answer: { status: 200, headers: {}, body } };
  };
}

interface Wanted {
  readonly onlyCertainMatches: boolean;
  readonly count?: number;
}

/** Several that are certain are not known to be one person: then none is certain enough to be the only answer. */
function chosen({ graded }: FoundCandidates, { onlyCertainMatches, count }: Wanted): readonly VisibleMatch[] {
  const certain = graded.filter(({ grade }) => grade === "certain");
  if (onlyCertainMatches) return certain.length === 1 ? certain : [];
  return graded.slice(0, Math.min(count ?? LIMITS.page_entries_default, LIMITS.page_entries_max));
}

function remarksOn({ isEnough, isCut }: FoundCandidates, isIncomplete: boolean): readonly Remark[] {
  return [...(isEnough ? [] : [TOO_LITTLE]), ...(isCut ? [TOO_MANY] : []), ...(isIncomplete ? [NOT_TRACED] : [])];
}

/** What was asked stands in the record, as the query of a search does: who looks for whom must stay visible. */
function toAuditRecord(
  request: InteractionRequest,
  asked: Patient,
  matches: readonly VisibleMatch[],
  audit: AuditLog,
): AuditRecord {
  const withheld = new Withheld();
  for (const { candidate } of matches) withheld.note(candidate);
  const { name, birthDate, identifier, address, telecom, gender } = asked;
  const told = JSON.stringify({ identifier, name, birthDate, gender, address, telecom });
  return {
    interaction: "$match",
    outcome: "success",
    ...auditFacts(request.requester, request),
    query: `Patient/$match ${told.slice(0, LIMITS.audited_match_characters_max)}`,
    ...toDisclosed(
      matches.map(({ candidate }) => ({ view: candidate, pack: candidate.patient, entry: 0 })),
      audit,
    ),
    ...withheld.facts(),
  };
}
