// The dependency rules of the design, one sentence why on each. Checked by `npm run check`; test/architecture plants a violation of every kind.
const PRODUCTION = { pathNot: "\\.test\\.ts$|/testing/" };

/** What each package may import of the others, with the reason why not more. */
const NEIGHBOURS = {
  base: { may: [], why: "Every package stands on base: whatever it imported, all would carry." },
  inputs: { may: ["base"], why: "The command line, the generator and the actions read inputs by one pure rule that knows no operation." },
  stats: { may: ["base"], why: "Numbers are checked against published values alone, so they depend on nothing that could change them." },
  content: { may: ["base"], why: "Documents and manifests are the ground of digests: their bytes must not depend on a use case." },
  model: { may: ["base", "content"], why: "A signature is data that training, evaluation and serving share, so it knows none of them." },
  rollout: {
    may: ["base", "stats"],
    why: "The state machine of a rollout is tried against millions of event orders, which needs it pure and alone.",
  },
  lineage: {
    may: ["base", "content", "model"],
    why: "Records and their transitions are rules about data; where they are kept is the registry's part.",
  },
  evaluate: { may: ["base", "content", "model", "stats"], why: "Judging compares numbers, wherever the predictions came from." },
  drift: { may: ["base", "content", "model", "stats"], why: "Drift compares profiles, wherever the rows came from." },
  report: { may: ["base", "drift", "evaluate", "lineage", "rollout"], why: "A report renders finished documents and computes nothing." },
  store: { may: ["base", "content"], why: "The store keeps bytes and records of any kind and knows no use case." },
  dataset: {
    may: ["base", "content", "drift", "stats", "store"],
    why: "Versions of data stand on manifests, profiles and the store; models are above it.",
  },
  oci: { may: ["base", "content", "store"], why: "Images are layers of bytes; what is put into them is the operation's decision." },
  registry: {
    may: ["base", "content", "lineage", "model", "store"],
    why: "The registry keeps lineage in the store; who moves a stage is decided above it.",
  },
  onnx: { may: ["base", "model"], why: "The native runtime is kept behind one small port that only knows what a model is." },
  github: { may: ["base"], why: "The adapter speaks GitHub's protocol; what is said is decided above it." },
  server: {
    may: ["base", "model", "onnx"],
    why: "The server answers with a model it is given: the image that holds it carries nothing else.",
  },
  gateway: { may: ["base", "model", "rollout"], why: "The gateway routes and judges; how its state is stored is handed in." },
  traffic: {
    may: ["base", "gateway", "lineage", "model", "registry", "rollout", "store"],
    why: "A target ties the state machine to a place where models serve, and to nothing else.",
  },
  testkit: { may: ["base", "store"], why: "Fakes must not lean on what they are there to test." },
  "action-kit": {
    may: ["base", "inputs", "operations", "store"],
    why: "The shell around an operation knows how to start any, and none in particular.",
  },
  cli: {
    may: ["base", "gateway", "inputs", "model", "onnx", "operations", "registry", "server", "store", "traffic"],
    why: "The command line runs operations, and puts together the two long-lived programs serve and gateway.",
  },
};
const EDGE = ["action-kit", "cli", "testkit"];
const PURE = ["base", "inputs", "model", "stats", "content", "evaluate", "drift", "rollout", "lineage", "report"];

/** The one package that may import an outside library. */
const OWNERS = [
  [
    "actions-toolkit",
    "@actions/",
    ["action-kit"],
    "The runner's protocol is spoken in one place, so that masking and escaping cannot be forgotten in another.",
  ],
  ["octokit", "@octokit/", ["github"], "Retries, paging and error texts of GitHub are decided once."],
  ["s3-client", "@(?:aws-sdk|smithy)/", ["store"], "Other stores must stay possible: nothing but the adapter knows S3."],
  ["native-runtime", "onnxruntime-", ["onnx"], "A native library can end the process: it stays behind the port that can isolate it."],
  ["kubernetes-client", "@kubernetes/", ["traffic"], "A cluster is one target among others."],
  ["http-proxy", "undici/", ["gateway"], "Only routing needs more than fetch gives."],
  ["metrics-client", "prom-client/", ["server", "gateway"], "Metrics are exported by what is long-lived."],
  ["archives", "tar-stream/", ["oci"], "Archives that are read are hostile: one reader checks them."],
  ["yaml", "yaml/", ["operations", "testkit"], "YAML is the edge's language; inside, documents are JSON."],
];

const library = (pattern) => `(?:^|/)node_modules/${pattern}`;

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "A circle has no bottom from which to read or test it.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "An import that nothing declares works on one machine only.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "by-package-name",
      severity: "error",
      comment: "What a package gives to others is what its exports say, so it is imported by its name.",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "pure-without-node",
      severity: "error",
      comment: "A pure package runs and is tested without a machine: files, clock, randomness and hashing come in as arguments.",
      from: { path: `^packages/(?:${PURE.join("|")})/src/`, ...PRODUCTION },
      to: { dependencyTypes: ["core"] },
    },
    ...Object.entries(NEIGHBOURS).map(([name, { may, why }]) => ({
      name: `neighbours-of-${name}`,
      severity: "error",
      comment: why,
      from: { path: `^packages/${name}/src/`, ...PRODUCTION },
      to: { path: "^packages/", pathNot: `^packages/(?:${[name, ...may].join("|")})/` },
    })),
    {
      name: "operations-stay-inside",
      severity: "error",
      comment: "An operation runs in an action, on the command line and in a test alike, so it knows none of them.",
      from: { path: "^packages/operations/src/", ...PRODUCTION },
      to: { path: `^packages/(?:${EDGE.join("|")})/` },
    },
    {
      name: "report-types-only",
      severity: "error",
      comment: "A report renders finished documents and computes nothing: of other packages it needs the types.",
      from: { path: "^packages/report/src/", ...PRODUCTION },
      to: { path: "^packages/(?!report/|base/)", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "actions-are-thin",
      severity: "error",
      comment: "An action parses, does and reports: everything else is an operation, which the command line runs too.",
      from: { path: "^actions/([^/]+)/src/", ...PRODUCTION },
      to: { path: "^(?:actions|packages|tools|test|bench|demo|examples)/", pathNot: "^actions/$1/|^packages/(?:action-kit|operations)/" },
    },
    {
      name: "packages-below-the-tree",
      severity: "error",
      comment: "Packages are used by the rest of the tree, never the other way round.",
      from: { path: "^packages/" },
      to: { path: "^(?:actions|tools|test|bench|demo|examples)/" },
    },
    {
      name: "github-loaded-late",
      severity: "error",
      comment: "Octokit costs start time that most actions never need: its adapter is imported when it is first called.",
      from: { path: "^packages/(?!github/|testkit/)", ...PRODUCTION },
      to: { path: "^packages/github/src/octokit", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "tests-stay-tests",
      severity: "error",
      comment: "What users run must not depend on what only tests install.",
      from: { path: "^(?:packages|actions)/", pathNot: "\\.test\\.ts$|/testing/|^packages/testkit/" },
      to: { path: `${library("(?:fast-check|ajv|ajv-formats|marked)/")}|^packages/testkit/|/testing/|\\.test\\.ts$` },
    },
    ...OWNERS.map(([name, pattern, owners, why]) => ({
      name: `owner-of-${name}`,
      severity: "error",
      comment: why,
      from: { path: "^(?:packages|actions)/", pathNot: `^packages/(?:${owners.join("|")})/|\\.test\\.ts$` },
      to: { path: library(pattern) },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/|/fixtures/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
