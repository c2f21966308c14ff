import type { Part } from "./part.ts";

/** Files of every source, from the empty store to all of them searchable; its store is the one that the rest is measured on. */
export const INGEST: Part = {
  id: "ingest",
  title: "ingest of each source, and bytes stored",
  goals: ["ingest", "stored"],
  budget_s: 30,
  async run({ findings, size, store }) {
    const { figures, stored_bytes } = await store(size.most);
    findings.figures.set("ingest", figures.resources_per_s);
    findings.figures.set("stored", stored_bytes / figures.resources / 1024);
  },
};
