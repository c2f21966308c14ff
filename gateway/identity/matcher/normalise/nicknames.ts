import { GIVEN_NAMES } from "./given-names.ts";
import { plainSpelling } from "./spelling.ts";

/**
 * Given names that are used for each other in England, a family of names a line; of general knowledge. A name may stand in
 * several lines: `Ally` is an Alison and an Alistair.
 */
const FAMILIES_OF_NAMES = `
abigail abi abbie abby gail
adam ad
alexander alex alec sandy xander lex alexei aleksander alejandro
alexandra alex lexi lexie sandra sandy alexa sasha
alfred alfie alf fred freddie
alice ali allie alicia
alison ali allison ally
alistair alasdair alastair al ally
amelia amy millie milly mel emelia
amanda mandy
andrew andy drew andrei andre
angela angie
angus gus
anna ann anne annie hannah hanna ana
anthony tony antony ant antoni
antonia toni
arabella bella
archibald archie
arthur art artie
barbara barb babs
beatrice bea beatrix trixie beatriz
benjamin ben benny benji
bernard bernie
bethany beth bethan
bradley brad
bridget bridie
caitlin kaitlyn katelyn cat caitlyn kaitlin
callum calum cal
cameron cam
caroline carrie carolyn carol
catherine cathy kate katie kathryn katherine cath cat kitty kathleen katy kat
charles charlie chuck chas
charlotte charlie lottie lotty char
christian chris
christina chris tina chrissie christine kristina
christopher chris kit topher kris
daniel dan danny
danielle dani ellie
david dave davey davy
deborah debbie debs deb debra
dominic dom dominik
dorothy dot dotty dolly
edith edie
edward ed eddie ted teddy ned
eleanor ellie elle nell nellie elinor ellen
elizabeth beth liz lizzie eliza betty elsie libby lily elspeth bess elisabeth betsy
emily em emmy millie emilia
emma em emmie
esme esmee
evangeline eve evie
eve evie eva
faith fay
florence flo florrie flossie
frances fran frankie
francesca fran frankie cesca
francis frank frankie
frederick fred freddie freddy frederic
gabriel gabe
gabriella gabi gabby ella bella gabrielle
geoffrey geoff jeff jeffrey
george georgie
georgia georgie
georgina georgie gina
gerald gerry jerry
gillian gill jill
grace gracie
gregory greg
gwendolyn gwen
hamish james
harold harry hal
harriet hattie harry
harrison harry
harvey harv
heather heath
helen nell ellen elena
henry harry hal hank
hugh hughie huw
isaac zac ike
isabella bella izzy izzie issy isabelle isabel isobel belle ella
jack john jackie jackson
jacob jake jakub
jacqueline jackie jacqui
james jim jimmy jamie jem
janet jan
jasmine jas jazz yasmin yasmine jasmin
jennifer jen jenny jenna
jeremy jem jez
jessica jess jessie
joanna jo joanne anna
jonathan jon jonny johnny john jonathon
joseph joe joey yusuf youssef yousef yusef
josephine jo josie
joshua josh
judith judy jude
julia julie jules
juliet jules
katherine kat katie kate kathy
kenneth ken kenny
kimberley kim kimberly
laurence larry lawrence laurie lol
leonard len lenny leo
leonardo leo
lillian lily lil lilly lilian
louis lewis lou louie luis
louise lou
lucas luke luca luka
lucy lucie lucia lou
lydia lyddie
mackenzie kenzie
madeleine maddie maddy madeline madison
magdalena magda lena
margaret maggie meg peg peggy mags marge margot daisy rita greta
maria mary marie mariam maryam miriam
martin marty
mason mase
matilda tilly tilda mattie
matthew matt matty mathew matteo mateo
maximilian max maxi maxwell
megan meg
melanie mel
melissa mel missy
mia amelia maria
michael mike mick mickey mikey micheal
michelle shell shelly
mohammed muhammad mohammad mohamed muhammed mohamad mohd md muhamed mohamud mo
natalie nat nattie natalia
natasha tasha nat
nathaniel nathan nat nate
nathan nate nat
nicholas nick nicky nicolas nik
nicola nicky nikki nic
noah no
oliver ollie olly
olivia liv livvy ollie livia
oscar ossie
pamela pam
patricia pat patsy trish tricia
patrick paddy pat rick
penelope penny nell
peter pete
philip phil phillip
philippa pippa pip
phoebe phebe
poppy pops
rachel rach rachael
raymond ray
rebecca becky becca bex
reginald reg reggie
reggie reginald
reuben ruben ben
richard rich dick rick ricky richie
robert rob bob bobby robbie bert
roberta bobbie
ronald ron ronnie
rosemary rose rosie
rose rosie
ruby rubes
rupert ru
samantha sam sammy
samuel sam sammy
sarah sara sally sadie
sebastian seb bash basti
shannon shan
sophia sophie sofia sofie zofia
stanley stan
stephanie steph stephie stefanie
stephen steve steven stephan stevie
susan sue suzie susie susanna suzanne
teresa tess theresa terri tessa
theodore theo ted teddy
thomas tom tommy
timothy tim timmy
toby tobias
valerie val
veronica ronnie vera
victor vic
victoria vicky tori vicki
vincent vin vinnie
vivienne viv vivian
walter wally walt
wilfred wilf fred
william will bill billy liam willie wills
winifred winnie freda
xavier xavi
yasmin jasmine
zachary zach zac zack zak zachariah zakariya
zuzanna zuzia zuza
maksymilian maks
aleksandra ola
jakub kuba
katarzyna kasia
magdalena magda
krzysztof krzys
stanislaw stas
franciszek franek
wojciech wojtek
tomasz tomek
antoni antek
jan janek jas
julia julka
hanna hania
zofia zosia
oliwia oliwka
wiktoria wika
natalia natalka
mateusz mati
szymon szymek
mikolaj miki
bartosz bartek
piotr piotrek
grzegorz grzes
agnieszka aga
anna ania
joanna asia
barbara basia
maria marysia
elzbieta ela
dmitri dima
mikhail misha
anastasia nastya
mihai misu
ionut nelu
nicolae nicu
constantin costel
francisco chico
chukwuemeka emeka
chinonso nonso
ifeoluwa ife
krishna krish
siddharth sid
nikhil nik
abhishek abhi
harrison harry
abdirahman abdi
abdulrahman abdi
abdullahi abdi
abdullah abdu
abdiaziz abdi
abdifatah abdi
zoe zoey
ahmed ahmad ahmet
aisha aysha ayesha aishah
ali aly
amina aminah ameena
fatima fatimah fatema fati tima
hassan hasan
hussain hussein husain hussayn
ibrahim ebrahim abraham
ismail ismael ishmael
khadija khadijah dija
omar umar omer
zainab zaynab zeinab
zahra zara zahrah
aaliyah aliyah alia
oluwaseun seun
temitope tope
oluwatobi tobi
chinedu nedu
siobhan shevaun
sean shaun shawn
conor connor
niamh neve
aoife eefa
caoimhe keeva
saoirse sersha
eoghan owen eoin ewan euan
rhys reece
ffion fion
`;

