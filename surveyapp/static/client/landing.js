// The landing page: whose code it is, and whether everything there is as it was promised. Whatever the
// server says of a code is told here: no word of it leads to the page with the weaker promise.

import * as change from "./change.js";
import { classKeyOf, covenantOf, envelopesOf, groupsFit, rosterRow, scriptOf, Stopped } from "./checks.js";
import { Lost, post, read as fetchFile, tell } from "./courier.js";
import * as pages from "./pages.js";
import * as place from "./place.js";
import * as questions from "./questions.js";

const TOKEN_LENGTH = 26;
const LINK = /^#([0-9A-Za-z]{26})(?:\.([0-9a-f]{64})(?:\.([0-9A-Za-z_-]+))?)?$/;
// What is said of a code beside the box for it; whatever else is said has a page of its own.
const BESIDE = ["unknown", "wait"];

const form = document.getElementById("start");
const code = document.getElementById("code");
const status = document.getElementById("status");
const parts = LINK.exec(location.hash);

export const box = form.dataset.box;
export const link = parts && { whole: parts[0], token: parts[1], covenant: parts[2], salt: parts[3] };
export const card = change.read(location.hash);

// What answers are given to once everything was checked.
let answering = null;

export function open(then) {
  answering = then;
  if (!globalThis.crypto?.subtle) return refuse();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begun();
  });
  if (card) {
    linked(true, "changing");
  } else if (link) {
    linked(true);
    arrive().then(promised, (error) => error instanceof Lost || failed(error));
  } else if (location.hash.length > 8) {
    document.getElementById("cut").hidden = false;
  }
}

// Without a secure connection the browser lends no locks. Whoever answers all the same was told what
// that promises, and types their code: nothing of the link goes along.
function refuse() {
  form.hidden = true;
  form.before(pages.fill("insecure"));
  document.getElementById("basic").addEventListener("click", () => {
    document.getElementById("insecure").remove();
    form.hidden = false;
    pages.focus(code.type === "hidden" ? form.querySelector("button") : code);
  });
}

function linked(isLinked, words = "linked") {
  const typing = document.getElementById("typing");
  if (!typing) return;
  typing.hidden = isLinked;
  document.getElementById(words).hidden = !isLinked;
}

// The promise that holds here takes the place of the one for browsers without script.
function promised(found) {
  if (found.state !== "open") return;
  document.getElementById("promise")?.replaceChildren(pages.promise(found.covenant));
}

async function begun() {
  say("Checking your code.");
  try {
    const found = await arrive();
    say("");
    if (BESIDE.includes(found.state)) return beside(found.state);
    pages.start();
    if (found.state !== "open") return ended(found.state, found.told, found.token);
    changed(found);
    if (card || link?.covenant || form.dataset.covenant) return answering(found);
    pages.visit(() => promises(found));
  } catch (error) {
    failed(error);
  }
}

// A code that opens nothing, or too many of them. Which part is wrong is never said.
function beside(why) {
  linked(false);
  document.getElementById("problem")?.remove();
  const view = pages.fill(why);
  document.querySelector("main h1").before(view);
  pages.focus(document.getElementById("problem"));
}

// What the server says of a code that cannot be used, and what to think of it. What was kept on this
// device can no longer be sent, also where the answers came from another.
export function ended(why, told, token, { late = false } = {}) {
  if (link && why !== "waiting") place.drop(link);
  pages.settle(() => {
    pages.show(why, { ...told, token, late, early: !late, out: told.results, unpublished: !told.results });
    if (why === "used") pages.on({ report: () => report(token) });
  });
}

async function report(token) {
  const heard = await tell("/v/", { code: token, go: "report" });
  if (heard) return pages.settle(() => pages.show("reported"));
  document.getElementById("reporting").textContent = "That did not reach us. Try again in a moment.";
}

// The link's token, or what was typed or pasted: a code, or a whole link.
const typed = () => code.value.split("#").at(-1).split(".")[0].replace(/[^0-9a-z]/gi, "");
const say = (words) => {
  status.textContent = words;
};

// A typed code leaves with the size of a link's.
export const asSent = (token) => token.padEnd(TOKEN_LENGTH);

