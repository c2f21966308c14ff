import { authorOf } from "../access/author.ts";
import type { Requester } from "../access/requester.ts";
import type { OversightRefused } from "../outcome/oversight-issue.ts";
import type { Answered } from "../review/done.ts";
import { flawOfReason } from "./child-names.ts";
import { awaitsReview, type DecisionView, toDecisionView } from "./decision-view.ts";
import type { OversightPorts } from "./ports.ts";
import type { DutyAsked } from "./requests.ts";
import { findChild } from "./see-child.ts";

/**
 * Records what a person judged: that a duty to share outweighs an objection (Children Act 2004 s.16LA), or that to share
 * would be more detrimental to the child, s.16LA(3). Nothing of it is inferred.
 */
export async function decideDuty(
  requester: Requester,
  asked: DutyAsked,
  ports: OversightPorts,
): Promise<Answered<DecisionView>> {
  const child = await findChild(asked.child, requester, ports);
  if (child === undefined) return { kind: "no-such-patient", parameter: "child" };
  const { record } = child;
  const now_ms = ports.now();
  const until_ms = asked.until === undefined ? undefined : Date.parse(asked.until);
  const refusal = refusalOf(asked, until_ms, { requester, now_ms, ports });
  if (refusal !== undefined) return { kind: "oversight-refused", refusal };
  const flaw = await flawOfReason(asked.reason, [record], ports);
  if (flaw !== undefined) return flaw;
  const { recipient, duty, dataClasses, isDetrimental, family, reason } = asked;
  const decision = {
    kind: "duty",
    duty,
    recipient: `${recipient.system}|${recipient.value}`,
    dataClasses: [...new Set(dataClasses)],
    isDetrimental,
    family,
    author: authorOf(requester),
    reason,
    decidedAt_ms: now_ms,
    ...(until_ms === undefined ? {} : { until_ms }),
  } as const;
  const id = await ports.store.write((transaction) =>
    transaction.appendDisclosureDecision(record.key, decision, awaitsReview(decision)),
  );
  const viewing = { child: record.patientId, now_ms, reviewWithin_ms: ports.reviewWithin_ms };
  return {
    value: toDecisionView({ ...decision, id, record: record.key }, viewing),
    patients: [record.patientId],
    released: [],
    detail: `decision=${id} duty=${duty} recipient=${recipient.value} detrimental=${isDetrimental} family=${family}`,
    isDecided: true,
  };
}

interface Judging {
  readonly requester: Requester;
  readonly now_ms: number;
  readonly ports: OversightPorts;
}

/** The duty must be one of an agreement of the recipient that reaches all the classes, in an authority of the officer. */
function refusalOf(
  { recipient, duty, dataClasses }: DutyAsked,
  until_ms: number | undefined,
  { requester, now_ms, ports }: Judging,
): OversightRefused | undefined {
  if (until_ms !== undefined && until_ms <= now_ms) return "until-past";
  const isBound = ports.register.clients.some(
    ({ enabled, organization, agreement }) =>
      enabled &&
      organization.system === recipient.system &&
      organization.value === recipient.value &&
      agreement.duties?.includes(duty) === true &&
      agreement.authorities.some((authority) => requester.agreement.authorities.includes(authority)) &&
      dataClasses.every((dataClass) => agreement.dataClasses.includes(dataClass)),
  );
  return isBound ? undefined : "recipient-not-bound";
}
