/** Names by where a family's names come from. Given names are of children, family names of their parents. */
export interface NameOrigin {
  readonly female: readonly [string, ...string[]];
  readonly male: readonly [string, ...string[]];
  readonly family: readonly [string, ...string[]];
  /** How many in a hundred families. */
  readonly weight: number;
}

type Names = readonly [string, ...string[]];

function names(text: string): Names {
  const [first = "", ...others] = text.split(",");
  return [first, ...others];
}

export const NAME_ORIGINS: readonly NameOrigin[] = [
  {
    weight: 52,
    female: names(
      "Olivia,Amelia,Isla,Ava,Ivy,Freya,Lily,Florence,Mia,Willow,Rosie,Sophia,Grace,Evie,Poppy,Charlotte,Elsie,Emily,Daisy,Phoebe,Matilda,Ruby,Sienna,Harriet,Erin,Mary-Jane,Anna Louise",
    ),
    male: names(
      "Noah,Oliver,George,Arthur,Leo,Harry,Oscar,Archie,Jack,Theodore,Charlie,Freddie,Henry,Thomas,Alfie,Jacob,William,Edward,Isaac,Joshua,Finley,Lucas,Toby,Rory,Dylan,Billy-Joe,John Paul",
    ),
    family: names(
      "Smith,Jones,Taylor,Brown,Wilson,Johnson,Davies,Robinson,Wright,Thompson,Evans,Walker,White,Roberts,Green,Hall,Wood,Jackson,Clarke,Hughes,Edwards,Hill,Moore,Shaw,Barker,Hudson,Rigby,Ashworth,Sutcliffe,Entwistle,Smith-Jones,Barker-Lowe",
    ),
  },
  {
    weight: 13,
    female: names("Aisha,Fatima,Maryam,Zara,Zainab,Hafsa,Inaya,Amina,Khadija,Safa,Noor,Eshaal,Iqra,Sumaiya"),
    male: names("Muhammad,Mohammed,Ibrahim,Yusuf,Ali,Hamza,Musa,Zayn,Ayaan,Bilal,Umar,Eesa,Haris,Mustafa"),
    family: names("Khan,Ahmed,Hussain,Ali,Iqbal,Malik,Mahmood,Akhtar,Shah,Begum,Mirza,Rashid,Chowdhury,Miah,ul-Haq"),
  },
  {
    weight: 6,
    female: names("Aanya,Anika,Diya,Priya,Saanvi,Kavya,Jasleen,Simran,Meera,Isha"),
    male: names("Arjun,Aarav,Vihaan,Rohan,Dev,Gurpreet,Harjot,Krishna,Ishaan,Nikhil"),
    family: names("Patel,Singh,Kaur,Sharma,Gupta,Nair,Desai,Reddy,Gill,Mehta"),
  },
  {
    weight: 8,
    female: names("Amara,Chidinma,Adaeze,Temitope,Folasade,Abena,Akosua,Nia,Makena,Zola"),
    male: names("Chinedu,Emeka,Tobi,Oluwaseun,Kwame,Kofi,Babajide,Tendai,Jabari,Ikenna"),
    family: names("Okafor,Adeyemi,Mensah,Boateng,Eze,Balogun,Owusu,Nwosu,Moyo,Adekunle,N'Diaye,Osei"),
  },
  {
    weight: 3,
    female: names("Shanice,Keisha,Amaya,Renée,Tiana,Zariah"),
    male: names("Jerome,Malachi,Tyrell,Kymani,Andre,Jaden"),
    family: names("Campbell,Francis,Grant,Bailey,Gordon,Reid,St. John,Clarke-Morris"),
  },
  {
    weight: 7,
    female: names("Zofia,Zuzanna,Maja,Hanna,Alicja,Ioana,Daria,Łucja,Viktorija,Oksana"),
    male: names("Jakub,Antoni,Szymon,Filip,Andrei,Matei,Luka,Kacper,Rokas,Oleksandr"),
    family: names("Nowak,Kowalski,Wiśniewski,Wójcik,Zieliński,Popescu,Ionescu,Petrov,Kazlauskas,Shevchenko,Dąbrowski"),
  },
  {
    weight: 3,
    female: names("Niamh,Aoife,Saoirse,Caoimhe,Róisín,Siobhán"),
    male: names("Cillian,Oisín,Fionn,Tadhg,Conor,Séamus"),
    family: names("O'Brien,O'Sullivan,Murphy,Kelly,Byrne,McCarthy,Ní Bhriain,Fitzgerald"),
  },
  {
    weight: 3,
    female: names("Layla,Rania,Yasmin,Shirin,Dilan,Nazanin,Lamar,Salma"),
    male: names("Omar,Karim,Ahmad,Rojan,Dara,Kian,Tarek,Yousef"),
    family: names("Al-Hassan,El Amrani,Haddad,Karimi,Yılmaz,Barzani,Rahimi,Abdi Warsame"),
  },
  {
    weight: 3,
    female: names("Mei,Xinyi,Li Na,Linh,Thuy,Hana,Ye-jin,Angelica"),
    male: names("Wei,Haoran,Jun,Minh,Bao,Kenji,Min-jun,Joshua Miguel"),
    family: names("Chen,Wang,Li,Zhang,Nguyen,Tran,Tanaka,Kim,Wong,Santos"),
  },
  {
    weight: 2,
    female: names("Sofía,Beatriz,Chiara,Inês,Élodie,María José,Eleni"),
    male: names("Mateo,João,Lorenzo,Álvaro,Théo,Dimitris,Luís Miguel"),
    family: names("García López,da Silva,dos Santos,Rossi,Dubois,Fernández,Papadopoulos,van der Berg"),
  },
];
