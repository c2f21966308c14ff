import type { LabelLists } from "./label-list.ts";
import { DEFAULTS, ORDINARY_LISTS } from "./ordinary-lists.ts";
import { SENSITIVE_LISTS, SENSITIVE_SERVICES } from "./sensitive-lists.ts";

/** The lists that come with the gateway. Whoever changes one of them raises the version. */
export const LABEL_LISTS: LabelLists = {
  version: "1",
  lists: [...SENSITIVE_LISTS, ...ORDINARY_LISTS],
  defaults: DEFAULTS,
  services: SENSITIVE_SERVICES,
  sensitivityFloor: "R",
  handlingFloors: {
    "PDS-R": "R",
    "adoption-sealed": "V",
    "child-protection-plan": "V",
    "domestic-abuse-address": "R",
    // About what a family is told, not about who may see.
    "do-not-inform-family": "N",
  },
};
