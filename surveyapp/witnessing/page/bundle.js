// Checks a bundle of sealed ballots and takes the outer envelopes off, step for step as
// surveyapp/crypto/bundle.py and peeled.py do: both give the same file.

import { base64url, hash, hex, join, utf8 } from "../../static/client/bytes.js";
import { canonical } from "../../static/client/canonical.js";
import { decoded, merkleRoot, parse, spelled, unb64 } from "./forms.js";
import { unseal } from "./hpke.js";

const NAMES = "class,counter,credential,outer,prefix,public_key,signature,v,wave";
const WAVE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ADDED = 2 * 81; // of each envelope: a point and a tag
const SMALLEST = 3072;
const EXPONENT = "1,0,1"; // 65537, byte by byte

export async function readBundle(bytes) {
  try {
    const [notice, covenant, classes, ...lines] = decoded(bytes).replace(/\n$/, "").split("\n");
    const listed = parse(classes);
    const found = {
      notice: parse(notice),
      covenant: parse(covenant),
      covenantSha256: hex(await hash(utf8(covenant))),
      classes: new Map(listed.map((one) => [one.class, { der: unb64(one.der), issued: one.issued }])),
      records: lines.map(recordBytes),
    };
    found.wave = found.notice.body.wave;
    found.root = found.notice.body.root;
    found.name = `${found.covenant.programme.organisation}, ${found.covenant.wave.label}`;
    return found;
  } catch {
    throw new Error("This file is not a bundle of sealed ballots.");
  }
}

function recordBytes(line) {
  return line.startsWith('{"spoiled":') ? unb64(parse(line).spoiled) : utf8(line);
}

// Refuses a bundle whose closing line the noticeboard that everybody sees does not have. Each line
// of it holds the hash of the one before.
export async function onBoard(bundle, bytes) {
  const closing = spelled(bundle.notice);
  const lines = decoded(bytes).replace(/\n$/, "").split("\n");
  if (!lines.includes(closing)) {
    throw new Error("The noticeboard has no such closing line. Do not open these ballots.");
  }
  let prev = "0".repeat(64);
  for (const [n, line] of lines.entries()) {
    const said = JSON.parse(line);
    if (said.n !== n || said.prev !== prev) {
      throw new Error("The noticeboard is not sound. Open nothing.");
    }
    prev = hex(await hash(utf8(line)));
  }
}

// Why nobody should open this bundle, a sentence each; empty when it is whole and lawful.
export async function problems(bundle, sifted) {
  const { notice: { type, body }, covenant } = bundle;
  const found = [];
  if (type !== "CLOSED" || covenant.wave.id !== bundle.wave) {
    found.push("The closing notice and the promises are not about the same pulse.");
  }
  if (bundle.covenantSha256 !== body.covenant_sha256) {
    found.push("The promises are not those that the noticeboard names.");
  }
  const leaves = await Promise.all(bundle.records.map((one) => hash(one)));
  leaves.sort(byBytes);
  const whole = leaves.map(hex).join() === (body.leaves || []).join();
  if (!whole || hex(await merkleRoot(leaves)) !== bundle.root || leaves.length !== body.ballots) {
    found.push("The ballots are not those that were in the box when the pulse closed.");
  }
  return found.concat(await classProblems(bundle, sifted));
}

async function classProblems(bundle, { sound, keys }) {
  const promised = new Map(bundle.covenant.classes.map((one) => [one.key, one]));
  const names = new Map(bundle.covenant.groups.map((one) => [one.key, one.name]));
  const cast = count(sound.map((record) => record.class));
  const over = [...cast].map(([key, number]) => Math.max(0, number - bundle.classes.get(key).issued));
  // A restored backup makes so many second answers possible, and the board says so.
  const tooMany = over.reduce((sum, one) => sum + one, 0) > (bundle.notice.body.doubles || 0);
  const found = [];
  if ([...bundle.classes.keys()].sort().join("\n") !== [...promised.keys()].sort().join("\n")) {
    found.push("The groups are not those that were promised.");
  }
  let total = 0;
  for (const [key, { der, issued }] of bundle.classes) {
    total += issued;
    if (!promised.has(key)) continue;
    const name = names.get(key) || key;
    const { people, public_key_sha256: expected } = promised.get(key);
    if (hex(await hash(der)) !== expected) {
      found.push(`${name}: the key of this group is not the promised one.`);
    }
    const { modulusLength, publicExponent } = keys.get(key).algorithm;
    if (modulusLength < SMALLEST || publicExponent.join() !== EXPONENT) {
      found.push(`${name}: the key of this group is too weak.`);
    }
    if (issued > people) found.push(`${name}: more codes were used than there are people.`);
    if (tooMany && (cast.get(key) || 0) > issued) {
      found.push(`${name}: there are more ballots than codes were used.`);
    }
  }
  if (total !== bundle.notice.body.issued) {
    found.push("The codes used in the groups do not add up to what the noticeboard says.");
  }
  return found;
}

// The records with a right form, size, credential and signature, and the others by reason.
export async function sift(bundle) {
  const keys = new Map();
  for (const [key, { der }] of bundle.classes) {
    keys.set(key, await crypto.subtle.importKey(
      "spki", der, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]));
  }
  const sound = new Map();
  const rejected = [];
  for (const raw of bundle.records) {
    try {
      const record = await verified(raw, bundle, keys);
      const earlier = sound.get(record.keySha256);
      if (earlier) rejected.push("repeated");
      if (!earlier || earlier.counter < record.counter) sound.set(record.keySha256, record);
    } catch (error) {
      rejected.push(error.message);
    }
  }
  return { sound: [...sound.values()], rejected, keys };
}

