import { expect, test } from "vitest";
import type { AuditRecord } from "../audit/audit.ts";
import { officerOf } from "../ingest/officer.fixtures.ts";
import { answerIngest } from "./ingest-answer.ts";

const IDS = { requestId: "r-1", correlationId: undefined };

test("what fails in the middle is recorded as failed, since a part of it may have been done", async () => {
  const recorded: AuditRecord[] = [];
  const ports = {
    authenticate: () => ({ ok: true as const, requester: officerOf("leeds-eyfsp") }),
    audit: { append: async (record: AuditRecord) => void recorded.push(record), close: async () => {} },
  };
  const request = new Request("http://gateway/ingest/leeds-eyfsp", { method: "POST" });
  const answered = answerIngest({ request, ids: IDS, interaction: "ingest", parameters: [] }, ports, async () => {
    throw new Error("the store can take nothing more");
  });
  await expect(answered).rejects.toThrow("nothing more");
  expect(recorded).toMatchObject([{ interaction: "ingest", outcome: "failed", client: "officer-demo" }]);
});
