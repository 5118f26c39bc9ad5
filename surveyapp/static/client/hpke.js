// Envelopes: HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

import { join, utf8 } from "./bytes.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const KEM = join(utf8("KEM"), Uint8Array.of(0, 0x10));
const SUITE = join(utf8("HPKE"), Uint8Array.of(0, 0x10, 0, 1, 0, 2));
const VERSION = utf8("HPKE-v1");
const NOTHING = new Uint8Array(0);

// SealBase (section 6.1) to the 65-byte point `to`: encapsulated key, then ciphertext.
export async function seal(plaintext, to, info) {
  const own = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const other = await crypto.subtle.importKey("raw", to, CURVE, false, []);
  const rule = { name: "ECDH", public: other };
  const dh = new Uint8Array(await crypto.subtle.deriveBits(rule, own.privateKey, 256));

  const { key, nonce } = await keyAndNonce(dh, enc, to, info);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, aes, plaintext);
  return join(enc, new Uint8Array(sealed));
}

// What both sides make of the secret that they share: ExtractAndExpand (section 4.1), then the key
// schedule. The witness's page opens envelopes with it.
export async function keyAndNonce(dh, enc, to, info) {
  const eae = await extract(KEM, NOTHING, "eae_prk", dh);
  return schedule(await expand(KEM, eae, "shared_secret", join(enc, to), 32), info);
}

// KeySchedule in base mode (section 5.1).
async function schedule(shared, info) {
  const context = join(
    Uint8Array.of(0),
    await extract(SUITE, NOTHING, "psk_id_hash", NOTHING),
    await extract(SUITE, NOTHING, "info_hash", info),
  );
  const secret = await extract(SUITE, shared, "secret", NOTHING);
  return {
    key: await expand(SUITE, secret, "key", context, 32),
    nonce: await expand(SUITE, secret, "base_nonce", context, 12),
  };
}

// LabeledExtract and LabeledExpand (section 4). No output here is longer than one hash.
const extract = (suite, salt, label, input) =>
  hmac(salt.length ? salt : new Uint8Array(32), join(VERSION, suite, utf8(label), input));

async function expand(suite, secret, label, info, size) {
  const labelled = join(Uint8Array.of(0, size), VERSION, suite, utf8(label), info);
  return (await hmac(secret, join(labelled, Uint8Array.of(1)))).slice(0, size);
}

async function hmac(key, data) {
  const rule = { name: "HMAC", hash: "SHA-256" };
  const made = await crypto.subtle.importKey("raw", key, rule, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, data));
}
