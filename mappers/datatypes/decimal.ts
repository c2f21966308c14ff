/** Whether a text is a plain decimal number without sign or exponent, as `12` or `0.905`. */
export function isDecimal(text: string): boolean {
  return /^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(text);
}

/**
 * A plain decimal times a power of ten, exactly: the point is moved in the text, so that 0.905 m is 90.5 cm and not the
 * 90.50000000000001 of binary arithmetic. `places` is negative for smaller units: `shiftDecimal("905", -1)` is `90.5`.
 */
export function shiftDecimal(text: string, places: number): string {
  const [whole = "", fraction = ""] = text.split(".");
  const digits = whole + fraction;
  const point = whole.length + places;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const cut = point <= 0 ? 1 : point;
  const integer = padded.slice(0, cut).replace(/^0+(?=[0-9])/, "");
  const decimals = padded.slice(cut).replace(/0+$/, "");
  return decimals === "" ? integer : `${integer}.${decimals}`;
}
