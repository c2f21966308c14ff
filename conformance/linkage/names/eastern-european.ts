import { listOf, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const boys =
  ranked(`Jakub Antoni Filip Adam Oliwier Jan Szymon Aleksander Nikodem Mikołaj Kacper Wojciech Stanisław Michał
  Kajetan Maksym Oleksandr Dmytro Andriy Artem Bohdan Danylo Ivan Matvii Mykyta Tymofiy Matas Jonas Lukas Dominykas Nojus
  Markuss Roberts Gustavs Tomáš Matěj Lukáš Ondřej Martin Dávid Bence Levente Máté Dániel Georgi Aleksandar Nikola`);
const girls =
  ranked(`Zofia Zuzanna Maja Hanna Lena Julia Oliwia Alicja Maria Amelia Natalia Wiktoria Aleksandra Antonina
  Laura Kornelia Gabriela Kalina Jagoda Łucja Róża Sofiia Yeva Anastasiia Polina Veronika Daryna Kateryna Solomiia
  Emilija Liepa Lėja Austėja Gabija Elza Anna Eliška Tereza Adéla Viktória Nina Hanna Zsófia Réka Boglárka Viktoria Raya`);
const stems = listOf(`Kowal Wiśniew Zieliń Szymań Dąbrow Kozłow Jankow Lewandow Kamiń Piotrow Grabow
  Pawłow Michal Nowakow Wróblew Sikor Rutkow Ostrow Maciejew Jaśkiew Borkow Gór Malinow Sokołow Zawadz
  Chmielew Czerwiń Domań Gajew Jasiń Kaczmar Laskow Marcin Olszew Przybyl Sadow Tomaszew Urbań`);
const fixed =
  ranked(`Nowak Mazur Wójcik Kaczmarek Kowalczyk Zając Król Pawlak Walczak Duda Stępień Bąk Shevchenko Kovalenko
  Bondarenko Tkachenko Kravchenko Oliynyk Melnyk Kazlauskas Petrauskas Jankauskas Bērziņš Kalniņš Ozoliņš Nagy Kovács
  Tóth Szabó Horváth Novák Svoboda Dvořák Černý Ivanov Dimitrov Petrov Georgiev Popov Todorov Wrona Cieślak Kubiak`);

/** Polish adjectival surnames end with the child's sex; some families keep one form in England. */
export const easternEuropean: NameStock = {
  origin: "eastern-european",
  given(random, sex) {
    const pick = sex === "male" ? boys : girls;
    const first = pick(random);
    return random.chance(0.65) ? [first] : [first, pick(random)];
  },
  family: (random) => (random.chance(0.5) ? fixed(random) : `${random.pick(stems)}ski`),
  familyOf: (family, sex) => (sex === "female" && family.endsWith("ski") ? `${family.slice(0, -3)}ska` : family),
};
