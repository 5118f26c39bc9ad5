// A witness's two keys and their files, as surveyapp/crypto/witness_key.py has them.

import { base64url, hash, hex, join, unhex, utf8 } from "../../static/client/bytes.js";
import { canonical } from "../../static/client/canonical.js";
import { parse, spelled, unb64 } from "./forms.js";

export const PUBLIC = "candour/witness/1";
export const PRIVATE = "candour/witness-key/1";
const ROUNDS = 600000;
const MOST_ROUNDS = 10000000;
const NAME = /^[^\x00-\x1f\x7f"<>\\]{1,80}$/u;
const ED25519_PKCS8 = unhex("302e020100300506032b657004220420");

// Makes both files; the private one is locked when there is a passphrase.
export async function makeKeys(name, passphrase) {
  if (!NAME.test(name) || name !== name.trim()) {
    throw new Error("Give a name of 1 to 80 letters, without quotes or < and >.");
  }
  const outer = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, [
    "deriveBits",
  ]);
  const signs = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const number = unb64((await crypto.subtle.exportKey("jwk", outer.privateKey)).d);
  const seed = new Uint8Array(await crypto.subtle.exportKey("pkcs8", signs.privateKey)).slice(-32);
  const entry = {
    name,
    key: hex(new Uint8Array(await crypto.subtle.exportKey("raw", outer.publicKey))),
    signs: hex(new Uint8Array(await crypto.subtle.exportKey("raw", signs.publicKey))),
  };
  const secret = join(number, seed);
  const locked = passphrase ? await lock(secret, passphrase) : { keys: hex(secret) };
  return {
    publicFile: `${spelled({ format: PUBLIC, ...entry })}\n`,
    privateFile: `${spelled({ format: PRIVATE, ...entry, ...locked })}\n`,
    fingerprint: await fingerprint(entry),
  };
}

// The keys of a private file, ready for use.
export async function readKeys(file, passphrase) {
  const raw = readFile(file);
  if (raw.format !== PRIVATE) throw new Error("This is not a witness’s private file.");
  const secret = raw.sealed ? await unlock(raw, passphrase) : unhex(raw.keys);
  const point = unhex(raw.key);
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: base64url(secret.slice(0, 32)),
    x: base64url(point.slice(1, 33)),
    y: base64url(point.slice(33)),
  };
  return {
    entry: { name: raw.name, key: raw.key, signs: raw.signs },
    point,
    outer: await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ]),
    signs: await crypto.subtle.importKey(
      "pkcs8", join(ED25519_PKCS8, secret.slice(32)), "Ed25519", false, ["sign"]),
  };
}

export function isLocked(file) {
  return "sealed" in readFile(file);
}

// Five groups of four letters, to compare over the telephone.
export async function fingerprint(entry) {
  const digest = await hash(canonical(entry));
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{5}/g).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[parseInt(five, 2)]);
  return letters.slice(0, 20).join("").match(/.{4}/g).join(" ");
}

function readFile(file) {
  try {
    return parse(file.trim());
  } catch {
    throw new Error("This is not a key file of a witness.");
  }
}

async function lock(secret, passphrase) {
  const [salt, nonce] = [16, 12].map((size) => crypto.getRandomValues(new Uint8Array(size)));
  const key = await stretched(passphrase, salt, ROUNDS);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: utf8(PRIVATE) }, key, secret);
  return { rounds: ROUNDS, salt: hex(salt), sealed: hex(join(nonce, new Uint8Array(sealed))) };
}

async function unlock(raw, passphrase) {
  if (!(raw.rounds > 0 && raw.rounds <= MOST_ROUNDS)) {
    throw new Error("This is not a witness’s private file.");
  }
  const sealed = unhex(raw.sealed);
  const key = await stretched(passphrase, unhex(raw.salt), raw.rounds);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: utf8(PRIVATE) }, key,
      sealed.slice(12)));
  } catch {
    throw new Error("The passphrase does not open this file.");
  }
}

async function stretched(passphrase, salt, iterations) {
  const word = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations }, word,
    { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