// Asks whose code this is and checks everything that was promised. Changes nothing on the server.
let arriving = null;
function arrive() {
  if (card) return checkCard();
  if (!link || typed()) return check(typed());
  arriving ??= check(link.token).catch((error) => {
    arriving = null;
    throw error;
  });
  return arriving;
}

async function check(token) {
  const { status, said } = await post("/check", JSON.stringify({ token: asSent(token) }));
  if (status !== 200) {
    if (BESIDE.includes(said.error)) return { state: said.error };
    throw new Lost();
  }
  if (!["open", "used", "waiting", "closed"].includes(said.state)) throw new Lost();
  const bytes = await fetchFile(said.covenant);
  if (!bytes) throw new Lost();
  const { covenant, found } = await covenantOf(bytes, link?.covenant);
  const visit = { state: said.state, token, told: said, covenant, fingerprint: found };
  return said.state === "open" ? { ...visit, ...(await checked(visit)) } : visit;
}

// A change key says which pulse and promises it is for, and its class. The server learns neither who
// it is nor which ballot.
async function checkCard() {
  const bytes = await fetchFile(`/v/${card.wave}/covenant.json`);
  if (!bytes) throw new Lost();
  const { covenant, found } = await covenantOf(bytes, card.covenant);
  const facts = await factsOf(covenant);
  const { key } = covenant.classes[card.at];
  const told = { ...facts, wave: covenant.wave.id, class: key, unit: key };
  const visit = { state: facts.state, token: "", told, covenant, fingerprint: found };
  if (facts.state !== "open") return visit;
  scriptOf(covenant, told.clients, document);
  groupsFit(covenant);
  return {
    ...visit,
    ballot: await change.ballotOf(card),
    envelopes: envelopesOf(covenant),
    questions: questions.asked(covenant),
    facts: form.dataset.covenant ? null : facts,
  };
}

async function checked({ covenant, told, fingerprint }) {
  const shown = form.dataset.covenant;
  if (shown && shown !== fingerprint && !link?.covenant) {
    throw new Stopped("This page tells of other promises. Open it again.");
  }
  scriptOf(covenant, told.clients, document);
  groupsFit(covenant);
  await rosterRow(covenant, told, link?.salt);
  return {
    key: await classKeyOf(covenant, told),
    envelopes: envelopesOf(covenant),
    questions: questions.asked(covenant),
    facts: shown ? null : await factsOf(covenant),
  };
}

// What a page for one pulse says of it already.
async function factsOf({ wave }) {
  const bytes = await fetchFile(`/v/${wave.id}/facts.json`);
  if (!bytes) throw new Lost();
  const facts = JSON.parse(new TextDecoder().decode(bytes));
  pages.knows({ contact: facts.contact, support: facts.support });
  const words = document.getElementById("t-words");
  if (words && facts.phrase_words) words.dataset.words = facts.phrase_words;
  return facts;
}

// The promises of this person's pulse, on a page that was not for one pulse.
function promises(found) {
  const { covenant, told, facts } = found;
  const values = { total: found.questions.length, closes: told.closes, rule: facts.rule };
  const view = pages.fill("promises", values);
  view.querySelector("[data-promise]").append(pages.promise(covenant));
  view.querySelector("dl").append(...facts.readers.map((one) => pages.fill("reader", one)));
  pages.show("promises", values, { view });
  pages.on({ start: () => answering(found) });
}

// What counts otherwise than the promises say, as it is now; the page may be older.
function changed({ told, facts }) {
  const banners = told.changed.map((words) => pages.fill("changed", { words }));
  if (facts?.simulated) banners.push(pages.fill("simulated"));
  document.getElementById("changed").replaceChildren(...banners);
}

export function failed(error) {
  if (error instanceof Lost) {
    return say("There is no connection. Nothing is lost. Press the button again in a moment.");
  }
  say("");
  const words = error instanceof Stopped ? error.message : "Something here is not as it should be.";
  pages.start();
  pages.settle(() => pages.show("stopped", { words }));
}

// A link opened in the tab that already shows this page would change nothing else.
const isOurs = () => LINK.test(location.hash) || change.read(location.hash);
addEventListener("hashchange", () => isOurs() && location.reload());
