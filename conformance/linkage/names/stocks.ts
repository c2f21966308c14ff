import { african } from "./african.ts";
import { arabicSomali } from "./arabic-somali.ts";
import { celtic } from "./celtic.ts";
import { chinese } from "./chinese.ts";
import { easternEuropean } from "./eastern-european.ts";
import { english } from "./english.ts";
import { portugueseRomanian } from "./portuguese-romanian.ts";
import { southAsianHinduSikh, southAsianMuslim } from "./south-asian.ts";
import type { NameOrigin, NameStock } from "./stock.ts";

export const STOCKS: Readonly<Record<NameOrigin, NameStock>> = {
  english,
  celtic,
  "south-asian-muslim": southAsianMuslim,
  "south-asian-hindu-sikh": southAsianHinduSikh,
  "arabic-somali": arabicSomali,
  african,
  chinese,
  "eastern-european": easternEuropean,
  "portuguese-romanian": portugueseRomanian,
};
