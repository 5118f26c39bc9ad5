// Strict readings of texts, and the Merkle tree, as surveyapp/crypto has them.

import { base64url, hash, join, unbase64url } from "../../static/client/bytes.js";
import { canonical } from "../../static/client/canonical.js";

export const decoded = (bytes) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export const spelled = (value) => decoded(canonical(value));

// The value of canonical JSON; any other spelling of it is refused.
export function parse(given) {
  const value = JSON.parse(given);
  if (spelled(value) !== given) throw new Error("form");
  return value;
}

export function unb64(given) {
  const bytes = unbase64url(given);
  if (base64url(bytes) !== given) throw new Error("form");
  return bytes;
}

// The Merkle tree hash of RFC 9162, section 2.1.1.
export async function merkleRoot(entries) {
  if (entries.length === 0) return hash(new Uint8Array());
  return node(await Promise.all(entries.map((one) => hash(join(Uint8Array.of(0), one)))));
}

async function node(leaves) {
  if (leaves.length === 1) return leaves[0];
  let at = 1;
  while (at * 2 < leaves.length) at *= 2;
  const [left, right] = await Promise.all([node(leaves.slice(0, at)), node(leaves.slice(at))]);
  return hash(join(Uint8Array.of(1), left, right));
}
