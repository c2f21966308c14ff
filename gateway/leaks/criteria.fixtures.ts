import type { Random } from "#mappers/synthetic/random.ts";
import { SEARCH_PARAMETERS, type SearchParameterDefinition } from "#profiles/generated/search-parameters.ts";
import { isServedType, SERVED_RESOURCES, type ServedResource, type ServedType } from "#profiles/interactions.ts";
import { NHS_NUMBER } from "#profiles/systems.ts";
import { modifiersOf } from "../search/parameter-kind.ts";
import type { Values } from "./words.fixtures.ts";

export function definitionsOf(type: string): readonly SearchParameterDefinition[] {
  return Object.values(SEARCH_PARAMETERS[isServedType(type) ? type : "Patient"] ?? {});
}

export function servedOf(type: ServedType): ServedResource | undefined {
  return SERVED_RESOURCES.find((one) => one.type === type);
}

/** Conditions of a search: direct ones with every modifier, chains, `_has`, and what most questions are about. */
export function createCriteria(random: Random, values: Values) {
  const { of, chance } = values;
  const direct = (type: string): [string, string] => {
    const definition = of(definitionsOf(type));
    const modifiers = [...modifiersOf(definition), ...definition.target.filter((target) => isServedType(target))];
    const modifier = modifiers.length > 0 && chance(0.3) ? of(modifiers) : undefined;
    const value =
      modifier === "missing"
        ? of(["true", "false"])
        : modifier === "identifier"
          ? `${NHS_NUMBER}|${values.number()}`
          : values.value(definition, type);
    const several = chance(0.15) ? `${value},${values.value(definition, type)}` : value;
    return [modifier === undefined ? definition.code : `${definition.code}:${modifier}`, several];
  };
  const chained = (type: ServedType, depth = 0): [string, string] => {
    const links = definitionsOf(type).filter(
      ({ type: kind, target }) => kind === "reference" && target.some(isServedType),
    );
    if (links.length === 0 || depth > 1) return direct(type);
    const link = of(links);
    const target = of(link.target.filter(isServedType));
    const [name, value] = chance(0.2) ? chained(target, depth + 1) : direct(target);
    return [`${link.code}:${target}.${name}`, value];
  };
  const reversed = (type: ServedType): [string, string] => {
    const [from = "", link = ""] = of([...(servedOf(type)?.revIncludes ?? []), "Observation:patient"]).split(":");
    const [name, value] = direct(from);
    return [`_has:${from}:${link}:${name}`, value];
  };
  const about = (type: ServedType): [string, string] => {
    const codes = servedOf(type)?.searchParameters ?? [];
    if (codes.includes("patient") && chance(0.5)) {
      return chance(0.5)
        ? ["patient", `Patient/${values.id("Patient")}`]
        : ["patient.identifier", `${NHS_NUMBER}|${values.number()}`];
    }
    if (type === "Patient" && chance(0.5)) return ["identifier", `${NHS_NUMBER}|${values.number()}`];
    return ["_id", values.id(type)];
  };
  const criterion = (type: ServedType): [string, string] => {
    const kind = random.next();
    if (kind < 0.35) return about(type);
    if (kind < 0.7) return direct(type);
    return kind < 0.85 ? chained(type) : reversed(type);
  };
  return { about, criterion };
}
