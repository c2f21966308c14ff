import type { IdentityCache } from "../identity/identity-cache.ts";
import type { Store } from "../store/store.ts";

export interface HealthPorts {
  readonly store: Store;
  readonly identityCache: IdentityCache;
  /** Which register is in force, and whether a newer one was refused. */
  register(): { readonly version: number; readonly isRefused: boolean };
  isReady(): boolean;
}

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" } as const;

/** Live: the process answers. Ready: all data are in and the store answers; Redis down makes it slower, not unready. */
export function createHealthRoutes({ store, identityCache, register, isReady }: HealthPorts) {
  return {
    live: (): Response => new Response('{"status":"live"}', { headers: HEADERS }),
    async ready(): Promise<Response> {
      const storeAnswers = await store.ping().then(
        () => true,
        () => false,
      );
      const ready = storeAnswers && isReady();
      const body = {
        status: ready ? "ready" : "not-ready",
        store: storeAnswers ? "up" : "down",
        data: isReady() ? "committed" : "being brought in",
        identityCache: identityCache.state(),
        register: register().isRefused ? "the newest file is refused, the one before is in force" : "in force",
        registerVersion: register().version,
      };
      return new Response(JSON.stringify(body), { status: ready ? 200 : 503, headers: HEADERS });
    },
  };
}
