import { type Data, DENIES, PERMITS, SILENT, type Votes, votesOf, votesOfRule } from "./consent-vote.ts";
import { overrideOf } from "./decisions-in-force.ts";
import type { Trace } from "./visibility.ts";
import { implicitOf, type Standing, type Weighing } from "./weighing.ts";

export interface Asked {
  readonly standing: Standing;
  readonly weighing: Weighing;
}

/** The same rules once more, one by one, in words. */
export function traceConsents(data: Data, { standing, weighing }: Asked, trace: Trace): void {
  const { dataClass } = standing;
  const { asker, consents, inForce, seesPast, requester } = weighing;
  const override = overrideOf(dataClass, inForce);
  if (override !== undefined) {
    const reason = `A recorded decision (${override.kind}) outweighs objections to this class for this recipient.`;
    trace({ rule: override.kind, basis: `decision/${override.id}`, effect: "permits", reason });
  }
  for (const { name, root } of consents) {
    const votes = votesOfRule(root, asker, data);
    const isLifted = votes === DENIES && (override !== undefined || seesPast);
    trace({
      rule: "consent",
      basis: name,
      effect: isLifted || votes === SILENT ? "does-not-apply" : votes === DENIES ? "denies" : "permits",
      reason: isLifted ? "It withholds this, but does not hold here." : (TOLD[votes] ?? ""),
    });
  }
  const isImplicit = override === undefined && votesOf(consents, asker, data) === SILENT;
  const implicit = implicitOf(dataClass, weighing);
  trace({
    rule: "implicit-policy",
    basis: `agreement/${requester.agreement.id}/${requester.agreement.version}`,
    effect: !isImplicit ? "does-not-apply" : implicit === "permit" ? "permits" : "denies",
    reason: `Where no Consent says anything of ${dataClass}, the agreement's policy is ${implicit}.`,
  });
}

const TOLD: Readonly<Partial<Record<Votes, string>>> = {
  [SILENT]: "It says nothing of this resource, this requester, this purpose and this time.",
  [PERMITS]: "It permits this.",
  [DENIES]: "It withholds this.",
};
