import { HELD } from "./data.ts";

export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string };

/** One version: what was done, when, and the text that is served, none for a deletion. */
export interface Version {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  readonly version: string;
  /** ISO 8601. */
  readonly at: string;
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly text?: string;
  readonly resource?: Resource;
  /** Over all resources, in the order of their making. */
  readonly order: number;
}

/** All versions of all resources in memory, by address. */
export class SmallStore {
  #versions = new Map<string, readonly Version[]>();
  #order = 0;
  #last = 0;

  constructor() {
    for (const { resourceType, id, ...rest } of HELD) {
      const at = String(Object(rest.meta).lastUpdated);
      this.write("PUT", resourceType, id, { resourceType, id, ...rest }, at);
    }
  }

  versionsOf(type: string, id: string): readonly Version[] {
    return this.#versions.get(`${type}/${id}`) ?? [];
  }

  current(type: string, id: string): Version | undefined {
    return this.versionsOf(type, id).at(-1);
  }

  /** Live resources of a type, in the order of their making. */
  live(type: string): readonly Resource[] {
    return [...this.#versions.values()].flatMap((versions) => {
      const { resource } = versions.at(-1) ?? {};
      return resource?.resourceType === type ? [resource] : [];
    });
  }

  everything(): readonly Version[] {
    return [...this.#versions.values()].flat();
  }

  /** Stores a version; `content` may hold numbers that keep their digits. Without content the resource is deleted. */
  write(method: Version["method"], type: string, id: string, content?: object, moment?: string): Version {
    const before = this.versionsOf(type, id);
    const version = `${before.length + 1}`;
    const at = moment ?? this.#now();
    const meta = { ...Object(content)?.meta, versionId: version, lastUpdated: at };
    const text = content === undefined ? undefined : JSON.stringify({ ...content, id, meta });
    this.#order += 1;
    const address = `${type}/${id}`;
    const stored: Version = {
      ...{ address, type, id, version, at, method, order: this.#order },
      ...(text === undefined ? {} : { text, resource: JSON.parse(text) }),
    };
    this.#versions.set(address, [...before, stored]);
    return stored;
  }

  /** The same version with other content, before anybody has seen it. */
  amend({ address, version }: Version, content: object): void {
    const versions = this.#versions.get(address) ?? [];
    const text = JSON.stringify(content);
    const amended = versions.map((each) =>
      each.version === version ? { ...each, text, resource: JSON.parse(text) } : each,
    );
    this.#versions.set(address, amended);
  }

  /** What may be gone back to. */
  snapshot(): ReadonlyMap<string, readonly Version[]> {
    return new Map(this.#versions);
  }

  restore(versions: ReadonlyMap<string, readonly Version[]>): void {
    this.#versions = new Map(versions);
  }

  /** Times of two versions differ, so that history by time can be told. */
  #now(): string {
    this.#last = Math.max(Date.now(), this.#last + 1);
    return new Date(this.#last).toISOString();
  }
}
