// What the device checks before anybody answers. Whatever does not fit stops the page.

import { readKey } from "./blind.js";
import { hash, hex, join, unbase64url, unhex } from "./bytes.js";
import { canonical } from "./canonical.js";

const SMALLEST = 3072;
const EXPONENT = 65537n;
const SIZES = [4096, 8192, 16384];

// A promise that could not be confirmed; the message is for the person.
export class Stopped extends Error {}

function must(holds, words) {
  if (!holds) throw new Stopped(words);
}

// The promises, byte for byte those of the link. A typed code brings no fingerprint to compare.
export async function covenantOf(bytes, expected) {
  const found = hex(await hash(bytes));
  must(!expected || found === expected, "The promises are not the ones that your link names.");
  try {
    return { covenant: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)), found };
  } catch {
    throw new Stopped("The promises cannot be read.");
  }
}

// Nobody is counted twice and none is left out, so that a group made for one person cannot be shown as
// one of many: people who sit right in a group, and not below it, add up to its class, and classes to
// everybody invited.
export function groupsFit({ groups, classes, invited, roster }) {
  const own = new Map(groups.map((one) => [one.key, one.people]));
  for (const { parent, people } of groups) own.set(parent, own.get(parent) - people);
  const counted = new Map();
  for (const { key, counted_in: to } of groups) counted.set(to, (counted.get(to) ?? 0) + own.get(key));
  const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);
  const unlike = (list) => new Set(list.map((one) => one.key)).size === list.length;
  const fits =
    unlike(groups) &&
    unlike(classes) &&
    groups.every((one) => own.get(one.key) >= 0 && one.name === one.key.split("/").at(-1)) &&
    classes.every((one) => one.people === counted.get(one.key)) &&
    total([...counted.values()]) === invited &&
    total(classes.map((one) => one.people)) === invited &&
    (!roster || roster.size === invited);
  must(fits, "The groups in the promises do not add up.");
}

// The wave, the class and its key are those of the promises; gives the key.
export async function classKeyOf(covenant, told) {
  must(covenant.wave.id === told.wave, "The promises belong to another pulse.");
  const listed = covenant.classes.filter((one) => one.key === told.class);
  must(listed.length === 1, "Your group is not in the promises.");
  must(
    listed[0].people >= covenant.rule.headcount,
    "Your group is smaller than the promises allow.",
  );
  const der = unbase64url(told.public_key);
  must(
    hex(await hash(der)) === listed[0].public_key_sha256,
    "The key of your group is not the one in the promises.",
  );
  const key = await readKey(der).catch(() => must(false, "The key of your group is no such key."));
  must(key.bits >= SMALLEST && key.e === EXPONENT, "The key of your group is too weak.");
  return key;
}

// The envelope keys of the promises.
export function envelopesOf(covenant) {
  const { inner, outer, size } = covenant.keys;
  const points = [inner, ...outer].map((key) => unhex(key));
  const locks = covenant.witnesses.map((witness) => witness.key);
  const theirs = locks.length > 0 && locks.join() === outer.join();
  const own = covenant.promise === "blind" && locks.length === 0 && outer.length === 1;
  must(
    covenant.promise === "sealed" ? theirs : own,
    "The locks are not those of the witnesses in the promises.",
  );
  must(points.every((key) => key.length === 65) && SIZES.includes(size), "The locks do not fit.");
  return { inner: points[0], outer: points.slice(1), size };
}

// Every file of this page's script has a hash that the promises list, or that was added to them in
// the open since.
export function scriptOf(covenant, added, page) {
  const promised = covenant.client;
  const named = [...page.querySelectorAll("script[data-file]")];
  const right = named.every(({ dataset, integrity }) =>
    [promised, ...added].some(
      (list) => list[dataset.file] && integrity === `sha256-${base64(unhex(list[dataset.file]))}`,
    ),
  );
  const whole = Object.keys(promised).every((name) => named.some((one) => one.dataset.file === name));
  must(right && whole, "The script of this page is not the one in the promises.");
}

// As an integrity attribute has it.
const base64 = (data) => btoa(String.fromCharCode(...data));

// The person's row is in the list that the promises fixed (RFC 9162 section 2.1.3.2).
export async function rosterRow(covenant, told, salt) {
  if (!covenant.roster || !salt) return;
  const proof = told.roster || { index: 0, size: 0, proof: [] };
  must(proof.size === covenant.roster.size, "Your place on the list cannot be shown.");
  const row = canonical({ wave: told.wave, unit: told.unit, class: told.class, salt });
  let [first, last] = [proof.index, proof.size - 1];
  let found = await hash(join(Uint8Array.of(0), row));
  let fits = Number.isInteger(first) && first >= 0 && first <= last;
  for (const step of proof.proof.map(unhex)) {
    fits = fits && last > 0;
    if (first % 2 === 1 || first === last) {
      found = await node(step, found);
      while (first % 2 === 0 && first > 0) [first, last] = [first / 2, Math.floor(last / 2)];
    } else {
      found = await node(found, step);
    }
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  must(
    fits && last === 0 && hex(found) === covenant.roster.root,
    "Your place on the list is not the one that was fixed.",
  );
}

const node = (left, right) => hash(join(Uint8Array.of(1), left, right));
