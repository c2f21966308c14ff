import { listOf, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const christian = {
  male: ranked(`David Daniel Emmanuel Samuel Michael Joshua Nathan Joel Elijah Jeremiah Gabriel Caleb Isaac Ethan Jayden
    Prince Nathaniel Jason Kingsley Bright Divine Godwin Moses Solomon Kelvin Desmond Clinton Israel Josiah Malachi`),
  female: ranked(`Esther Grace Deborah Hannah Abigail Michelle Precious Blessing Joy Faith Naomi Mercy Miriam Ruth Sarah
    Gloria Princess Favour Divine Elizabeth Rachel Janelle Bernice Comfort Angel Peace Vanessa Zoe Tiana Rebecca`),
};
const own = {
  male: ranked(`Ayomide Oluwaseun Chidi Kwame Kofi Tobi Ifeanyi Emeka Obinna Kelechi Temitope Babatunde Adewale Olamide
    Kwabena Yaw Kojo Tendai Tafadzwa Tinashe Chukwuemeka Oluwadamilare Oluwatobiloba Ebuka Segun Sipho Thabo Amara`),
  female: ranked(`Oluwatoni Adaeze Chiamaka Ngozi Ama Abena Akosua Efua Adwoa Temiloluwa Folake Yetunde Titilayo Chioma
    Ifeoma Nkechi Amarachi Oluwadarasimi Tiwatope Morayo Ayomikun Rutendo Tariro Nyasha Chipo Zanele Thandi Simisola`),
};
const surnames = ranked(
  `Mensah Okafor Adeyemi Owusu Boateng Asante Osei Appiah Addo Eze Nwosu Okonkwo Ogunleye Balogun Adebayo
  Agyemang Antwi Amoah Opoku Sarpong Gyamfi Darko Yeboah Acheampong Moyo Ncube Ndlovu Dube Sibanda Chikwanha Mutasa
  Banda Phiri Mwale Kamara Sesay Conteh Koroma Bangura Jalloh Turay Mbeki Okoro Onyeka Obi Uche Ibe Umeh Anyanwu`,
  0.5,
  4,
);
const heads = listOf("Ade Ola Olu Ogun Ayo Oye Akin Afo Ani Ike Oku Chukwu Nwa Eme Ogbo Owo");
const tails = listOf("sanya wale tunde leke dayo mola kunle yinka tola bode bunmi gbenga lana sina wumi ka nna rinde");

export const african: NameStock = {
  origin: "african",
  given(random, sex) {
    const names = [christian[sex](random), own[sex](random)];
    if (random.chance(0.35)) names.reverse();
    return random.chance(0.2) ? names.slice(0, 1) : names;
  },
  family: (random) => (random.chance(0.6) ? surnames(random) : random.pick(heads) + random.pick(tails)),
};
