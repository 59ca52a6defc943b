import { utf8 } from "@modelyard/base";

/** A shorter derived form or line would hide ordinary words of the log. */
const MIN_DERIVED_CHARACTERS = 4;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Every form in which a secret may reach a log: raw, each line, base64 (also of `x-access-token:<secret>`), URL-encoded, JSON-escaped, hex. Longest first. */
export function secretForms(secret: string): string[] {
  const trimmed = secret.trim();
  if (trimmed === "") return [];
  const wellFormed = trimmed.toWellFormed();
  const lines = trimmed.split(/\r\n|\r|\n/).map((line) => line.trim());
  const derived = [
    ...lines,
    ...base64Forms(wellFormed),
    ...base64Forms(`x-access-token:${wellFormed}`),
    encodeURIComponent(wellFormed),
    encodeURIComponent(wellFormed).replace(/%20/g, "+"),
    JSON.stringify(trimmed).slice(1, -1),
    JSON.stringify(JSON.stringify(trimmed)).slice(3, -3),
    hex(utf8(wellFormed)),
  ];
  const forms = new Set([trimmed, secret, ...derived.filter((form) => form.length >= MIN_DERIVED_CHARACTERS)]);
  return [...forms].sort((a, b) => b.length - a.length);
}

/** A function that replaces every form of the secrets in a text by `***`; secrets too short to be told from ordinary words stay. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = [...new Set([...secrets].flatMap(secretForms))]
    .filter((form) => form.length >= MIN_DERIVED_CHARACTERS)
    .sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((redacted, form) => redacted.replaceAll(form, "***"), text);
}

function base64Forms(text: string): string[] {
  const plain = base64(utf8(text));
  const bare = plain.replace(/=+$/, "");
  return [plain, bare, bare.replace(/\+/g, "-").replace(/\//g, "_")];
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64[word >> 18]! + BASE64[(word >> 12) & 63]!;
    text += i + 1 < bytes.length ? BASE64[(word >> 6) & 63]! : "=";
    text += i + 2 < bytes.length ? BASE64[word & 63]! : "=";
  }
  return text;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
