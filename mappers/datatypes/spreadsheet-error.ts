/** What a spreadsheet leaves in a cell whose content it could not show: nobody is called so, and no text says it. */
export function isSpreadsheetError(text: string): boolean {
  return /^#(NAME\?|REF!|VALUE!|N\/A|NULL!|NUM!|DIV\/0!|SPILL!|CALC!|#+)$/i.test(text.trim());
}

export const SPREADSHEET_ERROR = "an error of a spreadsheet, not a text; write it again, without = at its beginning";
