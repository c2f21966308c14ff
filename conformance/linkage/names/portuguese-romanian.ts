import { listOf, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const boys =
  ranked(`Gabriel Lucas David Matei Luca Andrei Miguel João Rafael Santiago Mateus Tiago Martim Afonso Lourenço
  Ștefan Alexandru Ionuț Darius Rareș Eduard Mihai Cristian Vlad Tudor Răzvan Sebastian Daniel Diego Mateo Hugo Nicolás
  Pedro Duarte Tomás Simão Vicente Henrique Rodrigo Gustavo Enzo Bernardo Robert Denis Patrick Iosif Raul Fabian`);
const girls = ranked(`Maria Sofia Leonor Matilde Beatriz Carolina Mariana Ana Inês Lara Alice Clara Francisca Daniela
  Ioana Andreea Elena Alexandra Antonia Daria Bianca Denisa Eva Ștefania Mihaela Teodora Valentina Lucía Martina Paula
  Camila Isabela Helena Luísa Gabriela Rafaela Yasmim Anastasia Larisa Sara Rebeca Miruna Iris Natália Bruna Letícia`);
const portuguese =
  ranked(`Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes
  Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro Cardoso
  Rocha Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos Fonseca García López Martínez González Hernández`);
const romanian = ranked(`Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Lazăr Marin
  Constantin Florea Tudor Dinu Ilie Moldovan Barbu Cojocaru Nistor Sandu Toma Voicu Neagu Preda Ungureanu Vasile`);
const stems = listOf(
  "Andrei Anton Barbul Cristesc Diacon Enach Filip Grigor Iliesc Lup Manol Mirc Neacș Onciul Petr Vlad",
);

export const portugueseRomanian: NameStock = {
  origin: "portuguese-romanian",
  given(random, sex) {
    const pick = sex === "male" ? boys : girls;
    const first = pick(random);
    return random.chance(0.5) ? [first] : [first, pick(random)];
  },
  family(random) {
    if (random.chance(0.5)) return random.chance(0.6) ? romanian(random) : `${random.pick(stems)}escu`;
    const link = random.pick([" ", " ", " ", " da ", " dos ", " de "]);
    return `${portuguese(random)}${link}${portuguese(random)}`;
  },
};