/** Spellings of one name, a name a line. */
const SPELLINGS = `
mohammed muhammad mohammad mohamed muhammed mohamad mohamud muhamed muhamad mohd md mohammod muhammod mehmet mohamoud
ahmed ahmad ahmet ahmeed
aisha aysha ayesha aishah ayisha aicha
ali aly
amina aminah ameena amena
annabel annabelle anabel anabelle
fatima fatimah fatema faatimah fatma
hassan hasan
hussain hussein husain hussayn husayn hossain
ibrahim ebrahim ibraheem ibrahem ibraahim
ismail ismael ishmael esmail
khadija khadijah khadeeja khadeja
omar umar omer umer
yusuf youssef yousef yusef yousuf yusif
zainab zaynab zeinab zeynab zaineb
zahra zahrah zehra
aaliyah aliyah alia aliya aaliya
zakariya zakaria zakariyya zakariyah
zain zayn zaine zayne
abdullah abdallah abdulla abdellah
yahya yahia yehia yehya
abdirahman abdulrahman abdurrahman abdelrahman abdirahmaan abdurahman
maryam mariam mariyam maryum meryem
hamza hamzah hamsa
haroon harun haroun
idris idrees idriss
imran imraan emran
isa eesa issa essa
bilal billal belal
musa moosa mousa moussa
sulaiman suleiman sulayman suleman
sumaya sumayya sumayyah sumaiya
safa safaa
salma selma
samira sameera samirah
hafsa hafsah
halima haleema halimah
asma asmaa
yasin yaseen yassin yasseen
rayyan rayan rayaan
ayaan ayan
adam aadam adem
layla leila laila leyla
noor nur nour
nuh nooh
mustafa mustapha moustafa mostafa
mahmoud mahmud mehmood mahmood
khalid khaled
kareem karim
jamal jamaal gamal
rahma rahmah
ruqayya ruqayyah rukaya ruqaya rukayya
zubair zubayr zubeir
usman uthman osman othman
tariq tarik tareq
farah farrah
amir ameer aamir emir
anas anass
sofia sophia zofia sofiya
catherine katherine kathryn catharine katharine
caitlin kaitlyn caitlyn katelyn kaitlin
isabelle isabel isobel isabell
isabella isabela izabella izabela
elisabeth elizabeth elzbieta
eleanor elinor ellenor
stephen steven
matthew mathew
philip phillip
jon john
sean shaun shawn
zoe zoey
rachel rachael
sarah sara
hannah hanna
megan meghan meagan
niamh neve
aoife eefa
chloe khloe cloe
phoebe phebe
lily lilly lili lillie
mia miya
maya maia
aidan aiden ayden
jayden jaiden jaden
kayden kaiden caiden
connor conor konnor
cameron kameron
callum calum kallum
lewis louis
elliot elliott eliot
harriet harriett
reece rhys rees
tobias tobiasz
jacob jakub
alexander aleksander alexandre
alexandra aleksandra
nicholas nikolas nicolas
victoria wiktoria viktoria
natalia nataliya
filip philip
oscar oskar
victor viktor wiktor
dominic dominik
marcus markus
lukas lucas
michal michael
mateusz matthew mateus mateo matteo
szymon simon
andrei andrey
stefan steven stephan
cristian christian kristian
mihai mihail
gurpreet gurprit
harpreet harprit
jaspreet jasprit
aarav arav
anaya anaiya
diya dia
krishna krishan
riya ria rhea
siya sia
shreya shriya
aryan aarian ariyan
`;

