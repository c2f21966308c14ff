export declare const z: string;
