/** What is in memory is there at once: to wait for it takes longer than to find it. */
export type Soon<T> = T | Promise<T>;
