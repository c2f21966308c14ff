import { setTimeout as pause } from "node:timers/promises";
import { StoreUnavailableError } from "../unavailable.ts";
import { ConnectionRefusedError } from "./errors.ts";
import { openWire, type Wire, type WireOptions } from "./wire.ts";

/** A server that restarts is waited for; one that is away longer is told of at once, until it is there again. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 50;
/** Who asks while the server is known to be away is not each the occasion of another attempt. */
const ATTEMPT_PAUSE_MS = 200;

/** Opens connections to a server that may go away and come back. */
export class Server {
  readonly #options: WireOptions;
  /** When it was found away first, and how; absent while it is there. */
  #away: { readonly since: number; readonly at: number; readonly error: StoreUnavailableError } | undefined;
  #isClosed = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** @throws StoreUnavailableError when it is away longer than is waited for */
  async open(): Promise<Wire> {
    for (;;) {
      if (this.#isClosed) throw new StoreUnavailableError("The store is closed.");
      if (this.#away !== undefined && isHopeless(this.#away) && performance.now() - this.#away.at < ATTEMPT_PAUSE_MS) {
        throw new StoreUnavailableError(this.#away.error.message);
      }
      try {
        const wire = await openWire(this.#options);
        this.#away = undefined;
        return wire;
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || error instanceof ConnectionRefusedError) throw error;
        const now = performance.now();
        this.#away = { since: this.#away?.since ?? now, at: now, error };
        if (isHopeless(this.#away)) throw new StoreUnavailableError(error.message);
      }
      await pause(PAUSE_MS);
    }
  }

  close(): void {
    this.#isClosed = true;
  }
}

function isHopeless({ since }: { readonly since: number }): boolean {
  return performance.now() - since > PATIENCE_MS;
}

/** One connection to a server, opened when it is asked for, and again when it was lost. */
export class Line {
  readonly #server: Server;
  #opening: Promise<Wire> | undefined;
  #wire: Wire | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  /** The connection as it is open; `undefined` while there is none. */
  get wire(): Wire | undefined {
    return this.#wire?.isLost === false ? this.#wire : undefined;
  }

  async open(): Promise<Wire> {
    const { wire } = this;
    if (wire !== undefined) return wire;
    this.#opening ??= this.#server.open().finally(() => {
      this.#opening = undefined;
    });
    this.#wire = await this.#opening;
    return this.#wire;
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {});
    await this.#wire?.end();
  }
}
