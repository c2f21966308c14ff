export declare const w: string;
