import { expect, test } from "vitest";
import { HANDLING_LABEL } from "#profiles/systems.ts";
import type { Disclosure } from "../audit/audit.ts";
import type { Labels } from "../disclosure/labels/label.ts";
import { toPack } from "../search/pack.ts";
import { type Leaving, toDisclosed } from "./audit-disclosures.ts";

const AUDIT = { append: async () => undefined, close: async () => undefined };
const PACK = toPack([], "http://127.0.0.1/fhir/R4");
const NOBODY: ReadonlySet<string> = new Set();
const OVERRIDE = { kind: "duty", decision: 4, family: "told" } as const;
const DO_NOT_TELL: Labels = [{ system: HANDLING_LABEL, code: "do-not-inform-family" }];

test.each<[string, Pick<Leaving["view"], "tellers" | "isRestricted" | "override">, Labels, Disclosure["family"]]>([
  ["nothing decided", {}, [], undefined],
  ["a decision that the family is told", { override: OVERRIDE }, [], "told"],
  ["a restricted child", { isRestricted: true }, [], "unsafe"],
  ["a restricted child, whatever was decided", { isRestricted: true, override: OVERRIDE }, [], "unsafe"],
  ["objections to all but who the child is", { tellers: NOBODY }, [], undefined],
  ["a label against it", {}, DO_NOT_TELL, "unsafe"],
  ["a label against it, whatever was decided", { override: OVERRIDE }, DO_NOT_TELL, "unsafe"],
])("with %s the row says so of telling the family", (_, told, labels, expected) => {
  const view = {
    key: 1,
    patientId: "p",
    patient: PACK,
    identity: PACK,
    rules: [],
    pack: PACK,
    labelsOf: () => labels,
    ...told,
  };
  const { disclosures } = toDisclosed([{ view, pack: PACK, entry: 0 }], AUDIT);
  expect(disclosures?.map(({ family }) => family)).toEqual([expected]);
});
