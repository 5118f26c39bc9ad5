// A place kept on this device, only where somebody asks for it: what they have said so far, locked
// under the private part of their link. Without the link it tells neither what it says nor whose it is.

import { base64url, hex, join, random, unbase64url, utf8 } from "./bytes.js";

const NONCE_BYTES = 12;

// HKDF-SHA-256 (RFC 5869) over the whole fragment, which holds 130 random bits and more.
async function derived(link, purpose) {
  const secret = await crypto.subtle.importKey("raw", utf8(link.whole), "HKDF", false, ["deriveBits"]);
  const info = utf8(`candour/v1/place/${purpose}`);
  const rule = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(rule, secret, 256));
}

const nameOf = async (link) => `candour-${hex(await derived(link, "name"))}`;
const keyOf = async (link) =>
  crypto.subtle.importKey("raw", await derived(link, "key"), "AES-GCM", false, ["encrypt", "decrypt"]);

// Keeps it in the place of what was kept before; `size` bytes whatever was said.
export async function keep(link, said, size) {
  const plain = utf8(JSON.stringify(said));
  const padded = new Uint8Array(Math.max(size, plain.length)).fill(0x20);
  padded.set(plain);
  const iv = random(NONCE_BYTES);
  const locked = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(link), padded);
  localStorage.setItem(await nameOf(link), base64url(join(iv, new Uint8Array(locked))));
}

// What was kept for this link, or `null`.
export async function kept(link) {
  try {
    const held = unbase64url(localStorage.getItem(await nameOf(link)));
    const iv = held.slice(0, NONCE_BYTES);
    const locked = held.slice(NONCE_BYTES);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(link), locked);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    return null;
  }
}

export async function drop(link) {
  try {
    localStorage.removeItem(await nameOf(link));
  } catch {
    // A browser that lends no storage keeps nothing.
  }
}
