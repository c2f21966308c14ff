/** An NHS number as ten digits: the spaces and hyphens in which it is printed are taken out. */
export function normaliseNhsNumber(text: string): string {
  return text.replace(/[\s-]/g, "");
}

/**
 * Whether a text is an NHS number: ten digits, the last of them the modulus 11 check digit.
 * Ten equal digits pass the arithmetic and are never issued; systems use them as "not known".
 *
 * Source: NHS Data Dictionary, NHS NUMBER.
 */
export function isNhsNumber(text: string): boolean {
  const digits = normaliseNhsNumber(text);
  if (!/^[0-9]{10}$/.test(digits) || /^(.)\1{9}$/.test(digits)) return false;
  let sum = 0;
  for (let position = 0; position < 9; position++) sum += Number(digits[position]) * (10 - position);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(digits[9]);
}
