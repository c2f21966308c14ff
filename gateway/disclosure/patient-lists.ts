import type { Address, Extension, Identifier, Patient, Reference } from "@medplum/fhirtypes";

type Practice = NonNullable<Patient["generalPractitioner"]>[number];

/** Values of several sources in their order, each once. */
export function joined<T>(lists: readonly (readonly T[] | undefined)[]): readonly T[] {
  const seen = new Map<string, T>();
  for (const value of lists.flatMap((values) => values ?? [])) {
    const text = JSON.stringify(value);
    if (!seen.has(text)) seen.set(text, value);
  }
  return [...seen.values()];
}

/**
 * One source a practice: the first that dates the registration, else the first that names it. What that source says is
 * kept whole, since a child can leave a practice and come back.
 */
export function joinedPractices(lists: readonly (readonly Practice[] | undefined)[]): readonly Practice[] {
  const names = new Set(lists.flatMap((practices) => (practices ?? []).map(nameOf)));
  return [...names].flatMap((name) => {
    const told = lists
      .map((practices) => joined([(practices ?? []).filter((practice) => nameOf(practice) === name)]))
      .filter((practices) => practices.length > 0);
    return told.find((practices) => practices.some(isDated)) ?? told[0] ?? [];
  });
}

function nameOf(practice: Practice): string {
  const { reference, identifier } = practice;
  if (identifier?.value !== undefined) return `${identifier.system}|${identifier.value}`;
  return reference ?? JSON.stringify(practice);
}

function isDated({ identifier }: Reference): boolean {
  return identifier?.period !== undefined;
}

/** Addresses in their order; one that says no more than another, in whatever letters and spaces, gives way to it. */
export function joinedAddresses(lists: readonly (readonly Address[] | undefined)[]): readonly Address[] {
  const kept: Address[] = [];
  for (const address of joined(lists)) {
    if (kept.some((other) => saysAsMuch(other, address))) continue;
    const fewer = kept.findIndex((other) => saysAsMuch(address, other));
    if (fewer === -1) kept.push(address);
    else kept[fewer] = address;
  }
  return kept.filter((address, place) => !kept.slice(0, place).some((other) => saysAsMuch(other, address)));
}

/** Whether the first says all that the second says. */
function saysAsMuch(first: Address, second: Address): boolean {
  const said = new Map(Object.entries(first).map(([element, value]) => [element, alike(value)]));
  return Object.entries(second).every(([element, value]) => said.get(element) === alike(value));
}

function alike(value: unknown): string {
  return JSON.stringify(value).toLowerCase().replaceAll(/\s/g, "");
}

/** Who gave a number can be the clinic at which the child is seen. */
export function withoutAssigner({ assigner: _, ...identifier }: Identifier): Identifier {
  return identifier;
}

export function firstByUrl(extensions: readonly Extension[]): readonly Extension[] {
  const byUrl = new Map<string, Extension>();
  for (const extension of extensions) if (!byUrl.has(extension.url)) byUrl.set(extension.url, extension);
  return [...byUrl.values()];
}
