import { z } from "zod";
import { parseDate } from "#mappers/datatypes/date.ts";

/** What the entries of a register are spelled with. */

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export const name = z.string().regex(NAME, { error: "expected small letters, digits and single hyphens" });
export const words = z.string().trim().min(1, { error: "expected a text" });
export const system = z.url({ error: "expected a URI" });
export const day = z
  .string()
  .refine((text) => text.length === 10 && parseDate(text) !== undefined, { error: "expected a day as YYYY-MM-DD" });

/** https, or plain http on this machine alone, where a stand-in may listen; production refuses the latter. */
export const guardedUrl = z.string().refine(
  (text) => {
    const url = URL.parse(text);
    const isLocal = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
    return (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) && !/[#@]/.test(text);
  },
  { error: "expected an https address without credentials; http only on this machine" },
);
