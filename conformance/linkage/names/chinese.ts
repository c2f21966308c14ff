import { listOf, ranked } from "../random.ts";
import type { NameStock } from "./stock.ts";

const SYLLABLES = listOf(`Zi Yu Hao Xin Yi Ming Jia Wei Jun Chen Han Rui Xuan Ze Lin Kai Yan Tian Bo Qi Si Mei Ling Xiao
  Hui Lan Fang Yun Ning Ya Lei Bin Peng Cheng Hong Zhi An Le Tong Shu Wen Jing Xi Yang Ke Mo Shi Heng Ying Chun`);
const western = {
  male: ranked("Ethan Lucas Jayden Ryan Leo Jason Aaron Adrian Kevin Eric Marcus Vincent Nathan Alvin Justin Dylan"),
  female: ranked("Emily Chloe Sophie Jessica Emma Cindy Vivian Jasmine Joyce Hailey Angela Grace Tiffany Alice Fiona"),
};
const surnames = ranked(
  `Wang Li Zhang Chen Liu Lin Huang Wu Zhou Yang Xu Zhao Sun Ma Zhu Guo He Luo Gao Zheng Liang Xie Tang
  Wong Chan Cheung Leung Lau Ng Ho Lam Cheng Kwok Yeung Chow Tsang Fung Poon Tse Yip Hui Mak Szeto Ouyang Deng Feng Cao
  Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheung Wei Su Lu Ding Ren Shen Yao Lo Chiu Tam To Kong Sit`,
  0.6,
  3,
);

/** Two syllables, in pinyin joined, apart or hyphenated as the writer likes; many have an English name besides. */
export const chinese: NameStock = {
  origin: "chinese",
  given(random, sex) {
    const first = random.pick(SYLLABLES);
    const own = random.chance(0.2) ? first : `${first} ${random.pick(SYLLABLES)}`;
    return random.chance(0.45) ? [western[sex](random), own] : [own];
  },
  family: surnames,
};
