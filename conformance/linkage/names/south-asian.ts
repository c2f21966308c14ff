import { listOf, type Random, ranked } from "../random.ts";
import type { NameStock, Sex } from "./stock.ts";

const muslimBoys = ranked(`Ibrahim Yusuf Musa Zakariya Ismail Adam Hamza Ayaan Zayn Abdullah Bilal Hassan Hussain Umar
  Yahya Eesa Haroon Rayyan Idris Sulaiman Dawud Ilyas Zain Faizan Haris Imran Junaid Kabir Khalid Mustafa Nabeel Omar
  Qasim Rehan Saad Shahzad Tariq Usman Waleed Zubair Arham Azlan Ehsan Fahad Huzaifa Irfan Luqman Mikaeel Rafay Shayan`);
const muslimGirls =
  ranked(`Fatima Maryam Aisha Zainab Hafsa Khadija Amina Zara Anaya Inaya Safiya Sumayyah Hafsah Ayesha
  Noor Iqra Hiba Aleena Mahnoor Eshaal Aiza Sana Rabia Nimra Laiba Zoya Amara Alina Haniya Sara Ruqayyah Halima Asiya
  Bushra Farah Humaira Javeria Kainat Maira Nadia Rukhsar Sadia Shanza Tahira Unaysah Yasmin Zunairah Mariam Hoorain`);
const muslimFamilies = ranked(
  `Khan Ahmed Hussain Ali Begum Ahmad Akhtar Mahmood Iqbal Malik Miah Rahman Hussein Shah Mohammed Uddin Islam Choudhury
  Chowdhury Bibi Hassan Khatun Aslam Rashid Nawaz Mirza Sheikh Butt Qureshi Siddique Raja Bashir Javed Kausar Rehman
  Saleem Shabir Yousaf Zaman Alam Haque Sultana Parveen Ashraf Arshad Anwar Farooq Hanif Karim Latif Majid Mehmood
  Munir Nazir Rafiq Riaz Sadiq Sajid Sharif Tahir Waheed Yaqub Zahid Bhatti Chaudhry Dar Gill Hayat Jamil Kayani`,
  0.85,
  2,
);
const muhammad = ranked("Muhammad Mohammed Mohammad Muhammed Mohamed", 1.1, 1);
export const MUHAMMAD_SPELLINGS = listOf("Muhammad Mohammed Mohammad Muhammed Mohamed Mohd Md");

function muslimGiven(random: Random, sex: Sex): readonly string[] {
  if (sex === "female") return random.chance(0.25) ? [muslimGirls(random), random.pick(BIBI)] : [muslimGirls(random)];
  if (random.chance(0.07)) return [muhammad(random)];
  if (random.chance(0.32)) return [muhammad(random), muslimBoys(random)];
  return random.chance(0.2) ? [muslimBoys(random), random.pick(ENDINGS)] : [muslimBoys(random)];
}
const BIBI = listOf("Noor Bibi Fatima Zahra Eman Jannat");
const ENDINGS = listOf("Ali Ahmed Hassan Raza Haider Amin Abbas");

/** Surnames of girls alone, and what their brothers are called. */
const BROTHERS = new Map([
  ["Begum", "Miah"],
  ["Bibi", "Hussain"],
  ["Khatun", "Rahman"],
  ["Sultana", "Alam"],
  ["Parveen", "Akram"],
  ["Kausar", "Iqbal"],
]);

export const southAsianMuslim: NameStock = {
  origin: "south-asian-muslim",
  given: muslimGiven,
  family: muslimFamilies,
  familyOf: (family, sex) => (sex === "male" ? (BROTHERS.get(family) ?? family) : family),
  prefixes: new Set(MUHAMMAD_SPELLINGS),
};

const otherBoys =
  ranked(`Arjun Aarav Krishna Rohan Dev Vihaan Reyansh Ishaan Kiaan Veer Aryan Shaan Jai Rahul Nikhil Karan
  Sahil Dhruv Yash Kabir Rishi Neel Om Advait Aadi Vivaan Ayush Siddharth Pranav Tejas Harjot Gurpreet Manpreet Jasdeep
  Jaspal Harpreet Sukhdeep Amardeep Ranveer Tegh Fateh Arjan Jujhar Gurvir Hargun Kirpal Balraj Navdeep Parminder`);
const otherGirls = ranked(`Aanya Anika Diya Saanvi Myra Kiara Meera Riya Priya Isha Ananya Aadhya Navya Avni Tara Pari
  Jiya Sia Kavya Nisha Pooja Shreya Sneha Trisha Vidhi Zia Anaya Mahi Nitya Radhika Simran Jasleen Harleen Gurleen
  Prabhleen Manpreet Harpreet Gurpreet Kiranjeet Amrit Navneet Sukhmani Asees Jasmeet Mehar Ravneet Sehaj Ekam`);
const patel = ranked(
  `Patel Sharma Kumar Gupta Shah Reddy Desai Joshi Mehta Rao Nair Pillai Iyer Menon Verma Agarwal
  Mistry Chauhan Parmar Solanki Bhatt Trivedi Pandya Kapoor Malhotra Chopra Khanna Bose Das Ghosh Banerjee Mukherjee
  Sinha Thakur Yadav Krishnan Subramanian Venkatesan Rajan Sivakumar Perera Fernando Silva Jayawardena Gunawardena
  Bhandari Gurung Thapa Rai Limbu Shrestha Lad Vaghela Gohil Jadeja Dave Naik Kulkarni Deshpande Bhat Hegde Shetty`,
  0.7,
  2,
);
const sikh = ranked(
  "Singh Dhillon Gill Sandhu Sidhu Grewal Bains Atwal Johal Sahota Mann Virk Dhaliwal Cheema Randhawa",
);

/** A Sikh household in which boys are Singh and girls Kaur is written with the first; the child decides. */
export const southAsianHinduSikh: NameStock = {
  origin: "south-asian-hindu-sikh",
  given(random, sex) {
    const first = (sex === "male" ? otherBoys : otherGirls)(random);
    return random.chance(0.2) ? [first, sex === "male" ? "Kumar" : "Devi"] : [first];
  },
  family: (random) => (random.chance(0.35) ? sikh(random) : patel(random)),
  familyOf: (family, sex) => (family === "Singh" && sex === "female" ? "Kaur" : family),
};
