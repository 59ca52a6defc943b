// Wrong inputs, one a line: each ends in one error that names the thing, says what was expected and what to do next, and leaves every file as it was.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { temporaryDirectory } from "@modelyard/testkit";
import { below } from "../adoption/testing/below.ts";
import { assertRefused, treeOf } from "./testing/expect-error.ts";
import { modelyard } from "./testing/modelyard.ts";
import { prepareTeam } from "./testing/team.ts";

type Arguments = string | readonly string[];
type Case = readonly [args: Arguments, code: string, says: RegExp, next: RegExp];

const RUN = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "commands and inputs": [
    ["dataset-psh --name points", "COMMAND_UNKNOWN", /"dataset-psh" is not a command/, /did you mean `modelyard dataset-push`/],
    ["dataset-push --nmae points", "INPUT_INVALID", /--nmae is not an input; did you mean --name\?/, /dataset-push --help/],
    ["dataset-push points", "INPUT_INVALID", /"points" stands alone: write inputs as --name value/, /--help/],
    ["dataset-push --name", "INPUT_INVALID", /--name needs a value/, /--help/],
    ["dataset-push --name a --name b", "INPUT_INVALID", /--name is there twice/, /--help/],
    ["dataset-push", "INPUT_INVALID", /the dataset has no name/, /set `name`/],
    ["dataset-push --name points", "INPUT_INVALID", /`path` is absent/, /set `path`/],
    [
      "dataset-pull --name points --split tset",
      "INPUT_INVALID",
      /split: got "tset", expected one of train, .*did you mean test\?/,
      /--help/,
    ],
    [
      "dataset-push --name points --path data --examples row",
      "INPUT_INVALID",
      /examples: got "row", expected one of auto, files, rows/,
      /./,
    ],
    [
      "evaluate --predictions p/right.csv --batch-size 0 --margin -1 --timeout soon --dry-run=maybe",
      "INPUT_INVALID",
      /4 inputs are wrong[\s\S]*batch-size: got "0", expected a whole number of at least 1[\s\S]*duration above 0[\s\S]*true or false/,
      /--help/,
    ],
    ["promote --name points --alpha 2 --dry-run", "INPUT_INVALID", /alpha: got "2", expected a number above 0 and at most 0.5/, /--help/],
    ["monitor --name points --window 0s", "INPUT_INVALID", /window: got "0s", expected a duration above 0/, /--help/],
    ["train --name points --parameters {", "INPUT_INVALID", /parameters: got "\{", expected JSON/, /--help/],
    ["train --name points --parameters [1]", "INPUT_INVALID", /parameters is not a JSON object/, /\{"epochs": 10\}/],
    ["record --name points --event finnished", "INPUT_INVALID", /event: got "finnished".*did you mean finished/, /--help/],
    ["record --name points --event progress", "INPUT_INVALID", /the event progress needs the input `step`/, /set `step`/],
    ["report --pull-request 0", "INPUT_INVALID", /pull-request: got "0", expected a whole number of at least 1/, /--help/],
    ["dataset-pull --name points --working-directory nowhere", "INPUT_INVALID", /"nowhere" is not a directory/, /--help/],
    ["dataset-pull --name points --config nowhere.yml", "CONFIG_MISSING", /nowhere\.yml is not there/, /path of a modelyard\.yml/],
  ],
  "the yard": [
    [
      "dataset-pull --name points --yard gopher://x",
      "YARD_URL_INVALID",
      /"gopher:\/\/x" is not a yard: "gopher" is not a store/,
      /file:\/\/\//,
    ],
    ["dataset-pull --name points --yard https://example.com/y", "YARD_URL_INVALID", /"https" is not a store/, /write a directory/],
    ["dataset-pull --name points --yard file:relative", "YARD_URL_INVALID", /a file URL begins with file:\/\/\//, /file:\/\/\//],
    ["dataset-pull --name points --yard file:///a?b=c", "YARD_URL_INVALID", /a file URL has no query/, /file:\/\/\//],
    ["dataset-pull --name points --yard file://host/a", "YARD_URL_INVALID", /absolute directory of this machine/, /file:\/\/\//],
    ["dataset-pull --name points --yard s3:bucket", "YARD_URL_INVALID", /an S3 URL is s3:\/\/bucket\/prefix/, /write a directory/],
    ["dataset-pull --name points --yard s3://k:word@bucket/x", "YARD_URL_INVALID", /credentials do not belong into the URL/, /./],
    ["dataset-pull --name points --yard s3://bucket/x", "YARD_REGION_MISSING", /no region is set for s3:\/\/bucket\/x/, /AWS_REGION/],
    ["dataset-pull --name points --yard nowhere", "YARD_MISSING", /there is no yard at file:.*nowhere/, /check `yard`/],
    ["dataset-pull --name points --yard data/rows.csv", "YARD_NOT_DIRECTORY", /data\/rows\.csv is a file/, /name a directory/],
    ["dataset-push --name points --path data --yard data/rows.csv", "YARD_NOT_DIRECTORY", /data\/rows\.csv is a file/, /name a directory/],
    ["dataset-push --name points --path data --yard data/rows.csv/y", "YARD_NOT_DIRECTORY", /lies below a file/, /name a directory/],
  ],
  "names and versions": [
    ["dataset-push --name ../x --path data", "NAME_INVALID", /"\.\.\/x" is not a dataset name/, /1 to 64 letters/],
    [["dataset-push", "--name", "a\nb", "--path", "data"], "NAME_INVALID", /"a\\nb" is not a dataset name/, /1 to 64 letters/],
    [["dataset-push", "--name", "a\u001b[31m", "--path", "data"], "NAME_INVALID", /"a\\u001b\[31m" is not a dataset name/, /letters/],
    [["dataset-push", "--name", "x".repeat(65), "--path", "data"], "NAME_INVALID", /"x{65}" is not/, /1 to 64/],
    ["register --name a/b --model out/model.onnx", "NAME_INVALID", /"a\/b" is not a model name/, /1 to 64 letters/],
    ["record --name .. --outcome failed", "NAME_INVALID", /"\.\." is not a model name/, /1 to 64 letters/],
    ["record --name points --run ../../x", "NAME_INVALID", /"\.\.\/\.\.\/x" is not/, /1 to 64 letters/],
    ["promote --name ../x --version 1", "NAME_INVALID", /"\.\.\/x" is not/, /1 to 64 letters/],
    ["dataset-pull --name points@0", "VERSION_INVALID", /"0" is not a version/, /write 12, v12, latest/],
    [["dataset-pull", "--name", "points", "--version", "1\n2"], "VERSION_INVALID", /"1\\n2" is not a version/, /write 12/],
    ["dataset-pull --name points --version 9", "DATASET_VERSION_MISSING", /"points" has no version 9/, /versions 1 to 1/],
    ["dataset-pull --name points --version staging", "DATASET_VERSION_MISSING", /no version staging/, /not stages/],
    ["dataset-pull --name pionts", "DATASET_MISSING", /has no dataset "pionts"/, /push it first/],
    ["image --name points --version 9", "MODEL_VERSION_MISSING", /no model version points@9: points has version 1/, /version that exists/],
    ["promote --name pionts --version 1", "MODEL_VERSION_MISSING", /pionts has no versions/, /register a model first/],
    [
      "rollback --name points --version 1",
      "ROLLBACK_NEVER_SERVED",
      /points@1 was never in production/,
      /no version was; .* with `promote`/,
    ],
    ["rollback --name points", "NOTHING_TO_ROLL_BACK", /points has no production version before/, /name one: `version: 3`/],
    ["monitor --name points", "MODEL_VERSION_MISSING", /no model version points@production/, /version that exists/],
    [`register --name points --run ${RUN}`, "RUN_MISSING", new RegExp(`there is no run ${RUN}`), /check `run` and `yard`/],
    ["train --name points --dataset points@4", "DATASET_VERSION_MISSING", /no version 4/, /versions 1 to 1/],
  ],
  "data and columns": [
    ["dataset-push --name points --path nowhere", "DATASET_SOURCE_MISSING", /there is nothing at .*nowhere/, /check the input `path`/],
    [
      "dataset-push --name points --path data --label-column lable",
      "DATASET_COLUMN_MISSING",
      /no table has the column "lable"/,
      /a, b, label/,
    ],
    [
      "dataset-push --name points --path data --key-column id",
      "DATASET_COLUMN_MISSING",
      /column "id" that `key-column` names/,
      /a, b, label/,
    ],
    ["dataset-push --name points --path data --key-pattern ((", "SPLIT_INVALID", /key\.pattern: a regular expression/, /one capture group/],
    [
      "dataset-push --name points --path data --test-fraction 0.7 --validation-fraction 0.7",
      "SPLIT_INVALID",
      /the split is not possible.*validation 0\.7, test 0\.7/,
      /sum is at most 1/,
    ],
    ["dataset-push --name points --path data --since-version 9", "DATASET_VERSION_MISSING", /no version 9/, /versions 1 to 1/],
    ["dataset-pull --name points --only no/such", "DATASET_PATH_MISSING", /no file of points@1 is at "no\/such"/, /glob/],
    ["dataset-pull --name points --path data/rows.csv", "PULL_TARGET", /data\/rows\.csv is not a directory/, /name a directory/],
    ["dataset-pull --name points --path .. --clean", "PULL_CLEAN_REFUSED", /`clean` would remove what is in it/, /directory of its own/],
    ["dataset-pull --name points --path . --clean", "PULL_CLEAN_REFUSED", /`clean` would remove what is in it/, /directory of its own/],
    ["dataset-pull --name points --path out --clean", "PULL_CLEAN_REFUSED", /none of them is of this dataset/, /directory of its own/],
    [
      "evaluate --model out/model.onnx --dataset points@1 --label-column lable",
      "EVALUATE_LABEL_COLUMN",
      /no column "lable".*a, b, label/,
      /./,
    ],
    ["evaluate --model out/model.onnx", "INPUT_INVALID", /needs a dataset to be evaluated on/, /set `dataset`/],
    ["evaluate", "INPUT_INVALID", /none of `model`, `run` and `predictions`/, /set `model`/],
    ["evaluate --predictions p/right.csv --model out/model.onnx", "INPUT_INVALID", /`model` and `predictions` are given together/, /set/],
  ],
  "models that are none": [
    ["register --name points", "INPUT_INVALID", /neither `run` nor `model` is given/, /path of an ONNX file/],
    ["register --name points --model models/none.onnx", "FILE_MISSING", /model: there is no file models\/none\.onnx/, /check `model`/],
    ["register --name points --model models", "FILE_MISSING", /model: models is not a file/, /check `model`/],
    ["register --name points --model models/page.onnx", "MODEL_NOT_ONNX", /page\.onnx is not an ONNX model/, /web page/],
    [
      "register --name points --model models/pickle.onnx",
      "MODEL_NOT_ONNX",
      /pickle\.onnx is not an ONNX model/,
      /Python pickle, which is never opened/,
    ],
    ["register --name points --model models/archive.onnx", "MODEL_NOT_ONNX", /archive\.onnx is not/, /zip archive/],
    ["register --name points --model models/truncated.onnx", "MODEL_NOT_ONNX", /truncated\.onnx is not.*past the end/, /cut download/],
    ["register --name points --model models/pointer.onnx", "MODEL_NOT_ONNX", /pointer\.onnx is not/, /git lfs pull/],
    ["register --name points --model models/empty.onnx", "MODEL_NOT_ONNX", /empty\.onnx is not an ONNX model: it is empty/, /whole \.onnx/],
    ["evaluate --model models/pickle.onnx --dataset points@1", "MODEL_NOT_ONNX", /pickle\.onnx is not/, /Python pickle/],
    ["evaluate --model models/pointer.onnx --dataset points@1", "MODEL_NOT_ONNX", /pointer\.onnx is not/, /git lfs pull/],
    [
      "register --name points --model out/model.onnx --signature points.dataset.json",
      "DOCUMENT_INVALID",
      /points\.dataset\.json is not as expected: task/,
      /JSON Schema in schemas/,
    ],
    ["register --name points --model out/model.onnx --golden p/right.csv", "JSON_INVALID", /right\.csv is not valid JSON/, /JSON encoder/],
    ["register --name points --model out/model.onnx --dataset points@9", "DATASET_VERSION_MISSING", /no version 9/, /versions 1 to 1/],
  ],
  "predictions files": [
    ["evaluate --predictions p/none.csv", "FILE_MISSING", /predictions: there is no file p\/none\.csv/, /check `predictions`/],
    [
      "evaluate --predictions p/no-prediction.csv",
      "PREDICTIONS_COLUMN",
      /no column "prediction" \(it has: id, label, guess\)/,
      /prediction-column/,
    ],
    ["evaluate --predictions p/no-label.csv", "EVALUATE_LABEL_MISSING", /example "0" has no label/, /label-column/],
    ["evaluate --predictions p/right.csv --label-column lable", "PREDICTIONS_COLUMN", /no column "lable"/, /label-column/],
    ["evaluate --predictions p/right.csv --id-column key", "PREDICTIONS_COLUMN", /no column "key"/, /id-column/],
    ["evaluate --predictions p/right.csv --slices nope", "PREDICTIONS_COLUMN", /no column "nope"/, /slices/],
    [
      "evaluate --predictions p/scores.csv --score-column score",
      "PREDICTIONS_INVALID",
      /row 8: "high" is not a probability between 0 and 1/,
      /score-column: none/,
    ],
    ["evaluate --predictions p/words.csv", "EVALUATE_NOT_A_NUMBER", /example "7", "many", is not a finite number/, /task: classification/],
    ["evaluate --predictions p/twice.csv --baseline none", "EVALUATE_IDS_DUPLICATE", /1 id more than once: "0"/, /each example one id/],
    ["evaluate --predictions p/empty.csv", "EVALUATE_EMPTY", /empty\.csv has no rows/, /step that writes it/],
    ["evaluate --predictions p/header.csv", "EVALUATE_EMPTY", /header\.csv has no rows/, /step that writes it/],
    [
      "evaluate --predictions p/ragged.csv",
      "DATASET_ROW_INVALID",
      /row 2 of "ragged\.csv".*2 fields; the header has 3/,
      /correct the file/,
    ],
    [
      "evaluate --predictions p/right.csv --baseline p/others.csv",
      "EVALUATE_IDS_DIFFER",
      /60 of the candidate's 60 are not in the baseline/,
      /id-column/,
    ],
    [
      "evaluate --predictions p/others.csv --dataset points@1",
      "EVALUATE_IDS_DIFFER",
      /ids: .* are not in the predictions file/,
      /id-column/,
    ],
    ["evaluate --predictions p/right.csv --baseline points@9", "MODEL_VERSION_MISSING", /no model version points@9/, /version that exists/],
    [
      "evaluate --predictions p/right.csv --baseline none --output data/rows.csv",
      "OUTPUT_NOT_WRITTEN",
      /data\/rows\.csv/,
      /writable directory/,
    ],
  ],
  plans: [
    ...(
      [
        ["30,10", /step 2 falls from 30 % to 10 %/],
        ["10,10", /step 2 repeats 10 %/],
        ["shadow,shadow", /step 2 repeats shadow/],
        ["10,shadow", /step 2/],
        ["10,300", /step 2 sends 300 % of the traffic, above 100/],
        ["0,10", /step 1 sends 0 %/],
        ["-5", /step 1 is "-5"/],
        ["10,,20", /step 2 is ""/],
        ["[]", /the plan has no steps/],
        ["[1", /not valid JSON/],
        ["NaN", /step 1 is "NaN"/],
        ["10 30 100", /step 1 is "10 30 100"/],
        ['[{"percent":10,"min-sample":5}]', /unknown key "min-sample"/],
      ] as const
    ).map(([plan, says]): Case => [["promote", "--name", "points", "--plan", plan], "PLAN_INVALID", says, /shadow, 10, 30, 100/]),
    ["promote --name points --min-time 1m --max-time 1s", "PLAN_INVALID", /max-time below its min-time/, /shadow, 10/],
    ["promote --name points --target kubernetes", "TARGET_NOT_YET", /cannot promote to the target kubernetes/, /target: gateway/],
  ],
  "documents and outputs": [
    ["report", "FILE_MISSING", /there is no comparison\.json/, /run `evaluate` before/],
    ["report --comparison p/right.csv", "JSON_INVALID", /right\.csv is not valid JSON/, /JSON encoder/],
    ["report --comparison points.dataset.json", "DOCUMENT_INVALID", /points\.dataset\.json is not as expected: kind/, /schemas/],
    ["report --comparison a.json --metrics b.json", "INPUT_INVALID", /comparison and metrics are both given/, /leave `metrics` out/],
    ["record --name points --metrics p/right.csv", "JSON_INVALID", /right\.csv is not valid JSON/, /JSON encoder/],
    ["record --name points --artifacts no/*", "FILE_MISSING", /artifacts: nothing matches no\/\*/, /check `artifacts`/],
    ["image --name points --base nowhere", "OCI_BASE_MISSING", /nowhere" is neither a directory nor a file/, /give `scratch`/],
    ["image --name points --base data/rows.csv", "OCI_LAYER_INVALID", /data\/rows\.csv is not a tar archive/, /give a tar/],
    ["image --name points --output data/rows.csv", "OCI_WRITE_FAILED", /data\/rows\.csv cannot be made a directory/, /name that is free/],
    ["image --name points --node data/rows.csv", "IMAGE_NODE_INVALID", /no Linux program/, /Linux node binary/],
    [["image", "--name", "points", "--tag", "a b"], "OCI_TAG_INVALID", /"a b" is not an image tag/, /1 to 128 letters/],
    ["monitor --name points --version 1 --window 400d", "MONITOR_WINDOW", /9602 hours; 2208 are allowed/, /shorten `window`/],
  ],
};

const outer = await temporaryDirectory("modelyard-bad-");
after(() => outer.remove());
// Deep enough that `..` is still ours.
const home = below(outer, "home/repository");
await prepareTeam(home);

for (const [group, cases] of Object.entries(CASES)) {
  test(`bad input: ${group}`, async () => {
    const before = treeOf(outer.path);
    for (const [args, code, says, next] of cases) {
      const words = typeof args === "string" ? args.split(" ") : args;
      const call = await modelyard([...words], { cwd: home.path });
      assertRefused(call, { code, says, next }, words.join(" "));
      assert.deepEqual(treeOf(outer.path), before, `something was written by ${words.join(" ")}`);
    }
  });
}
