import type { NameOrigin, Sex } from "./stock.ts";

/** Short and pet forms a setting may use as the name. First word the registered name, then what it is called. */
const SHORT_FORMS = new Map(
  `Oliver:Ollie Alexander:Alex,Xander,Sandy William:Will,Billy,Liam Thomas:Tom,Tommy James:Jamie,Jim Joshua:Josh
  Benjamin:Ben,Benji Samuel:Sam,Sammy Daniel:Dan,Danny Joseph:Joe,Joey Matthew:Matt,Matty Harrison:Harry Frederick:Fred,Freddie
  Albert:Albie,Bertie Edward:Ed,Eddie,Ted,Teddy Charlie:Chas Henry:Harry Archie:Arch Theo:Teo Zachary:Zach,Zak Jacob:Jake
  Nathan:Nate Gabriel:Gabe Nicholas:Nick,Nicky Robert:Rob,Bobby Michael:Mike,Mikey Christopher:Chris,Kit Anthony:Tony
  Andrew:Andy,Drew Jonathan:Jon,Jonny Reginald:Reggie Leonard:Leo,Lenny Sebastian:Seb Isaac:Ike Dominic:Dom Reuben:Ben,Rubes
  Elijah:Eli Stanley:Stan Laurence:Larry Timothy:Tim Gregory:Greg Vincent:Vinnie Wilfred:Wilf Barnaby:Barney
  Elizabeth:Lizzie,Beth,Eliza,Libby Isabella:Bella,Izzy Isabelle:Izzy,Belle Charlotte:Lottie,Charlie Eleanor:Ellie,Nell,Nora
  Katherine:Kate,Katie,Kitty Catherine:Cathy,Kate Victoria:Vicky,Tori Rebecca:Becky,Becca Matilda:Tilly Florence:Flo,Florrie
  Evelyn:Evie Amelia:Millie,Amy Emilia:Emmy,Milly Penelope:Penny Jessica:Jess,Jessie Alexandra:Lexi,Alex Abigail:Abby,Abi
  Samantha:Sam,Sammy Josephine:Josie Georgia:Georgie Margaret:Maggie,Meg Annabelle:Annie,Belle Harriet:Hattie Arabella:Bella
  Beatrice:Bea,Trixie Madeleine:Maddie Francesca:Frankie,Chessie Imogen:Immy,Immie Olivia:Liv,Livvy Sophia:Sophie Martha:Mattie
  Jennifer:Jenny,Jen Megan:Meg Gabriella:Gabby Philippa:Pippa Theodore:Theo,Teddy Maximilian:Max Tabitha:Tabby Rosalind:Rosie
  Patrick:Paddy,Pat Cameron:Cam Callum:Cal Lachlan:Lachie Caoimhe:Keeva Kathleen:Kath Fionn:Finn Catriona:Trina Bridget:Bridie
  Emmanuel:Manny,Emma Michelle:Shelly Nathaniel:Nate,Nat Oluwaseun:Seun Oluwatoni:Toni Oluwatobiloba:Tobi Temitope:Temi,Tope
  Babatunde:Tunde Adewale:Wale Chukwuemeka:Emeka Temiloluwa:Temi Oluwadarasimi:Dara Titilayo:Titi Ayomide:Ayo Ayomikun:Ayo
  Chiamaka:Amaka Oluwadamilare:Dami Jeremiah:Jerry Blessing:Bee Solomon:Solly Tafadzwa:Tafa
  Aleksander:Olek,Alek Stanisław:Staś Zuzanna:Zuzia Aleksandra:Ola Mikołaj:Miki Wojciech:Wojtek Antoni:Antek Jakub:Kuba
  Oleksandr:Sasha Dmytro:Dima Anastasiia:Nastia Kateryna:Katya Mykyta:Nikita Zofia:Zosia Hanna:Hania Gabriela:Gabi
  Ștefania:Fania Alexandru:Alex Sebastian:Seb Francisca:Kika Gabriela:Gabi Isabela:Isa Mihai:Misu Ionuț:Nelu Ioana:Oana
  Abdirahman:Abdi Abdullahi:Abdi Abdifatah:Fatah Abdulaziz:Aziz Khadija:Dija Suleiman:Sulei
  Siddharth:Sid Krishna:Krish Nikhil:Nik Gurpreet:Gopi,Preet Harpreet:Harry,Preet Jasleen:Jas Prabhleen:Prabh Aanya:Anu`
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name = "", forms = ""] = entry.split(":");
      return [name, forms.split(",")] as const;
    }),
);

