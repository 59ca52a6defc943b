// Preloaded into every test process: one seed for all properties, so that a run can be repeated and a change is judged by what it changed. The release suite
// (or MODELYARD_TEST_SEED=random) draws a new one; fast-check prints the seed of a failure either way.
import fc from "fast-check";

const given = process.env["MODELYARD_TEST_SEED"] ?? "20261121";
if (given !== "random") fc.configureGlobal({ seed: Number(given) });
