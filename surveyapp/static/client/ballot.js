// The ballot: a key of its own, what is said, and the sealed record that is cast. The same bytes as
// the server's surveyapp/crypto/ballot.py and receipts.py.

import { blind, finalize, PREFIX_BYTES, prepare } from "./blind.js";
import { base64url, hash, hex, join, random, toNumber, utf8 } from "./bytes.js";
import { canonical } from "./canonical.js";
import { seal } from "./hpke.js";

export const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const PURPOSE = utf8("candour/v1/ballot\0");
const RECEIPT = utf8("candour/resp/v1");
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NONCE_BYTES = 16;
const LENGTH_BYTES = 4;
const SHOWN = 15;

// A new ballot key, and it blinded for the class's signature. The private key leaves the page only in
// a change key, for whoever asks for one.
export async function begin(classKey) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["sign"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const prepared = prepare(await hash(publicKey));
  const wish = await blind(classKey, prepared);
  return { pair, publicKey, prepared, classKey, ...wish, credential: null, counter: 0 };
}

// The registrar's answer makes the credential; one that does not verify is refused.
export async function accept(ballot, signed) {
  ballot.credential = await finalize(ballot.classKey, ballot.prepared, signed, ballot.inverse);
}

// What the ballot says, with a nonce for the ratings and one for each comment; and its receipt.
// `tags` are those of a diary phrase, mostly none.
export async function fillIn(classLabel, ratings, comments, tags = []) {
  const nonce = random(NONCE_BYTES);
  const bytes = canonical({
    v: 1,
    class: classLabel,
    ratings,
    nonce: base64url(nonce),
    comments: comments.map((one) => ({ ...one, nonce: base64url(random(NONCE_BYTES)) })),
    ...(tags.length ? { tags: tags.map(base64url) } : {}),
  });
  const receipt = await hash(join(RECEIPT, nonce, canonical(ratings)));
  return { bytes, nonce, receipt: shown(receipt) };
}

// The record of a ballot: padded, sealed inside and outside, signed. Each one made counts higher.
export async function sealed(ballot, said, wave, classLabel, keys) {
  const padded = new Uint8Array(keys.size);
  if (said.length + LENGTH_BYTES > keys.size) throw new Error("The answers are too long.");
  new DataView(padded.buffer).setUint32(0, said.length);
  padded.set(said, LENGTH_BYTES);
  const inside = await seal(padded, keys.inner, utf8(`candour/v1/inner/${wave}`));
  const mark = hex(await hash(ballot.publicKey));
  const info = utf8(`candour/v1/outer/${wave}/${mark}`);
  const outer = await Promise.all(keys.outer.map((key) => seal(inside, key, info)));
  ballot.counter += 1;
  const body = {
    v: 1,
    wave,
    class: classLabel,
    prefix: base64url(ballot.prepared.slice(0, PREFIX_BYTES)),
    credential: base64url(ballot.credential),
    public_key: base64url(ballot.publicKey),
    counter: ballot.counter,
    outer: outer.map(base64url),
  };
  const rule = { name: "ECDSA", hash: "SHA-256" };
  const signed = join(PURPOSE, canonical(body));
  const signature = await crypto.subtle.sign(rule, ballot.pair.privateKey, signed);
  return canonical({ ...body, signature: base64url(new Uint8Array(signature)) });
}

// A receipt as people keep it: its first 75 bits, fifteen characters in three groups.
export function shown(receipt) {
  const bits = toNumber(receipt) >> BigInt(8 * receipt.length - 5 * SHOWN);
  const letters = Array.from({ length: SHOWN }, (_, at) =>
    ALPHABET[Number((bits >> BigInt(5 * (SHOWN - 1 - at))) & 31n)]);
  return letters.join("").match(/.{5}/g).join("-");
}
