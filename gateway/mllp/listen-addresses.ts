import type { RegisteredSource } from "../access/source.ts";

/** One address on which messages of one source are taken. */
export interface MllpAddress {
  /** A name or an address, an IPv6 one without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Name of the source, as `leeds-adt`. */
  readonly source: string;
}

const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})=([a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** `host:port=source`, several of them separated by commas; `undefined` when one is not of this form. */
export function parseMllpListen(text: string): readonly MllpAddress[] | undefined {
  const addresses = text.split(",").map((part) => {
    const [, six, host = six, port = "0", source = ""] = ADDRESS.exec(part.trim()) ?? [];
    const number = Number(port);
    return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number, source };
  });
  const known = addresses.filter((address) => address !== undefined);
  return known.length === addresses.length ? known : undefined;
}

/**
 * What is wrong with the addresses, in words for the operator: a source that is not one of ADT messages, an address that
 * serves two, and in production one that others can reach without TLS, unless that is allowed expressly.
 */
export function mllpProblems(
  addresses: readonly MllpAddress[],
  told: {
    readonly source: (name: string) => RegisteredSource | undefined;
    readonly isProduction: boolean;
    readonly hasTls: boolean;
    readonly isPlainAllowed: boolean;
  },
): readonly string[] {
  const seen = new Set<string>();
  return addresses.flatMap(({ host, port, source }) => {
    const at = `${host}:${port}`;
    const isTwice = seen.has(at);
    seen.add(at);
    const isOpen = told.isProduction && !told.hasTls && !told.isPlainAllowed && !isLoopback(host);
    return [
      ...(isTwice ? [`MLLP_LISTEN: ${at} stands there twice; an address belongs to one source`] : []),
      ...(told.source(source)?.kind === "itk-adt"
        ? []
        : [`MLLP_LISTEN: ${source} is no source of kind itk-adt in the register`]),
      ...(isOpen
        ? [`MLLP_LISTEN: ${at} can be reached from outside without TLS; give MLLP_TLS_CERT and MLLP_TLS_KEY`]
        : []),
    ];
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