/** One name in several Latin spellings: who writes it down decides. */
const SPELLINGS = `Muhammad,Mohammed,Mohammad,Muhammed,Mohamed,Mohamad Yusuf,Yousuf,Yusef,Yousef,Youssef
  Aisha,Ayesha,Aysha,Aaisha,Aicha Zainab,Zaynab,Zeinab,Zaineb Maryam,Mariam,Maryum,Meryem Fatima,Fatimah,Fathima
  Khadija,Khadijah,Kadija,Khadeeja Ibrahim,Ibraheem,Ebrahim Zain,Zayn,Zane Omar,Umar,Omer Usman,Uthman,Osman Hassan,Hasan
  Hussain,Hussein,Husain,Husayn Musa,Moosa,Moussa Eesa,Isa,Essa Dawud,Dawood,Daud Sulaiman,Suleiman,Sulayman Yahya,Yahia
  Zakariya,Zakaria,Zakariyya Ismail,Ismael,Ismaeel Abdullah,Abdallah Rayyan,Rayan,Raiyan Ayaan,Ayan Hamza,Hamzah
  Haroon,Harun,Haroun Idris,Idrees Ilyas,Elias,Ilyaas Safiya,Safiyah,Safia Sumayyah,Sumaya,Sumaiya Hafsa,Hafsah
  Noor,Nour,Nur Zahra,Zahraa Yasmin,Yasmeen,Jasmin Halima,Halimah Amina,Aminah,Ameena Layla,Laila,Leyla Sara,Sarah
  Abdirahman,Abdurahman,Abdulrahman Abdullahi,Abdulahi Khalid,Khaled,Kalid Mustafa,Mostafa,Mustapha Tariq,Tarek,Tareq
  Bilal,Belal Khan,Kahn Ahmed,Ahmad,Ahmet Chowdhury,Choudhury,Chaudhry,Choudhry Rahman,Rehman Miah,Mia Siddique,Siddiqui
  Akhtar,Akter Sheikh,Shaikh Qureshi,Quraishi Mahmood,Mehmood,Mahmud Yousaf,Yusuf Uddin,Udin Iqbal,Ikbal Butt,Bhatt
  El-Sayed,Elsayed,Al-Sayed Al-Masri,Almasri,El-Masri Al-Hassan,Alhassan Mohamud,Mahmoud,Mohamoud Nur,Noor Jama,Jamac
  Aarav,Arav Aanya,Anya,Anaya Diya,Dia Saanvi,Sanvi Kiaan,Kian Ishaan,Ishan Riya,Ria Priya,Pria Vihaan,Vihan Krishna,Krisna
  Harpreet,Harprit Gurpreet,Gurprit Jasleen,Jaslin Reddy,Reddi Chauhan,Chohan Sharma,Sarma Dhillon,Dhillion Agarwal,Aggarwal
  Zhang,Chang Wang,Wong Huang,Hwang Xu,Hsu Zhou,Chou Li,Lee Zheng,Cheng Cai,Tsai Liu,Lau Chen,Chan Lin,Lam Wu,Ng Xie,Tse
  Okafor,Okafo Adeyemi,Adeyeemi Chukwuemeka,Chukwuemaka Kwame,Kwami Mensah,Mensa Balogun,Balougun Tunde,Tundey
  Oleksandr,Olexandr,Alexander Dmytro,Dmitro,Dmitry Sofiia,Sofia,Sophia Anastasiia,Anastasia Danylo,Danilo Andriy,Andrii
  Kateryna,Katerina Mykyta,Mikita,Nikita Shevchenko,Schevchenko Tkachenko,Tkatchenko Yeva,Eva Matvii,Matviy Viktoria,Victoria
  Ștefan,Stefan,Stephan Alexandru,Alexandro Mihai,Mihail João,Joao Sousa,Souza Andreea,Andrea Luísa,Luiza Teixeira,Texeira
  Seán,Sean,Shaun,Shawn Niamh,Neve,Niahm Caoimhe,Keeva Aoife,Eefa,Aife Siobhán,Shivaun Conor,Connor Callum,Calum Rhys,Rees,Reece
  Sian,Siân,Shân Eilidh,Ailidh Iona,Ione Cian,Kian McDonald,MacDonald McKenna,MacKenna Stewart,Stuart Doherty,Docherty,Dougherty
  Catherine,Katherine,Kathryn Isabelle,Isabel,Isobel Darcie,Darcey,Darcy Layla,Leila Jaxon,Jackson,Jaxson Theo,Teo Sophia,Sofia
  Eliza,Elisa Zara,Zahra Millie,Milly Lily,Lilly Evie,Evy Elsie,Elsey Amelia,Emelia Isla,Ayla,Iyla Mia,Mya Maya,Maia
  Clark,Clarke Philips,Phillips Stephens,Stevens Davidson,Davison Read,Reid,Reed Thompson,Thomson Brown,Browne Green,Greene
  Smith,Smyth Taylor,Tayler Johnson,Johnston,Jonson Harrison,Harison Matthews,Mathews Allen,Allan,Alan`
  .trim()
  .split(/\s+/)
  .map((group) => group.split(","));

