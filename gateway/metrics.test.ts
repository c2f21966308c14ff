import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("the open metrics tell how the gateway fares, and nothing that a single lookup moves", async () => {
  const metrics = createMetrics({ identityCache: () => "down" });
  metrics.answered("read", 404, 0.001);
  metrics.ingested("leeds-eyfsp", "committed", 3);
  const text = await metrics.render();
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(names).toEqual([
    "gateway_requests_total",
    "gateway_request_duration_seconds",
    "gateway_source_records_total",
    "gateway_identity_cache_up",
    "gateway_resident_memory_bytes",
  ]);
  expect(text).toContain('gateway_requests_total{interaction="read",status="404"} 1');
  expect(text).toContain('gateway_source_records_total{source="leeds-eyfsp",outcome="committed"} 3');
  expect(text).toContain("gateway_identity_cache_up 0");
});
