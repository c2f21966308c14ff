import { begin } from "../begin.ts";

await begin(async () => {
  const { startWorker } = await import("./worker.ts");
  await startWorker(process.env);
});
