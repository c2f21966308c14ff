import { expect, test } from "vitest";
import { createDeparted } from "./departed.ts";

test("what a worker of other code tells of its metrics ends nothing and changes no count", () => {
  const departed = createDeparted();
  const counted = { name: "requests", type: "counter", values: [{ value: 2, labels: {} }] };
  const other = [{ lines: ["requests 2"] }];
  departed.add([counted]);
  departed.add(other);
  departed.add([counted]);
  expect(departed.metrics()).toMatchObject([{ name: "requests", values: [{ value: 4 }] }]);
});
