import { listOf, type Random, ranked } from "../random.ts";
import type { NameStock, Sex } from "./stock.ts";

const boys =
  ranked(`Mohamed Ahmed Omar Yusuf Ali Hassan Abdirahman Ibrahim Khalid Mustafa Abdi Ismail Zakaria Bilal Hamza
  Anas Sami Karim Tariq Walid Younes Ayoub Idris Jamal Nasir Rashid Salah Tarek Ziad Adel Bashir Farhan Guled Hussein
  Liban Mahad Nuh Qasim Suleiman Warsame Yahya Abdullahi Abdulaziz Abdifatah Faysal Hisham Imad Jibril Kamal Laith Mazen`);
const girls =
  ranked(`Fatima Maryam Aisha Khadija Hodan Amina Zahra Salma Layla Nour Hawa Sumaya Yasmin Halima Ifrah Sagal
  Ayaan Hibo Ikram Naima Rahma Sahra Ubah Zeinab Amal Basma Dina Farah Hana Jana Lina Mona Nada Rania Reem Samira Shaima
  Sirin Tasneem Wafa Yara Zaynab Asma Bahja Deqa Filsan Ilhan Ladan Muna Nasra Safia Warda Hamdi Malak Marwa`);
const arab = ranked(
  `El-Sayed Al-Hassan Mansour Haddad Khoury Nasser Saleh Al-Masri Benali Bouzid Cherif Darwish El-Amrani
  Fares Ghanem Hamdan Al-Jabri Kassem Lahlou Mahdi Najjar Othman Qasim Rahal Sabbagh Al-Tamimi Wahab Yassin Zidan Abbas
  Aziz Barakat Al-Dosari El-Fassi Habib Ismail Jaber Al-Khatib Mourad Nouri Rifai Salem Taha Al-Zahrani Bakr Idrissi`,
  0.6,
  3,
);
const fathers = listOf(`Ali Hassan Mohamed Abdi Ahmed Omar Yusuf Hussein Farah Warsame Ibrahim Jama Abdullahi Osman Aden
  Nur Ismail Duale Hirsi Guled Abukar Barre Elmi Egal Isse Mohamud Roble Sharif Shire Wardere Awale Dahir Samatar`);

/** Somali children are named in a line: own name, father's, grandfather's. The household keeps the last two. */
function somaliFamily(random: Random): string {
  return `${random.pick(fathers)} ${random.pick(fathers)}`;
}

export const arabicSomali: NameStock = {
  origin: "arabic-somali",
  given(random: Random, sex: Sex) {
    return [(sex === "male" ? boys : girls)(random)];
  },
  family: (random) => (random.chance(0.5) ? somaliFamily(random) : arab(random)),
};
