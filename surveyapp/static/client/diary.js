// The diary phrase: twelve words that only their owner has, and the marks made of them. The same as
// the server's surveyapp/crypto/diary.py; the words never leave the device.

import { hash, join, random, utf8 } from "./bytes.js";
import * as pages from "./pages.js";

const SECRET_BYTES = 16;
const WORDS = 12;
const BITS = 11;

// The list that the page brings.
const listed = () => document.getElementById("t-words").dataset.words.split(" ");

const bitsOf = (data) => Array.from(data, (byte) => byte.toString(2).padStart(8, "0")).join("");

// The words of a secret: its bits and four of a checksum, eleven to a word.
export async function phrase(secret) {
  const bits = bitsOf(join(secret, (await hash(secret)).slice(0, 1))).slice(0, WORDS * BITS);
  const words = listed();
  return bits.match(/.{11}/g).map((eleven) => words[parseInt(eleven, 2)]);
}

// The secret of a phrase as typed: four letters of a word are enough. What is thrown is for people.
export async function read(typed) {
  const given = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (given.length !== WORDS) {
    throw new Error(`A diary phrase has ${WORDS} words. You typed ${given.length}.`);
  }
  const words = listed();
  const places = given.map((word) =>
    words.findIndex((one) => one.slice(0, 4) === word.slice(0, 4) && one.startsWith(word)));
  const unknown = places.indexOf(-1) + 1;
  if (unknown) throw new Error(`Word ${unknown} is not one that a phrase can have. Check it.`);
  const bits = places.map((place) => place.toString(2).padStart(BITS, "0")).join("");
  const secret = Uint8Array.from(bits.slice(0, 8 * SECRET_BYTES).match(/.{8}/g), (byte) => parseInt(byte, 2));
  if ((await phrase(secret)).at(-1) !== words[places.at(-1)]) {
    throw new Error("These words do not fit together. Check each one, and their order.");
  }
  return secret;
}

// A ballot's two marks: with the pulse before, and with the one after.
export async function tags(secret, series, wave) {
  const rule = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, rule, false, ["sign"]);
  const mark = async (number) =>
    new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(`${series}/pair/${number}`)));
  return [await mark(wave - 1), await mark(wave)];
}

// The optional step: type the words of last time, get new ones, or go on without.
export function ask(visit, go, { problem, typed = "" } = {}) {
  const view = pages.fill("diary", { problem });
  const box = view.querySelector("textarea");
  box.value = typed;
  if (problem) box.setAttribute("aria-describedby", "diary-hint diary-error");
  pages.show("diary", {}, { view });
  pages.on({
    keep: () =>
      read(box.value).then(
        (secret) => go((visit.secret = secret)),
        ({ message }) => ask(visit, go, { problem: message, typed: box.value }),
      ),
    new: () => shown(visit, go, random(SECRET_BYTES)),
    none: () => go((visit.secret = null)),
  });
}

async function shown(visit, go, secret) {
  const words = await phrase(secret);
  const view = pages.fill("phrase");
  view.querySelector("ol").append(...words.map((word) => pages.fill("word", { word })));
  pages.show("phrase", {}, { view });
  pages.on({ keep: () => go((visit.secret = secret)), none: () => go((visit.secret = null)) });
}
