import { BEYOND } from "./beyond.ts";
import { CREATE } from "./create.ts";
import { FORMAT } from "./format.ts";
import { HTTP } from "./http.ts";
import { IHE } from "./ihe.ts";
import { INSTANCE } from "./instance.ts";
import type { Requirement } from "./requirement.ts";
import { SEARCH } from "./search.ts";
import { SEARCH_VALUES } from "./search-values.ts";
import { SYSTEM } from "./system.ts";

/** Every rule of the R4 http and search pages, and of the formats they rely on, that the kit knows. */
export const R4_REQUIREMENTS: readonly Requirement[] = [
  ...HTTP,
  ...INSTANCE,
  ...CREATE,
  ...SYSTEM,
  ...SEARCH,
  ...SEARCH_VALUES,
  ...FORMAT,
];

/** All that a case may name: R4's rules, and what servers of this kind are held to besides. */
export const REQUIREMENTS: readonly Requirement[] = [...R4_REQUIREMENTS, ...BEYOND, ...IHE];
