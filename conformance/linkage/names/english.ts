import { listOf, type Random, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const boys = ranked(`Oliver George Noah Arthur Harry Leo Jack Theo Freddie Charlie Henry Oscar Archie Alfie Thomas Jacob
  Joshua James William Alexander Arlo Lucas Edward Albie Teddy Logan Isaac Max Finley Rory Reuben Louie Roman Reggie
  Ezra Tommy Mason Harrison Hugo Joseph Ethan Jude Sebastian Benjamin Daniel Samuel Luca Adam Hudson Ronnie
  Toby Jaxon Frankie Elijah Dylan Riley Caleb Bobby Jasper Ralph Otis Ellis Nathan Frederick Albert Gabriel
  Carter Jenson Grayson Ollie Zachary Rowan Felix Blake Sonny Billy Vincent Kit Bertie Rupert Stanley Ted Wilfred
  Nicholas Jonathan Matthew Robert Michael Christopher Anthony Andrew David Peter Patrick Gregory Timothy Edmund Miles
  Barnaby Monty Rafe Chester Lenny Dexter Kai Tyler Jayden Hayden Leon Luke Mark Simon Philip Stephen Dominic Laurence`);

const girls = ranked(`Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sienna
  Poppy Elsie Emily Ella Evelyn Phoebe Evie Charlotte Harper Millie Matilda Maya Sophie Alice Emilia Isabelle Ruby Luna
  Maisie Ada Penelope Bonnie Mila Ellie Arabella Violet Hallie Eliza Chloe Orla Jessica Hannah Robyn Lottie Imogen
  Eleanor Elizabeth Thea Margot Zara Scarlett Holly Molly Lola Nancy Lucy Erin Summer Darcie Darcey Layla Ayla Esme
  Amber Bella Beatrice Martha Rose Iris Clara Edith Mabel Maeve Heidi Lyra Lara Eva Gracie Abigail Anna Katherine
  Catherine Victoria Rebecca Georgia Josephine Annabelle Harriet Jennifer Samantha Alexandra Francesca Madeleine Megan
  Rachel Naomi Tabitha Winnie Dorothy Sadie Skye Savannah Paige Kayla Kaylee Leah Ellen Cordelia Jemima Rosalind`);

const frequent = ranked(
  `Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker
  White Roberts Green Hall Wood Jackson Clarke Clark Hill Moore Harrison Ward Turner Cooper Lee King Baker Martin Cook
  Parker Allen Bennett Mitchell Shaw Carter Hughes Edwards Collins Bell Watson Barker Richardson Holmes Simpson Palmer
  Webb Rogers Gibson Hunt Mills Fisher Marshall Foster Butler Barnes Knight Harvey Ellis Adams Booth Pearson Jenkins
  Fletcher Howard Andrews Armstrong Chapman Lawson Spencer Dixon Hudson Walsh Atkinson Saunders Bradley Lowe Day Cole
  Sutton Riley Brooks Gregory Matthews Reynolds Owen Lawrence Payne Nicholson Carr Francis Stone Banks Newton Hart
  Burton Field Wells Berry Wilkinson Stevens Stephens Phillips Philips Pierce Read Reid Davidson Davison Hewitt Oldfield`,
  0.6,
  3,
);

/** Place names made surnames: the long tail that makes most English surnames rare. */
const HEADS = listOf(`Ash Ack Arm Bar Bent Birch Black Bram Broad Brad Brook Cald Carl Clif Cran Crom Dal Den Dews Dun
  Eccles Elm Far Fen Gar Gran Green Had Ham Har Haw Hay Hel Hol Hors Ing Kirk Lang Led Lind Long Mar Mid Mor Nor Oak
  Oder Pem Pick Rad Rams Rib Roth Rus Sed Shel Sil South Stan Stock Sut Thorn Tat Ul Wad Wake Wal West Whit Win Wool`);
const TAILS = listOf(`worth ham ton ley field shaw croft wood bottom burn by thwaite bridge well combe don gate grave
  hurst land more side stead stone ford ridge water wick dale bank cliffe man`);

const second = {
  female: ranked(`Rose Grace Mae Louise May Elizabeth Jane Marie Anne Ann Lily Catherine Victoria Hope Faith Ivy Olivia
    Margaret Alice Florence Isabella Charlotte Rae Joy Eve Beatrice Helen Ruth Frances Eleanor Violet Pearl Daisy`),
  male: ranked(`James William Thomas John David Edward Joseph George Alexander Robert Michael Peter Charles Henry Arthur
    Jack Daniel Paul Lee Anthony Christopher Andrew Philip Francis Stephen Albert Oliver Matthew Alan Ian Scott Samuel`),
};
const SHORT_SECOND = { female: listOf("Rose Mae Grace May Leigh Rae Louise"), male: listOf("James Jay Lee John Jack") };

function surname(random: Random): string {
  return random.chance(0.42) ? frequent(random) : random.pick(HEADS) + random.pick(TAILS);
}

export const english: NameStock = {
  origin: "english",
  given(random, sex) {
    const first = (sex === "male" ? boys : girls)(random);
    if (random.chance(0.06)) return [`${first}-${random.pick(SHORT_SECOND[sex])}`];
    if (random.chance(0.3)) return [first];
    return [first, second[sex](random)];
  },
  family(random) {
    return random.chance(0.045) ? `${surname(random)}-${surname(random)}` : surname(random);
  },
};
