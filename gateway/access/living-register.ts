import { isDeepStrictEqual } from "node:util";
import type { Client, Register } from "./register.ts";
import type { RegisterProblem } from "./register-checks.ts";
import type { Agreement } from "./requester.ts";

/** A register whose answers are always those of the newest file. */
export interface LivingRegister {
  readonly register: Register;
  /** What keeps `next` from taking the place of the register that is in force; empty: nothing does. */
  problemsOf(next: Register): readonly RegisterProblem[];
  /** From here on every answer is that of `next`, and the version is one higher. */
  replace(next: Register): void;
  /** Something else that decides has changed, as a list of labels: what was compiled by the former version is void. */
  touch(): void;
}

/**
 * Rooms hold `register` from the start on. An agreement that a new file leaves as it was stays the same object, so what is
 * remembered by it stays right.
 */
export function createLivingRegister(first: Register): LivingRegister {
  let current = first;
  let { version } = first;
  /** As it was last in force, of every agreement that ever was: one that is gone for a while may not come back as another. */
  const former = new Map(first.agreements.map((agreement) => [agreement.id, agreement]));
  const register: Register = Object.freeze({
    get version() {
      return version;
    },
    get clients() {
      return current.clients;
    },
    get agreements() {
      return current.agreements;
    },
    get sources() {
      return current.sources;
    },
    get writtenSources() {
      return current.writtenSources;
    },
    get organizations() {
      return current.organizations;
    },
    get issuers() {
      return current.issuers;
    },
    client: (id: string) => current.client(id),
    issuer: (id: string) => current.issuer(id),
    source: (name: string) => current.source(name),
    agreementOf: (client: string) => current.agreementOf(client),
    matches: (one: string, other: string) => current.matches(one, other),
    authorityOf: (source: string) => current.authorityOf(source),
    ancestorsOf: (organization: Parameters<Register["ancestorsOf"]>[0], at_ms: number) =>
      current.ancestorsOf(organization, at_ms),
  });
  return {
    register,
    problemsOf: (next) => versionProblems(former, next),
    replace(next) {
      current = withKept(next, former);
      for (const agreement of current.agreements) former.set(agreement.id, agreement);
      version += 1;
    },
    touch() {
      version += 1;
    },
  };
}

type Former = ReadonlyMap<string, Agreement>;

/** Tokens and page tokens carry an agreement's version, so no other content may go by the same one. */
function versionProblems(former: Former, next: Register): readonly RegisterProblem[] {
  return next.agreements.flatMap((agreement, index) => {
    const before = former.get(agreement.id);
    if (before === undefined || agreement.version > before.version || isDeepStrictEqual(before, agreement)) return [];
    return [
      {
        path: `agreements[${index}].version`,
        message: `the agreement differs from the one that was last in force; expected a version above ${before.version}`,
      },
    ];
  });
}

function withKept(next: Register, former: Former): Register {
  const keep = (agreement: Agreement): Agreement => {
    const before = former.get(agreement.id);
    return before !== undefined && isDeepStrictEqual(before, agreement) ? before : agreement;
  };
  const clients = new Map(
    next.clients.map((client): [string, Client] => [
      client.id,
      Object.freeze({ ...client, agreement: keep(client.agreement) }),
    ]),
  );
  return Object.freeze({
    ...next,
    agreements: next.agreements.map(keep),
    clients: [...clients.values()],
    client: (id: string) => clients.get(id),
    agreementOf: (client: string) => clients.get(client)?.agreement,
  });
}
