import { expect, test } from "vitest";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { leadRecords } from "./candidates-leads.ts";
import { createSearchWorld, NOW_ms, practice } from "./search-world.fixtures.ts";

const IDENTIFIER = { system: NHS_NUMBER, value: "9990000018" };

test("whether a record carries an identifier is asked once, and what goes wrong is told to who asks", async () => {
  await using world = await createSearchWorld();
  const record = await world.child({ resourceType: "Patient", id: "ada", identifier: [IDENTIFIER] });
  const asked: number[] = [];
  let isLost = false;
  const { reader, resolver } = world.ports;
  const ports = {
    ...world.ports,
    reader: {
      ...reader,
      carries: async (...given: Parameters<typeof reader.carries>) => {
        asked.push(given[0]);
        if (isLost) throw new Error("the connection is lost");
        return reader.carries(...given);
      },
    },
  };
  const changes = await reader.changes();
  const looking = { requester: practice(), at: { changes, now_ms: NOW_ms, today: "2026-11-20" } };
  const lead = { kind: "identifier", identifiers: [{ ...IDENTIFIER, hash: { high: 0, low: 0 } }] } as const;
  await expect(leadRecords(lead, looking, ports)).resolves.toEqual([record]);
  // Known by now, so that it is told at once whose it is.
  expect(resolver.resolve(IDENTIFIER.system, IDENTIFIER.value, "", changes)).toEqual([record]);
  await expect(leadRecords(lead, looking, ports)).resolves.toEqual([record]);
  expect(asked).toEqual([record, record]);
  isLost = true;
  await expect(leadRecords(lead, looking, ports)).rejects.toThrow("the connection is lost");
  expect(asked).toEqual([record, record, record]);
});
