import { BasicPooledClientSideCache, type RedisArgument } from "redis";

/** Who wants to know what changes in Redis. */
export interface Heard {
  /** A key that was read over this connection is not what it was. */
  changed(name: string): void;
  /** From here on nothing is known of what changed before. */
  lost(): void;
}

/**
 * Has the server tell of changes to keys that were read (RESP3 tracking), through the client's own interface for caches,
 * and keeps no replies: what is near is kept by us, opened, where a hit costs neither decryption nor a copy.
 */
export class ChangeListener extends BasicPooledClientSideCache {
  readonly #heard: Heard;

  constructor(heard: Heard) {
    super({ recordStats: false });
    this.#heard = heard;
  }

  override async handleCache(
    ...[, parser, send, transform, typeMapping]: Parameters<BasicPooledClientSideCache["handleCache"]>
  ) {
    const reply = await send();
    return transform === undefined ? reply : transform(reply, parser.preserve, typeMapping);
  }

  override invalidate(name: RedisArgument | null): void {
    if (name === null) this.#heard.lost();
    else this.#heard.changed(name.toString());
  }

  override clear(): void {
    // Called by the constructor's own class too, before there is anybody to tell.
    this.#heard?.lost();
  }
}
