// Opening HPKE envelopes (RFC 9180, base mode), with the respondents' own key schedule.

import { keyAndNonce } from "../../static/client/hpke.js";

const POINT = 65;

// What an envelope holds; throws when this key does not open it.
export async function unseal(sealed, { outer, point }, info) {
  const enc = sealed.slice(0, POINT);
  const theirs = await crypto.subtle.importKey(
    "raw", enc, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const rule = { name: "ECDH", public: theirs };
  const dh = new Uint8Array(await crypto.subtle.deriveBits(rule, outer, 256));
  const { key, nonce } = await keyAndNonce(dh, enc, point, info);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, aes, sealed.slice(POINT));
  return new Uint8Array(opened);
}
