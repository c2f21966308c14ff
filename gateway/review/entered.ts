import type { DecisionAsked } from "./decision-request.ts";
import type { Entered } from "./pages/decision-form.ts";
import type { FormFlaw } from "./pages/layout.ts";

/** What a browser sent of the decision form. */
export function readEntered(form: URLSearchParams): Entered {
  const of = (name: string): string | undefined => form.get(name) ?? undefined;
  return {
    decision: of("decision"),
    with: of("with"),
    survivor: of("survivor"),
    into: of("into"),
    sources: form.getAll("sources"),
    numbersChecked: form.has("numbersChecked"),
    mayRejoin: form.has("mayRejoin"),
    reason: (of("reason") ?? "").replaceAll("\r\n", "\n"),
  };
}

/** The decision that was entered, or what is missing of it, by the field that it is missing from. */
export function toAsked(
  entered: Entered,
): { readonly ok: true; readonly asked: DecisionAsked } | { readonly ok: false; readonly flaws: readonly FormFlaw[] } {
  const flaws: FormFlaw[] = [];
  const asked = toDecision(entered);
  if (asked === undefined) flaws.push({ field: "decision", message: "Choose what is true of these children" });
  if (asked?.decision === "split" && asked.sources.length === 0) {
    flaws.push({ field: "sources", message: "Choose which sources are of another child" });
  }
  if (asked?.decision === "merge" && asked.with === "") {
    flaws.push({ field: "with", message: "Choose the child that is the same as child A" });
  }
  if (entered.reason.trim() === "") flaws.push({ field: "reason", message: "Enter a reason" });
  return asked === undefined || flaws.length > 0 ? { ok: false, flaws } : { ok: true, asked };
}

function toDecision(entered: Entered): DecisionAsked | undefined {
  const { decision, with: other, survivor, into, sources, numbersChecked, mayRejoin, reason } = entered;
  switch (decision) {
    case "merge":
      return {
        decision,
        ...(other === undefined ? {} : { with: other }),
        ...(survivor ? { survivor } : {}),
        ...(numbersChecked ? { numbersChecked } : {}),
        reason,
      };
    case "keep-apart":
      return { decision, ...(other ? { with: [other] } : {}), reason };
    case "split":
      return {
        decision,
        sources: [...sources],
        ...(into ? { into } : {}),
        ...(mayRejoin ? { mayRejoin } : {}),
        reason,
      };
    case "dismiss":
    case "reopen":
      return { decision, reason };
    default:
      return undefined;
  }
}
