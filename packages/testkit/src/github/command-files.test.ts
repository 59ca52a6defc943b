import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { commandFiles, parseCommandFile } from "./command-files.ts";

test("what steps write is read as the runner reads it", () => {
  assert.deepEqual(parseCommandFile("a=1\nb=x=y\r\nc<<END\nline 1\n\nline=2\nEND\nd="), { a: "1", b: "x=y", c: "line 1\n\nline=2", d: "" });
  assert.throws(() => parseCommandFile("a<<END\n1\n"), /lacks the delimiter END/);
  assert.throws(() => parseCommandFile("nothing"), /sets nothing/);
});

test("any value under a delimiter that it does not hold comes back whole", () => {
  fc.assert(
    fc.property(
      fc.string().map((value) => value.replaceAll("\r", "")),
      (value) => {
        assert.deepEqual(parseCommandFile(`name<<ghadelimiter_1\n${value}\nghadelimiter_1\n`), { name: value });
      },
    ),
  );
});

test("the files of a step are its own", async () => {
  const files = await commandFiles();
  await appendFile(files.env["GITHUB_OUTPUT"]!, "a=1\n");
  await appendFile(files.env["GITHUB_PATH"]!, "/opt/bin\n");
  await appendFile(files.env["GITHUB_STEP_SUMMARY"]!, "# done\n");
  assert.deepEqual(await files.read(), { outputs: { a: "1" }, env: {}, paths: ["/opt/bin"], summary: "# done\n" });
  await files.remove();
  await assert.rejects(files.read(), { code: "ENOENT" });
});
