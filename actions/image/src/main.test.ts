import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkImage, OciLayout } from "@modelyard/oci";
import { openContextYard } from "@modelyard/operations";
import { image } from "@modelyard/operations/image";
import { type TestContext, testContext } from "@modelyard/operations/testing/test-context";
import { attachments, registerVersion } from "@modelyard/registry";
import { recordingLog } from "@modelyard/testkit";

const BASE = { name: "digits", version: "latest", base: "scratch", output: "image" };

async function withModel(
  body: (directory: string, context: TestContext, log: ReturnType<typeof recordingLog>) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "image-"));
  writeFileSync(join(directory, "serve.cjs"), "// the bundled server\n");
  const log = recordingLog();
  const context = testContext(directory, { log, env: { MODELYARD_SERVE_BUNDLE: join(directory, "serve.cjs") } });
  try {
    const yard = await openContextYard({}, context, { create: true });
    const put = async (text: string) => {
      const { digest, size } = await yard.blobs.put(Buffer.from(text));
      return { digest, size };
    };
    const identity = { name: "digits", model: await put("model bytes"), signature: await put("{}"), golden: null };
    await registerVersion(yard, { ...identity, run: null, dataset: null, metrics: null, headline: {}, commit: "c0ffee" }, context);
    await body(directory, context, log);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("builds a verified image, the same one again, and records it once", { skip: process.platform !== "linux" && "needs Linux" }, () =>
  withModel(async (directory, context, log) => {
    const first = await image(BASE, context);
    assert.equal(first.reference, "image:digits-1");
    assert.equal((await checkImage(new OciLayout(join(directory, "image")), "digits-1")).digest, first.digest);
    assert.ok(first.bytesPushed > 0);
    const again = await image(BASE, context);
    assert.equal(again.digest, first.digest);
    assert.equal(again.bytesPushed, 0);
    const elsewhere = await image({ ...BASE, output: "elsewhere" }, context);
    assert.equal(elsewhere.digest, first.digest);
    const yard = await openContextYard({}, context, { create: false });
    assert.equal(
      (await attachments(yard, "digits", 1)).filter(
        (attachment) => attachment.kind === "image" && attachment.reference === "image:digits-1",
      ).length >= 1,
      true,
    );
    assert.ok(
      log.lines.some((line) => /the image needs glibc/.test(line.message)),
      "scratch says what is missing",
    );
    assert.match(context.summaries.join(), /digits@1/);
  }),
);

test("a dry run writes nothing", { skip: process.platform !== "linux" && "needs Linux" }, () =>
  withModel(async (directory, context) => {
    const outputs = await image({ ...BASE, dryRun: true }, context);
    assert.equal(outputs.digest, undefined);
    assert.equal(existsSync(join(directory, "image")), false);
  }),
);

for (const [title, inputs, code] of [
  ["a base that is not there", { base: "nowhere" }, "OCI_BASE_MISSING"],
  ["a base that is no archive", { base: "serve.cjs" }, "OCI_LAYER_INVALID"],
  ["a tag with a slash", { tag: "a/b" }, "OCI_TAG_INVALID"],
  ["a version that is not there", { version: "9" }, "MODEL_VERSION_MISSING"],
  ["a node that is no program", { node: "serve.cjs" }, "IMAGE_NODE_INVALID"],
  ["no name", { name: undefined }, "INPUT_INVALID"],
] as const) {
  test(`${title} is one error and leaves no image`, { skip: process.platform !== "linux" && "needs Linux" }, () =>
    withModel(async (directory, context) => {
      await assert.rejects(image({ ...BASE, ...inputs }, context), { code });
      const left = existsSync(join(directory, "image")) ? readdirSync(join(directory, "image")) : [];
      assert.equal(left.includes("index.json"), false);
    }),
  );
}
