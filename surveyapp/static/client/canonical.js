// Canonical JSON (RFC 8785, restricted): the same bytes as the server's surveyapp/crypto/canonical.py.

import { utf8 } from "./bytes.js";

export const canonical = (value) => utf8(write(value));

function write(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object") throw new Error(`${typeof value} has no canonical form.`);
  const names = Object.keys(value).sort();
  if (!names.every((name) => /^[\x00-\x7f]*$/.test(name))) {
    throw new Error("A name in an object is not plain ASCII text.");
  }
  return `{${names.map((name) => `${text(name)}:${write(value[name])}`).join(",")}}`;
}

function text(value) {
  if (/\p{Surrogate}/u.test(value)) throw new Error("A text holds half of a character.");
  return JSON.stringify(value);
}
