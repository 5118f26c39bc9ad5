// Opening HPKE envelopes (RFC 9180, base mode): P-256, HKDF-SHA256, AES-256-GCM.

import { concat, utf8 } from "./bytes.js";

const VERSION = utf8("HPKE-v1");
const KEM = concat(utf8("KEM"), Uint8Array.of(0, 0x10));
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0, 0x10, 0, 1, 0, 2));
const NONE = new Uint8Array();
const POINT = 65;

// What an envelope holds; throws when this key does not open it.
export async function unseal(sealed, { outer, point }, info) {
  const sent = sealed.slice(0, POINT);
  const theirs = await crypto.subtle.importKey(
    "raw", sent, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const dh = new Uint8Array(
    await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, outer, 256));
  const early = await extract(KEM, NONE, "eae_prk", dh);
  const shared = await expand(KEM, early, "shared_secret", concat(sent, point), 32);
  const context = concat(
    Uint8Array.of(0),
    await extract(SUITE, NONE, "psk_id_hash", NONE),
    await extract(SUITE, NONE, "info_hash", info));
  const secret = await extract(SUITE, shared, "secret", NONE);
  const raw = await expand(SUITE, secret, "key", context, 32);
  const iv = await expand(SUITE, secret, "base_nonce", context, 12);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.slice(POINT)));
}

// LabeledExtract and LabeledExpand of RFC 9180, section 4.
const extract = (suite, salt, label, key) => hmac(salt, concat(VERSION, suite, utf8(label), key));

async function expand(suite, key, label, info, size) {
  const labelled = concat(Uint8Array.of(0, size), VERSION, suite, utf8(label), info);
  return (await hmac(key, concat(labelled, Uint8Array.of(1)))).slice(0, size);
}

async function hmac(key, message) {
  // HMAC fills a short key with zeros, and WebCrypto takes no empty one.
  const raw = key.length ? key : new Uint8Array(32);
  const known = await crypto.subtle.importKey(
    "raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", known, message));
}
