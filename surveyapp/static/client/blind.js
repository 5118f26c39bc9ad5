// The client's half of RSABSSA-SHA384-PSS-Randomized (RFC 9474): the signer gives one signature and
// can never recognise what it signed.

import { hash, join, random, toBytes, toNumber, unbase64url } from "./bytes.js";

const HASH = "SHA-384";
const HASH_BYTES = 48;
const SALT_BYTES = 48;
export const PREFIX_BYTES = 32;

// A class's public key from its SubjectPublicKeyInfo.
export async function readKey(der) {
  const rule = { name: "RSA-PSS", hash: HASH };
  const verifier = await crypto.subtle.importKey("spki", der, rule, true, ["verify"]);
  const parts = await crypto.subtle.exportKey("jwk", verifier);
  const n = toNumber(unbase64url(parts.n));
  const bits = n.toString(2).length;
  return { verifier, n, e: toNumber(unbase64url(parts.e)), bits, size: Math.ceil(bits / 8) };
}

// PrepareRandomize (section 4.1).
export const prepare = (message, draw = random) => join(draw(PREFIX_BYTES), message);

// Blind (section 4.2). `draw` gives the salt and then, until one is in range, candidates for r.
export async function blind(key, prepared, draw = random) {
  const encoded = await encode(prepared, key.bits - 1, draw(SALT_BYTES));
  const m = toNumber(encoded);
  if (divisor(m, key.n) !== 1n) throw new Error("The message shares a factor with the key.");
  const r = below(key.n, key.bits, draw);
  const blinded = (m * power(r, key.e, key.n)) % key.n;
  return { blinded: toBytes(blinded, key.size), inverse: inverseOf(r, key.n) };
}

// Finalize (section 4.4): the signature on `prepared`, verified before it is given.
export async function finalize(key, prepared, signed, inverse) {
  if (signed.length !== key.size) throw new Error("The signature has the wrong length.");
  const signature = toBytes((toNumber(signed) * inverse) % key.n, key.size);
  if (!(await verify(key, prepared, signature))) {
    throw new Error("The signer’s answer does not verify.");
  }
  return signature;
}

export function verify(key, prepared, signature) {
  const rule = { name: "RSA-PSS", saltLength: SALT_BYTES };
  return crypto.subtle.verify(rule, key.verifier, signature, prepared);
}

// EMSA-PSS-ENCODE with MGF1 (RFC 8017 section 9.1.1).
async function encode(message, bits, salt) {
  const size = Math.ceil(bits / 8);
  if (size < HASH_BYTES + salt.length + 2) throw new Error("The key is too short.");
  const inner = await hash(join(new Uint8Array(8), await hash(message, HASH), salt), HASH);
  const zeros = new Uint8Array(size - salt.length - HASH_BYTES - 2);
  const block = join(zeros, Uint8Array.of(1), salt);
  const mask = await stretch(inner, block.length);
  const masked = block.map((byte, at) => byte ^ mask[at]);
  masked[0] &= 0xff >> (8 * size - bits);
  return join(masked, inner, Uint8Array.of(0xbc));
}

async function stretch(seed, size) {
  const blocks = [];
  for (let count = 0; count * HASH_BYTES < size; count++) {
    blocks.push(await hash(join(seed, Uint8Array.of(0, 0, 0, count)), HASH));
  }
  return join(...blocks).slice(0, size);
}

// A uniform number from 1 to `limit` - 1, by rejection.
function below(limit, bits, draw) {
  const size = Math.ceil(bits / 8);
  for (;;) {
    const candidate = toNumber(draw(size)) >> BigInt(8 * size - bits);
    if (candidate > 0n && candidate < limit) return candidate;
  }
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

function divisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

// The inverse modulo `modulus`, by the extended algorithm of Euclid.
export function inverseOf(value, modulus) {
  let [rest, next, found, coming] = [modulus, value, 0n, 1n];
  while (next) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [found, coming] = [coming, found - times * coming];
  }
  if (rest !== 1n) throw new Error("The number shares a factor with the key.");
  return found < 0n ? found + modulus : found;
}
