import { expect } from "vitest";
import { FREE, openWriting, parsed, patient, type Writing } from "./write/write.fixtures.ts";

/** A gateway that holds one Patient, to be patched. */
export interface Patching {
  readonly writing: Writing;
  readonly id: string;
  patched(
    body: object | string,
    contentType?: string,
  ): Promise<{
    readonly reply: Awaited<ReturnType<Writing["send"]>>;
    readonly resource: ReturnType<typeof parsed>;
  }>;
  /** Expects that the Patient is as it was. */
  unchanged(): Promise<void>;
}

export const NAMES = [
  { use: "official", family: "Ashdown", given: ["Robin", "Lee"] },
  { use: "nickname", given: ["Rob"] },
];

export const PATIENT = patient({
  identifier: [
    { system: "https://example.org/id", value: "A-1" },
    { system: "https://example.org/other", value: "B-1" },
  ],
  name: NAMES,
});

export async function openPatching(): Promise<Patching> {
  const writing = await openWriting();
  const { id } = await writing.send(FREE, "POST Patient", { body: PATIENT });
  return {
    writing,
    id,
    async patched(body, contentType = "application/json-patch+json") {
      const reply = await writing.send(FREE, `PATCH Patient/${id}`, { body, contentType });
      return { reply, resource: parsed(reply) };
    },
    async unchanged() {
      const { meta: _, id: __, ...rest } = parsed(await writing.read(FREE, `Patient/${id}`));
      expect(rest).toEqual(PATIENT);
    },
  };
}
