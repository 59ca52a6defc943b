export * from "./log-gamma.ts";
export * from "./log-sum-exp.ts";
export * from "./multinomial-test.ts";
export * from "./quantile.ts";
export * from "./rate-sequence.ts";
export * from "./share-test.ts";