async function verified(raw, { wave, covenant: { keys: lid } }, keys) {
  const record = orElse("form", () => readRecord(raw));
  if (!keys.has(record.class) || record.wave !== wave) throw new Error("class");
  const right = record.sealed.every((one) => one.length === lid.size + ADDED);
  if (record.sealed.length !== lid.outer.length || !right) throw new Error("size");
  const publicKey = unb64(record.public_key);
  const keyHash = await hash(publicKey);
  const message = join(unb64(record.prefix), keyHash);
  const pss = { name: "RSA-PSS", saltLength: 48 };
  if (!(await crypto.subtle.verify(pss, keys.get(record.class), unb64(record.credential), message))) {
    throw new Error("credential");
  }
  const { signature, sealed, ...said } = record;
  const signed = join(utf8("candour/v1/ballot\0"), canonical(said));
  if (!(await ecdsa(publicKey, unb64(signature), signed))) throw new Error("signature");
  return { ...record, keySha256: hex(keyHash) };
}

function readRecord(raw) {
  const record = parse(decoded(raw));
  const sized = (name, size) => unb64(record[name]).length === size;
  const right =
    Object.keys(record).sort().join() === NAMES && record.v === 1 && WAVE.test(record.wave) &&
    typeof record.class === "string" && Array.isArray(record.outer) &&
    record.outer.length >= 1 && record.outer.length <= 4 &&
    Number.isInteger(record.counter) && record.counter >= 1 && record.counter < 2 ** 31 &&
    sized("prefix", 32) && sized("public_key", 65) && sized("signature", 64);
  if (!right) throw new Error("form");
  unb64(record.credential);
  return { ...record, sealed: record.outer.map(unb64) };
}

async function ecdsa(point, signature, message) {
  try {
    const key = await crypto.subtle.importKey(
      "raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
  } catch {
    return false;
  }
}

// The sealed copy of a pulse's results: which pulse, and what this witness's key finds in it.
export async function openSummary(bytes, keys) {
  try {
    const end = bytes.indexOf(10);
    const { wave } = parse(decoded(bytes.slice(0, end)));
    return await unseal(bytes.slice(end + 1), keys, utf8(`candour/v1/summary/${wave}`));
  } catch {
    throw new Error("This is no copy of results that your key opens.");
  }
}

// Take the outer envelopes off, sort by hash, sign. `keys` as readKeys gives them.
export async function openBundle(bundle, keys) {
  const named = (bundle.covenant.witnesses || []).map(spelled);
  if (!named.includes(spelled(keys.entry))) {
    throw new Error("You are not a witness of this pulse, or not with this key.");
  }
  const sifted = await sift(bundle);
  const wrong = await problems(bundle, sifted);
  if (wrong.length) throw new Error(`Do not open these ballots. ${wrong.join(" ")}`);
  return signed(bundle, keys, await peel(bundle, keys, sifted));
}

async function peel(bundle, keys, { sound, rejected }) {
  const outside = count(sound.flatMap((record) => record.outer));
  const taken = new Map();
  const aside = [...rejected];
  for (const record of sound) {
    const inside = await firstOpened(record, keys, bundle.wave);
    const copied = record.outer.some((one) => outside.get(one) > 1);
    if (!inside) aside.push(copied ? "repeated" : "envelope");
    else if (taken.has(base64url(inside))) aside.push("repeated");
    else taken.set(base64url(inside), { inside, class: record.class, hash: await hash(inside) });
  }
  const inner = [...taken.values()].sort((one, other) => byBytes(one.hash, other.hash));
  return { inner, rejected: aside };
}

async function firstOpened(record, keys, wave) {
  const info = utf8(`candour/v1/outer/${wave}/${record.keySha256}`);
  for (const sealed of record.sealed) {
    try {
      return await unseal(sealed, keys, info);
    } catch {
      continue;
    }
  }
  return null;
}

async function signed(bundle, keys, { inner, rejected }) {
  const statement = {
    wave: bundle.wave,
    closed_root: bundle.root,
    witness: keys.entry.name,
    ballots: inner.length,
    rejected: Object.fromEntries(count(rejected)),
    inner_root: hex(await merkleRoot(inner.map((one) => one.inside))),
  };
  const classes = [...count(inner.map((one) => one.class))].sort(byCodePoints);
  const sign = async (purpose, value) => hex(new Uint8Array(
    await crypto.subtle.sign("Ed25519", keys.signs, join(utf8(`${purpose}\0`), canonical(value)))));
  return {
    statement,
    file: spelled({
      format: "candour/peeled/1",
      wave: bundle.wave,
      closed_root: bundle.root,
      witness: keys.entry.name,
      inner: inner.map((one) => base64url(one.inside)),
      classes,
      statement,
      signed: await sign("candour/v1/opening", statement),
      signature: await sign("candour/v1/opening-counts", { statement, classes }),
    }),
  };
}

function count(things) {
  const numbers = new Map();
  for (const one of things) numbers.set(one, (numbers.get(one) || 0) + 1);
  return numbers;
}

function byBytes(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? one.length - other.length : one[at] - (other[at] ?? -1);
}

// As Python sorts texts: by code point, which UTF-8 keeps and UTF-16 does not.
const byCodePoints = ([one], [other]) => byBytes(utf8(one), utf8(other));

function orElse(reason, act) {
  try {
    return act();
  } catch {
    throw new Error(reason);
  }
}
