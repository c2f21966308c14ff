/**
 * Given names that are had in England, of general knowledge: a word among them is a child's name and no slip of another.
 */
export const GIVEN_NAMES: readonly string[] = `
aadhya aadi aadya aaliyah aarav aaron aarush aarya aayan abdi abdirahman abdul abdullahi abeera abel abigail
abraham ada adam ade adebayo adele adelina adeline aditi aditya adrian advait advik afonso agnieszka ahaan
aidan aiden aisha alaia alan alana albert albie alec aleena aleksander aleksandra alessia alex alexa alexander
alexandra alexandru alexia alexis alfie alfred alice alicia alicja alina alisa alisha alistair aliza alma alya
alyssa amaan amaia amaka amal aman amani amar amara amari amaya amber amelia amelie amelka amina amira amiyah
amran amrit amy ana anais anand ananya anastasia anaya andre andrea andrei andreia andrew aneeka angel angela
angelina angus anika anisa aniya anna annabel annabelle anne annie anthony antoni antonia antonina antonio
anushka anvika anya april arabella archer archie arham ari aria arian ariana arianna ariel ariella arisha
arjun arlo armaan arman arnav arthur arun arya asa ash asha asher ashley ashton asiya astrid athena aubrey
audrey august augustus aurora austin autumn ava avani avery avi ayaan ayaanle ayan ayana ayla ayman ayo
ayomide ayra aysha ayub azaan azlan barnaby barney bartholomew bartosz basil bea beatrice beatriz beau bella
benedict benjamin bernardo beth bethany betsy betty bianca billie billy blake blossom bobby bodhi bogdan bola
bonnie bonny borys bradley brandon brian brianna bridget brielle brody brooke brooklyn bruna bruno bryan
bryony caden caitlin caleb callie calvin camila camilla camille cara carl carla carlos carmen carolina carson
carter casey casper cassidy cassius catalin catalina catarina cecilia cecily celeste celia celine charity
charles charley charlie charlotte charvi chase chelsea cherry chester chiamaka chidi chinedu chloe christian
christina christopher claire clara clarissa clark claudia clementine cleo clover clyde cody cohen colby cole
colette colin connie conrad constanca constance cooper cora coral corey cosmo courtney cristian crystal curtis
cynthia cyrus daisy dakota dale damian damien damilola damon dana daniel daniela danielle daniyal danny dante
danyal daphne darcey darcie darcy daria darius darren david dawid dawn dean deborah declan delia delilah
delphine demi denis denise dennis derek desmond dev devon dexter dhruv diana diego dilan dillon dina diogo
dion diya dolly dominic dominik donovan dora dorian doris dorothy dottie dougie douglas dragos drew dua duarte
dulcie duncan dylan ebele eden edgar edie edison edith edmund eduard eduardo edward edwin eesa efe effie
eileen ela elaine elara eleanor elena eleni eli elia eliana elias elijah elin eliora elisa elise elisha eliza
elizabeth ella elle ellen ellie elliot ellis elodie eloise elora elowen elsa elsie elspeth elton elvis emanuel
ember emeka emelia emerson emilia emilie emilio emily emma emmanuel emmeline emmett enid enya enzo eoin eric
erica erik erin ernest ernie eshaan eshal esi esmae esme esmeralda essie estelle esther ethan ethel etienne
etta euan eugene eva evan evangeline eve evelyn everett everly evie ewa ewan ezekiel ezra fabian fabio faduma
fahad faith faizan fallon farah farhan fariha faris fatima faye felicia felicity felix femi fern filip filipa
filsan finlay finley finn fiona flavia fletcher fleur flora florence florrie flynn folake frances francesca
francesco francis francisco franciszek frank frankie franklin fraser fred freddie frederick freya gabriel
gabriela gabriella gabrielle gael gaja gareth gary gavin gemma gene genevieve george georgia georgie georgina
gerald gia gianna gideon gigi gilbert gina giovanni giulia glen gloria goncalo grace gracie graham grant
grayson greta greyson griffin guilherme gurnoor guy gwen hadiya hadley hafsa haider hailey hal halima halle
hallie hamdi hamish hamza hana hania hanna hannah haris harjot harlan harley harlow harmony harold haroon
harper harriet harris harrison harry harvey harvie hasan hashim hassan hattie haya hayden hayley hazel heath
heather hector heidi helen helena henley henrietta henrique henry hettie hiba hibo hilda hodan holly honey
honor hope howard hubert huda hudson hugh hugo humphrey hunter husna hussain ian ibrahim ida idris ife ifeoma
ifrah iga ignacy ignatius igor ilinca ilyas imaan iman imani imogen imran inaaya inara inaya inayah india
indiana indie indigo indy ines inez ingrid ioana iona ionut ira irene irfan irina iris isa isaac isabel
isabella isabelle isaiah isha ishaan isla isobel isra israel issac iulia ivan ivo ivor ivy izaan izhaan izzy
jace jack jackson jacob jacqueline jade jaden jagoda jai jake jakub jamal james jamie jan jana jane janet
janice jannah jared jasleen jasmin jasmine jason jasper javier jaxon jaxson jay jaya jayce jayden jayla jaylan
jean jed jemima jemma jennifer jenny jenson jeremiah jeremy jerome jess jesse jessica jessie jet jim jimmy
joan joana joanna joao jocelyn joe joel joey johan john johnny jolie jonah jonas jonathan jordan jorge jose
joseph josephine josh joshua josiah josie joy joyce juan jude judith judy jules julia julian juliana julie
juliet juliette junaid june junior juniper juno justin kabir kacper kade kai kaia kaira kaja kajus kalina
kamil kara karan kareem karen karim karina karl karla karol karolina kash kaspar kate katherine katie kavya
kay kaya kayden kayla kayleigh keanu kehinde keira keith kelly kelsey kemi ken kenneth kenny kenzo kevin
khadija khalid kiaan kian kiana kiara kiera kieran kim kimberley kinga kira kit kitty klara kobe kobi koby
koda kofi kojo kora kornelia kris krish kristian krystian krzysztof kwame kyan kyla kyle kylie kylo kyra lacey
lachlan laiba laila lamar lana lance lara larisa larissa latisha laura lauren laurence laurentiu laurie
lavinia layla layton lea leah leanna leanne lee leena leia leigh leila leilani len lena lennie lennon lenny
leo leon leona leonard leonardo leonie leonor leonora leroy leslie lester leticia levi lewis lexi lia liam
liana liban libby lidia lila lilah lilia lilian liliana lilith lillian lillie lilly lily lina linda linus
lionel lisa liv livia liwia liyana lizzie lloyd logan lois lola london lorelei lorenzo loretta lori lorna
lottie lou louie louis louisa louise lourenco luana luca lucas lucia lucian luciana lucie lucien lucinda lucy
luella luis lukasz luke lula luna luther lydia lyla lyra mabel maciej mackenzie macy madalena madalina maddie
maddison maddox madeleine madeline madison mae maeve mafalda magdalena maggie magnus maha mahad mahi mahira
mahnoor maia maira maisie maisy maja maksymilian malachi malachy malaika malakai malcolm maleah malia malik
malika malwina manav manha manuel mara marc marcel marcella marco marcus margaret margarida margot maria
mariah mariam marian mariana marianna marianne marie mariella marigold marina mario marion marissa marius mark
marlene marley marlon marlowe marnie marta martha martim martin martina marvin mary maryam maryum mason matei
mateo mateus mateusz mathilda matilda matilde matteo matthew maurice mavis max maxim maximilian maximus maxine
maxwell may maya mckenzie meg megan mehmet mehreen mei mel melanie melina melissa melody mercedes mercy
meredith merida merlin mia mica micah michael michaela michal michelle miguel mihaela mihai mikael mikayla
mike mikey mikolaj mila milan milana milena miles miley milla millie milly milo milosz mimi mina minahil
minnie mira miranda miriam miruna misbah misha mishka misty mitchell mohammed moira molly mona monica monika
monroe monty morgan moses muhammad murphy murray musa muskaan mustafa mya myla myles myra nadia nahla naima
nana nancy naomi nara natalia natalie natasha nate nathan nathaniel navya naya nayla neha neil nela nell
nellie nelly nelson nerys nevaeh neve newt ngozi nia niall niamh nicholas nico nicola nicolas nicole nigel
nihal nikita nikki nikodem nikola nimo nimra nina nisha noah noel noelle nola noor nora norah noreen norma
norman nova nusaybah nyah nyla oakley oberon obinna ocean octavia octavian oktawia olive oliver olivia oliwia
oliwier olly oluwaseun omar opal ophelia oran orion orla orlando orson oscar oskar oswald otis otto owen pablo
paige paloma pamela paris parisa parker patience patricia patrick patryk paul paula paulina pauline pearl
pedro peggy penelope penny percy perla perry peter petra peyton philip philippa phoebe phoenix pia pierre
piers pihu piotr pip piper pippa pola polly poppy porter portia precious presley preston primrose princess
priscilla prisha priya quentin quinn rachel radu rae raees rafael rafay rafe raffy raheem rahul raisa raja
ralph raluca ramona randall rania raphael raquel rares raul raven ravi ray raya rayan raymond rayyan razvan
reagan rebecca reece reed reggie regina reginald rehaan rehan reid remi remy ren renee reuben rex reya rhea
rhett rhian rhiannon rhoda rhys ria rian ricardo richard richie ricky rico rida riley rio rita river riya
riyan roan rob robbie robert roberto robin robyn rocco rocky rodney rodrigo rogan roger rohaan rohan roland roma
roman rome romeo romilly romy ron ronald ronan ronnie rory rosa rosalie rosalind rosanna rose roseanna
rosemary rosie ross rowan roxanne roy rozalia ruben ruby rudi rudy rufus ruhi rui rumi rupert russell ruth
ryan ryder rylan ryszard saad saanvi sabrina sadie safa saffron safiya sagal sahara sahil sahra saif saira
salahuddin sally salma salman salvador sam samantha samar samara samatar sami samir samira samson samuel sana
sandra sanjay santiago saoirse sapphire sara sarah sasha saskia saul savannah sawyer scarlet scarlett scott
sean sebastian segun sehaj selena selina serena serenity seth shanaya shane shania shannon sharon shaun shauna
shay shayan shayla sheila shelby sherlock shirley shivani shona shreya sia sian siddharth sidney siena sienna
sierra silas silver silvia simao simon simone simran sinead siobhan siya sky skye skyla skylar sofia sofie
sohaib sol sola solomon sonia sonny sophia sophie sorina spencer stacey stan stanislaw stanley stefan stefania
stella stephanie stephen steven stevie stewart storm stuart subhan sue sufyan sulaiman sumaya summer susan
susanna susie suzanne suzie sybil sydney syed sylvia sylvie szymon tabitha tadeusz taha tahir tahlia taiwo
talia taliyah talulah tamara tamsin tanisha tanvi tanya tara tariq tarun tasha tate tatiana taylor tayyab ted
teddy tegan temi temitope teodora teresa terrence terry tess tessa thalia thea theadora thelma theo theodora
theodore theresa thomas tia tiago tiana tiffany tilda tilly tim timothy tina tobi toby todd tola tom tomas
tomasz tommy toni tony tracey travis trent trevor trinity tristan troy truman tudor tulip tunde ty tyler tymon
tymoteusz tyra tyrell tyrese tyrone tyson uche ulysses uma umaima umair umar una unity ursula usman uzair
valentim valentina valentino valerie vanessa vasco veda vera verity veronica vicente vicky victor victoria
vihaan vikram vincent viola violet violeta virginia vivaan vivek vivian vivien vivienne vlad vladimir wade
wafa wale wallace walter wanda warren wayne wendy wesley wiktor wiktoria wilbur wilder wilf wilfred will
william willow winnie winona winston winter wojciech wren wyatt xander xanthe xavier xena xenia xinyi xinyu
yaa yahya yara yashvi yasin yasir yasmin yasmine yaw yemi yolanda york yousuf yunus yusuf yuvraj yvette yvonne
zac zach zachary zahra zaid zain zaina zainab zak zakaria zamzam zander zane zara zarah zaria zayan zayd
zayden zayn zayna zaynab zeke zelda zena zeynep zia zidan zion ziva zoe zofia zoha zola zora zoya zubair
zunairah zuri zuzanna
`
  .trim()
  .split(/\s+/);
