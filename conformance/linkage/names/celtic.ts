import { listOf, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const boys =
  ranked(`Rhys Finn Rory Dylan Callum Cameron Liam Conor Seán Aidan Ewan Lewis Fraser Angus Hamish Oisín Cillian
  Tadhg Darragh Fionn Cian Rían Patrick Declan Ronan Niall Eoin Owen Osian Macsen Gethin Ieuan Tomos Harri Gruffydd
  Iolo Emrys Evan Huw Alasdair Euan Finlay Lachlan Struan Murray Duncan Kieran Brendan Brodie Arran Logan Ruairí Séamus`);
const girls = ranked(`Erin Niamh Orla Aoife Caoimhe Ciara Saoirse Róisín Maeve Clodagh Sinéad Áine Gráinne Siobhán Isla
  Eilidh Mairi Catriona Ailsa Skye Iona Kirsty Morag Fiona Carys Ffion Seren Mali Cadi Nia Megan Cerys Bethan Eleri
  Efa Lowri Angharad Gwen Rhiannon Sian Catrin Mared Bronwen Éabha Fiadh Sadhbh Aisling Deirdre Bridget Kathleen`);
const surnames = ranked(
  `Murphy Kelly O'Brien Ryan O'Connor Walsh O'Sullivan Doyle McCarthy Gallagher Doherty Kennedy
  Lynch Murray Quinn Moore McLaughlin O'Neill Campbell McDonald MacDonald Stewart Robertson Thomson Anderson Scott Reid
  Morrison Fraser Ross Henderson Graham Duncan Ferguson Gordon Cameron Hamilton Mackenzie MacKay McLean McGregor Sinclair
  Price Powell Rees Pritchard Griffiths Llewellyn Morgan Lloyd Howells Bowen Vaughan Prosser Parry Probert Gwynne Cadwallader
  O'Reilly O'Donnell O'Keeffe Byrne Nolan Fitzgerald Fitzpatrick Brennan Burke Duffy Flanagan Hennessy Keane Maguire
  McKenna McGrath McNamara Mulligan Rafferty Sweeney Tierney Brophy Cassidy Coughlan Devlin Dempsey Farrelly Geraghty
  Buchanan Carmichael Drummond Dunbar Galbraith Kinnaird Lockhart McAllister McFadden McIntosh Menzies Ogilvie Urquhart`,
  0.55,
  4,
);
const second = {
  female: listOf("Mary Rose Anne Margaret Grace Catherine Elizabeth Kate Jane Louise Ellen"),
  male: listOf("James John Patrick Michael Thomas Joseph Daniel William Peter Francis David"),
};
const parts = listOf("Mc Mac Mc Mac O'");
const ends =
  listOf(`Nally Gowan Leish Farlane Cafferty Carthy Cormack Crory Donagh Elroy Conville Quillan Tavish Vey Ardle
  Aleese Bride Cabe Caffrey Clure Connell Crae Dermott Donnell Dowell Entee Fall Gee Geown Ginley Glynn Hale Hugh Innes
  Kinley Kinnon Lachlan Lennan Loughlin Manus Menamin Millan Murdo Nair Nulty Phail Phee Quaid Rae Shane Sorley Swiggan`);

export const celtic: NameStock = {
  origin: "celtic",
  given(random, sex) {
    const first = (sex === "male" ? boys : girls)(random);
    return random.chance(0.35) ? [first] : [first, random.pick(second[sex])];
  },
  family(random) {
    const one = random.chance(0.8) ? surnames(random) : random.pick(parts) + random.pick(ends);
    return random.chance(0.03) ? `${one}-${surnames(random)}` : one;
  },
};
