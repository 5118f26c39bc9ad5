// Bytes, their spellings, and canonical JSON (RFC 8785, restricted) as surveyapp/crypto writes it.

const encoder = new TextEncoder();

export const utf8 = (text) => encoder.encode(text);

export const text = (bytes) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const hex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function unhex(digits) {
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error("form");
  return Uint8Array.from(digits.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function b64(bytes) {
  let plain = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    plain += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function unb64(spelled) {
  if (typeof spelled !== "string" || !/^[A-Za-z0-9_-]*$/.test(spelled)) throw new Error("form");
  const plain = atob(spelled.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  if (b64(bytes) !== spelled) throw new Error("form");
  return bytes;
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("form");
  return JSON.stringify(value);
}

// The value of canonical JSON; any other spelling of it is refused.
export function parse(spelled) {
  const value = JSON.parse(spelled);
  if (canonical(value) !== spelled) throw new Error("form");
  return value;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// The Merkle tree hash of RFC 9162, section 2.1.1.
export async function merkleRoot(entries) {
  if (entries.length === 0) return sha256(new Uint8Array());
  const leaves = await Promise.all(entries.map((one) => sha256(concat(Uint8Array.of(0), one))));
  return node(leaves);
}

async function node(leaves) {
  if (leaves.length === 1) return leaves[0];
  let at = 1;
  while (at * 2 < leaves.length) at *= 2;
  const [left, right] = await Promise.all([node(leaves.slice(0, at)), node(leaves.slice(at))]);
  return sha256(concat(Uint8Array.of(1), left, right));
}