const BY_SPELLING = new Map<string, readonly string[]>();
for (const group of SPELLINGS) for (const name of group) if (!BY_SPELLING.has(name)) BY_SPELLING.set(name, group);

export function shortFormsOf(name: string): readonly string[] {
  return SHORT_FORMS.get(name) ?? [];
}

/** Other spellings of the same name; none where it has but one. */
export function otherSpellings(name: string): readonly string[] {
  return (BY_SPELLING.get(name) ?? []).filter((spelling) => spelling !== name);
}

/** Names that parents of twins like because they sound alike; each group may be given to two or three of one birth. */
const ALIKE = {
  european: {
    female: `Ella,Bella,Stella Ava,Eva,Ada Lily,Milly,Tilly Amelia,Emilia,Aurelia Mia,Mya,Maya Isla,Ayla,Lyla Ellie,Evie,Effie
      Hannah,Anna,Hanna Sophie,Sylvie Lara,Clara,Cara Maria,Mariana,Marina Daria,Maria,Ilaria Erin,Karin
      Lottie,Dottie,Hattie Zofia,Zuzia Hania,Ania Niamh,Naoise Kayla,Kaylee,Kyla Grace,Gwen Leah,Tia`,
    male: `Harry,Barry,Larry Jayden,Hayden,Kayden Aaron,Arran,Darren Jack,Jake,Zack Alfie,Archie,Albie Mason,Jason,Grayson
      Ryan,Rohan,Brian Aiden,Jaiden,Caden Leo,Theo,Cleo Max,Mac,Mack Logan,Rogan Jakub,Jacek Kacper,Kamil Adam,Adrian
      Matei,Mihai Rareș,Raul Conor,Cormac Rhys,Rhodri Luca,Lucas,Luke Daniel,Dan,Denis Dylan,Kylan`,
  },
  muslim: {
    female: `Aisha,Aiza,Asiya Inaya,Anaya,Amaya Hafsa,Hiba,Hania Amina,Amira,Alina Zara,Sara,Lara Maryam,Mahnoor Salma,Sana
      Sumaya,Safiya Zahra,Zara,Zoya Hana,Jana,Dana Layla,Leena Aleena,Eleena Hawa,Hodan`,
    male: `Hassan,Hussain Hasan,Husain Zain,Zaid,Zayd Ayaan,Rayan,Zayan Yusuf,Yunus,Yasir Musa,Isa,Eesa Hamza,Hamid Bilal,Hilal
      Hashim,Hisham Adil,Amir Sami,Samir Karim,Rahim Zakariya,Yahya Ismail,Ibrahim Idris,Ilyas`,
  },
  "hindu-sikh": {
    female: `Riya,Priya,Diya Jasleen,Harleen,Gurleen Anika,Anvika Mahi,Mahira Isha,Nisha,Trisha Simran,Simrit Jiya,Ziya,Diya`,
    male: `Arjun,Arjan,Aryan Aarav,Aarush,Aadhav Jasdeep,Hardeep,Mandeep Rohan,Roshan Veer,Vir Karan,Kiran Dev,Dave Ishaan,Vihaan`,
  },
  african: {
    female: `Chidera,Chidinma Taiwo,Kehinde Ama,Adwoa,Abena Blessing,Precious Esther,Hester Temi,Tomi Ngozi,Nkechi Grace,Gloria`,
    male: `Taiwo,Kehinde Emeka,Ebuka Kofi,Kojo Chidi,Chike Tobi,Tomi Joel,Noel Josiah,Isaiah Elijah,Elisha`,
  },
  chinese: {
    female: `Xin_Yi,Xin_Yu Yu_Xin,Yu_Xi Zi_Yi,Zi_Yu Jia_Yi,Jia_Qi Emily,Emma Si_Yu,Shi_Yu`,
    male: `Zi_Hao,Zi_Yang Hao_Yu,Hao_Ran Jun_Jie,Jun_Xi Yi_Chen,Yi_Cheng Jason,Mason Ze_Yu,Zi_Yu`,
  },
} as const;

const CIRCLES: Readonly<Record<NameOrigin, keyof typeof ALIKE>> = {
  english: "european",
  celtic: "european",
  "eastern-european": "european",
  "portuguese-romanian": "european",
  "south-asian-muslim": "muslim",
  "arabic-somali": "muslim",
  "south-asian-hindu-sikh": "hindu-sikh",
  african: "african",
  chinese: "chinese",
};

/** Groups of names that sound alike. */
export function alikeNames(origin: NameOrigin, sex: Sex): string[][] {
  return ALIKE[CIRCLES[origin]][sex]
    .trim()
    .split(/\s+/)
    .map((group) => group.split(",").map((name) => name.replaceAll("_", " ")));
}
