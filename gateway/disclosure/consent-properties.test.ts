import type { Consent, ConsentProvision } from "@medplum/fhirtypes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Agreement } from "../access/requester.ts";
import { toConsentRules } from "./consent-rules.ts";
import { decideVisibility } from "./decide-visibility.ts";
import {
  AT,
  actor,
  actReason,
  confidentiality,
  consent,
  dataClass,
  FACTS,
  labels,
  requester,
  sensitivity,
  weighed,
} from "./disclosure.fixtures.ts";
import { explain } from "./explain.ts";
import type { Visibility, Weighed } from "./visibility.ts";

/** Consents of every shape that a rule can have, about few enough things that they meet. */
const some = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const NARROWING = {
  actor: some(actor("Z1"), actor("Z2"), actor("T1")),
  purpose: some(actReason("TREAT"), actReason("HRESCH")),
  class: some(dataClass("education"), dataClass("health-visiting")),
  securityLabel: some(confidentiality("N"), confidentiality("R"), sensitivity("PSY")),
  data: some(
    ...["o1", "o2"].map((id) => ({ meaning: "instance" as const, reference: { reference: `Observation/${id}` } })),
  ),
  dataPeriod: fc.constantFrom({ start: "2025-01-01" }, { end: "2025-12-31" }),
  period: fc.constantFrom({ start: "2026-09-15" }, { end: "2026-09-14" }, { end: "2027" }),
};
const type = fc.constantFrom("permit" as const, "deny" as const);
const leaf = fc.record({ type, ...NARROWING }, { requiredKeys: ["type"] });
const nested = fc.record(
  { type, provision: fc.array(leaf, { maxLength: 2 }), ...NARROWING },
  { requiredKeys: ["type"] },
);
const root = fc.record(
  { type, provision: fc.array(nested, { maxLength: 3 }), ...NARROWING },
  { requiredKeys: ["type"] },
);
const consents = fc.array(root, { maxLength: 4 });

const RESOURCES: readonly Weighed[] = ["o1", "o2", "o3"].flatMap((id) =>
  [labels(confidentiality("N")), labels(confidentiality("R"), sensitivity("PSY")), undefined].flatMap((told) => [
    weighed("leeds-csds", { labels: told }, { id, effectiveDateTime: "2025-06-01" }),
    weighed("leeds-eyfsp", { labels: told, dataClass: "education" }, { id }),
  ]),
);

const WIDE: Partial<Agreement> = { confidentiality: "V", sensitivities: ["PSY"] };
const policies = fc.record({
  "health-visiting": fc.constantFrom("permit" as const, "deny" as const),
  education: fc.constantFrom("permit" as const, "deny" as const),
});

function decide(provisions: readonly ConsentProvision[], agreement: Partial<Agreement>): Visibility | undefined {
  const read = provisions.flatMap((provision, index) => toConsentRules(consent(provision, { id: `c${index}` })) ?? []);
  return decideVisibility({ ...FACTS, consents: read }, requester(agreement), AT);
}

/** What is seen, as one number a resource and what is told of the sources. */
function seen(provisions: readonly ConsentProvision[], agreement: Partial<Agreement>): ReadonlySet<string> {
  const visibility = decide(provisions, agreement);
  const released = RESOURCES.flatMap((one, index) => (visibility?.releases(one) ? [`${index}`] : []));
  return new Set([...(visibility?.sources ?? []), ...released]);
}

function check(
  property: (provisions: readonly ConsentProvision[], more: ConsentProvision, agreement: Partial<Agreement>) => void,
): void {
  fc.assert(
    fc.property(consents, root, policies, (provisions, more, implicitPolicy) =>
      property(provisions, more, { ...WIDE, implicitPolicy }),
    ),
    { numRuns: 500 },
  );
}

describe("whatever families decided", () => {
  test("one more Consent that only denies shows no more", () => {
    check((provisions, more, agreement) => {
      const before = seen(provisions, agreement);
      expect(seen([...provisions, denying(more)], agreement).isSubsetOf(before)).toBe(true);
    });
  });

  test("one more denial within a Consent shows no more", () => {
    check(([first = { type: "permit" }, ...others], more, agreement) => {
      const { provision: _, ...denial } = denying(more);
      const within = { ...first, provision: [...(first.provision ?? []), denial] };
      expect(seen([within, ...others], agreement).isSubsetOf(seen([first, ...others], agreement))).toBe(true);
    });
  });

  test("one Consent less that only permits shows no more", () => {
    check((provisions, more, agreement) => {
      const without = seen(provisions, agreement);
      expect(without.isSubsetOf(seen([...provisions, permitting(more)], agreement))).toBe(true);
    });
  });

  test("the order of Consents, and of rules within them, counts nothing", () => {
    check((provisions, _, agreement) => {
      const turned = provisions.map((one) => ({
        ...one,
        ...(one.provision && { provision: one.provision.toReversed() }),
      }));
      expect(seen(turned.toReversed(), agreement)).toEqual(seen(provisions, agreement));
    });
  });

  test("the days on which they were told count nothing", () => {
    check((provisions, _, agreement) => {
      const dated = (change: (index: number) => Partial<Consent>) =>
        decideVisibility(
          { ...FACTS, consents: provisions.flatMap((one, index) => toConsentRules(consent(one, change(index))) ?? []) },
          requester(agreement),
          AT,
        );
      const names = (visibility: Visibility | undefined) => RESOURCES.map((one) => visibility?.releases(one));
      expect(names(dated((index) => ({ dateTime: `20${10 + index}` })))).toEqual(
        names(dated((index) => ({ dateTime: `20${30 - index}` }))),
      );
    });
  });

  test("a wider agreement hides nothing", () => {
    check((provisions, _, agreement) => {
      const { confidentiality: __, sensitivities: ___, ...narrow } = agreement;
      expect(seen(provisions, narrow).isSubsetOf(seen(provisions, agreement))).toBe(true);
      const open = { ...agreement, implicitPolicy: {} };
      expect(seen(provisions, agreement).isSubsetOf(seen(provisions, open))).toBe(true);
    });
  });

  test("what holds for a class as a whole holds for each resource in it", () => {
    check((provisions, _, agreement) => {
      const visibility = decide(provisions, agreement);
      for (const resource of RESOURCES) {
        const { decision } = explain({
          facts: {
            ...FACTS,
            consents: provisions.flatMap((one, index) => toConsentRules(consent(one, { id: `c${index}` })) ?? []),
          },
          requester: requester(agreement),
          at: AT,
          resource,
        });
        expect(decision === "permit").toBe(visibility?.releases(resource) ?? false);
      }
    });
  });
});

function denying({ provision = [], ...rule }: ConsentProvision): ConsentProvision {
  return { ...rule, type: "deny", provision: provision.map(denying) };
}

function permitting({ provision = [], ...rule }: ConsentProvision): ConsentProvision {
  return { ...rule, type: "permit", provision: provision.map(permitting) };
}