/** A name → the places of the lines it stands in. */
const FAMILIES = toPlaces(FAMILIES_OF_NAMES);
const ONE_NAME = toPlaces(SPELLINGS, plainSpelling);
const NAMES: ReadonlySet<string> = new Set([...FAMILIES.keys(), ...toPlaces(SPELLINGS).keys(), ...GIVEN_NAMES]);
/** A line → its first name, which is the full one. */
const FULL_NAMES: readonly string[] = FAMILIES_OF_NAMES.trim()
  .split("\n")
  .map((line) => line.split(" ")[0] ?? "");

function toPlaces(lines: string, toForm = (name: string) => name): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, line] of lines.trim().split("\n").entries()) {
    for (const form of new Set(line.split(" ").map(toForm))) places.set(form, [...(places.get(form) ?? []), place]);
  }
  return places;
}

const NONE: readonly number[] = [];

/** Families of names that a given name belongs to; two names with one in common may be of one child. */
export function nicknameFamilies(name: string): readonly number[] {
  return FAMILIES.get(name) ?? NONE;
}

/** Families of spellings of a plain spelling; two with one in common are one name. */
export function spellingFamilies(plain: string): readonly number[] {
  return ONE_NAME.get(plain) ?? NONE;
}

/** The full name of a family of names. */
export function fullNameOf(family: number): string | undefined {
  return FULL_NAMES[family];
}

/** Whether it is a given name in England, and no slip of another. */
export function isGivenName(name: string): boolean {
  return NAMES.has(name);
}
