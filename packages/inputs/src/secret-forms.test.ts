import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redactor, secretForms } from "./secret-forms.ts";

const KEY = '-----BEGIN KEY-----\nMIIEvQ+/abc==\nsecond line "q"\n-----END KEY-----';

test("the forms agree with the platform's encoders", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 4 }), (text) => {
      const secret = text.trim();
      fc.pre(secret.length >= 4);
      const forms = secretForms(secret);
      const bytes = Buffer.from(secret, "utf8");
      const credentials = Buffer.from(`x-access-token:${secret}`, "utf8");
      for (const form of [
        secret,
        bytes.toString("base64"),
        bytes.toString("base64url"),
        bytes.toString("hex"),
        credentials.toString("base64"),
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
      ]) {
        assert.ok(forms.includes(form), form);
      }
    }),
    { numRuns: 300 },
  );
});

test("each line of a secret of many lines is a form", () => {
  const forms = secretForms(KEY);
  for (const line of KEY.split("\n")) assert.ok(forms.includes(line), line);
});

test("nothing of a secret is left in a redacted text, in any form", () => {
  const redact = redactor([KEY, "tok_0123456789"]);
  const text = [
    KEY,
    JSON.stringify({ key: KEY }),
    Buffer.from(KEY).toString("base64"),
    "Bearer tok_0123456789",
    `https://x:${encodeURIComponent(KEY)}@host`,
  ].join("\n");
  const redacted = redact(text);
  for (const form of [...secretForms(KEY), ...secretForms("tok_0123456789")].filter((form) => form.length >= 4))
    assert.ok(!redacted.includes(form), form);
});

test("an empty secret and a very short one hide nothing of our own texts", () => {
  assert.deepEqual(secretForms("  "), []);
  assert.equal(redactor(["t", ""])("the text"), "the text");
});
