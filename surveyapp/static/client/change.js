// A change key: all it takes to replace a ballot until closing, on paper or in a file of the person's
// own. It names nobody and holds no answer. A server never sees it: it stands behind the # of a link.

import { PREFIX_BYTES } from "./blind.js";
import { CURVE } from "./ballot.js";
import { base64url, join, unbase64url } from "./bytes.js";

const CARD = /^#change\.([0-9a-f-]{36})\.(\d{1,4})\.([0-9a-f]{64})\.([0-9A-Za-z_-]{600,1000})$/;
const NUMBER_BYTES = 32;

// The fragment of the link that replaces this ballot.
export async function made({ ballot, covenant, fingerprint, told }) {
  const { d, x, y } = await crypto.subtle.exportKey("jwk", ballot.pair.privateKey);
  const prefix = ballot.prepared.slice(0, PREFIX_BYTES);
  const data = join(...[d, x, y].map(unbase64url), prefix, ballot.credential);
  const at = covenant.classes.findIndex((one) => one.key === told.class);
  return `#change.${covenant.wave.id}.${at}.${fingerprint}.${base64url(data)}`;
}

// What a fragment says, or `null` where it is no change key.
export function read(fragment) {
  const parts = CARD.exec(fragment);
  return parts && { wave: parts[1], at: Number(parts[2]), covenant: parts[3], data: parts[4] };
}

// The ballot that the key replaces. It was cast once or more: the box says when its counter is higher.
export async function ballotOf({ data }) {
  const bytes = unbase64url(data);
  const [d, x, y] = [0, 1, 2].map((at) => bytes.slice(at * NUMBER_BYTES, (at + 1) * NUMBER_BYTES));
  const rest = bytes.slice(3 * NUMBER_BYTES);
  const jwk = { kty: "EC", crv: CURVE.namedCurve, d: base64url(d), x: base64url(x), y: base64url(y) };
  return {
    pair: { privateKey: await crypto.subtle.importKey("jwk", jwk, CURVE, true, ["sign"]) },
    publicKey: join(Uint8Array.of(4), x, y),
    prepared: rest.slice(0, PREFIX_BYTES),
    credential: rest.slice(PREFIX_BYTES),
    counter: 1,
  };
}
