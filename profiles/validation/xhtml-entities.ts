/** Entities that XHTML 1.0 names, which a narrative may use. https://www.w3.org/TR/xhtml1/dtds.html#h-A2 */
const ENTITIES: ReadonlySet<string> = new Set(
  (
    "AElig Aacute Acirc Agrave Alpha Aring Atilde Auml Beta Ccedil Chi Dagger Delta ETH Eacute Ecirc Egrave " +
    "Epsilon Eta Euml Gamma Iacute Icirc Igrave Iota Iuml Kappa Lambda Mu Ntilde Nu OElig Oacute Ocirc Ograve " +
    "Omega Omicron Oslash Otilde Ouml Phi Pi Prime Psi Rho Scaron Sigma THORN Tau Theta Uacute Ucirc Ugrave " +
    "Upsilon Uuml Xi Yacute Yuml Zeta aacute acirc acute aelig agrave alefsym alpha amp and ang aring asymp " +
    "atilde auml bdquo beta brvbar bull cap ccedil cedil cent chi circ clubs cong copy crarr cup curren dArr " +
    "dagger darr deg delta diams divide eacute ecirc egrave empty emsp ensp epsilon equiv eta eth euml euro " +
    "exist fnof forall frac12 frac14 frac34 frasl gamma ge gt hArr harr hearts hellip iacute icirc iexcl " +
    "igrave image infin int iota iquest isin iuml kappa lArr lambda lang laquo larr lceil ldquo le lfloor " +
    "lowast loz lrm lsaquo lsquo lt macr mdash micro middot minus mu nabla nbsp ndash ne ni not notin nsub " +
    "ntilde nu oacute ocirc oelig ograve oline omega omicron oplus or ordf ordm oslash otilde otimes ouml para " +
    "part permil perp phi pi piv plusmn pound prime prod prop psi quot rArr radic rang raquo rarr rceil rdquo " +
    "real reg rfloor rho rlm rsaquo rsquo sbquo scaron sdot sect shy sigma sigmaf sim spades sub sube sum sup " +
    "sup1 sup2 sup3 supe szlig tau there4 theta thetasym thinsp thorn tilde times trade uArr uacute uarr ucirc " +
    "ugrave uml upsih upsilon uuml weierp xi yacute yen yuml zeta zwj zwnj apos"
  ).split(" "),
);
const REFERENCE = /&(?:#(\d+)|#x([0-9A-Fa-f]+)|([A-Za-z][A-Za-z0-9]*));/g;

/** Whether each ampersand begins a reference to a character that there is. */
export function areEntitiesKnown(text: string): boolean {
  const rest = text.replace(REFERENCE, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return ENTITIES.has(name) ? "" : whole;
    return isCharacter(codeOf(decimal, hexadecimal)) ? "" : whole;
  });
  return !rest.includes("&");
}

/** A value of an attribute as whoever shows it reads its scheme: references resolved, blanks and controls left out. */
export function plainAddress(value: string): string {
  const resolved = value.replace(REFERENCE, (whole, decimal, hexadecimal, name) => {
    const code = name === undefined ? codeOf(decimal, hexadecimal) : undefined;
    return code !== undefined && isCharacter(code) ? String.fromCodePoint(code) : whole;
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them within a scheme.
  return resolved.replace(/[\u0000-\u0020]/g, "");
}

function codeOf(decimal: string | undefined, hexadecimal: string | undefined): number {
  return decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
}

/** https://www.w3.org/TR/xml/#charsets */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
