// Bytes, texts and whole numbers in the forms that the other files need.

const ENCODER = new TextEncoder();

export const utf8 = (text) => ENCODER.encode(text);

export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}


export const random = (size) => crypto.getRandomValues(new Uint8Array(size));

export async function hash(data, name = "SHA-256") {
  return new Uint8Array(await crypto.subtle.digest(name, data));
}

export function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error("This is not hexadecimal.");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

// Base64url without padding (RFC 4648 section 5).
export function base64url(data) {
  const text = Array.from(data, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unbase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

// The big-endian number that these bytes are, and back.
export const toNumber = (data) => BigInt(`0x${hex(data) || "0"}`);

export function toBytes(number, size) {
  const text = number.toString(16).padStart(2 * size, "0");
  if (text.length > 2 * size) throw new Error("The number is too large.");
  return unhex(text);
}
