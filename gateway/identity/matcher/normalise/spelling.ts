/**
 * What one name is written with in several ways, by those who hear it or bring it over from another alphabet, in the order
 * in which it is taken out: each step sees what the ones before have left.
 */
const STEPS: readonly (readonly [RegExp, string])[] = [
  // Doubled consonants: Hassan and Hasan; before the last sound they tell Ellie from Eli, Millie from Miley.
  [/([b-df-hj-np-tv-z])\1(?!(?:i|ie|ey|y|ee)$)/g, "$1"],
  // One sound in two letters: Philip, Thomas, Khadija, Dhruv, Ghulam, Bhavya; Jaxon, Tariq, Nicky.
  [/ph/g, "f"],
  [/(?<=[tkdgb])h/g, ""],
  [/x/g, "ks"],
  [/q|ck|c(?=[^eihy]|$)/g, "k"],
  // Long vowels: Ayaan, Sameer, Noor and Nour.
  [/a{2,}/g, "a"],
  [/ee/g, "i"],
  [/oo|ou/g, "u"],
  // A silent h: Sarah, Zahra.
  [/(?<=[aeiou])h(?=[^aeiou]|$)/g, ""],
  [/(?<=a)a/g, ""],
  // Glides: Sumaiya and Sumaya, Maia and Maya; Safiya and Safia.
  [/(?<=[aeou])(?:iy|yi|i)(?=[aeou])/g, "y"],
  [/iy(?=[aou])/g, "i"],
  // Layla, Leyla, Laila and Leila; Robyn, though Kyra is not Kira.
  [/(?:ay|ey|ei)(?=[^aeiouy])/g, "ai"],
  [/(?<=[aeiou].*[^aeiouy])y(?=[^aeiouy])/g, "i"],
  // Billie and Billy, Darcey and Darcy; Joey is not Joy.
  [/(?<=.[^aeiou])(?:ie|ey|y)$/, "i"],
  [/(?<=[ae])y$/, "i"],
];

/** A name without what spellings of one name differ in; two with the same plain spelling are taken for one name. */
export function plainSpelling(name: string): string {
  return STEPS.reduce((text, [sought, put]) => text.replace(sought, put), name);
}
