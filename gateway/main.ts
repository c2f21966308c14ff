import { begin } from "./begin.ts";

await begin(async () => {
  const { loadConfig } = await import("./config.ts");
  const config = loadConfig(process.env);
  if (config.workers === 1) {
    const { startGateway } = await import("./start.ts");
    return startGateway(config, process.env);
  }
  const { startWorkers } = await import("./workers/parent.ts");
  return startWorkers(config);
});
