// Answering where script runs: the device keeps the answers, locks them at Send and sends them once.
// Nothing is stored unless somebody asks, and the address never tells what was shown.

import { accept, begin, fillIn, sealed } from "./ballot.js";
import { base64url, unbase64url } from "./bytes.js";
import { Stopped } from "./checks.js";
import { Lost, post } from "./courier.js";
import * as change from "./change.js";
import * as diary from "./diary.js";
import { asSent, box, card, ended, failed, link, open } from "./landing.js";
import * as pages from "./pages.js";
import { qrOf } from "./phone.js";
import * as place from "./place.js";
import * as questions from "./questions.js";

// Fewer than the box lets through in a minute.
const MOST = 100;

// Who answers, what was promised, and what they have said so far.
let visit = null;

async function arrived(found) {
  visit = { ballot: null, ...found, answers: questions.noAnswers() };
  const said = link && (await place.kept(link));
  pages.visit(said?.promises === found.fingerprint ? () => leftOff(said) : group);
}

// This device kept a place: somebody goes on there, or starts again without it.
function leftOff(said) {
  pages.show("left-off");
  const on = () => pages.visit(group);
  pages.on({
    on: () => {
      visit = { ...visit, answers: said.answers, larger: said.larger };
      on();
    },
    new: () => forget().then(on),
  });
}

const forget = async () => link && place.drop(link);

// A break: close and lose it, go on at another device, or keep the place here.
function pause() {
  pages.show("break", { linked: link, typed: !link });
  if (link) document.getElementById("qr").replaceChildren(picture());
  pages.on({ keep, back: () => history.back() });
}

async function keep() {
  const { answers, larger, fingerprint: promises, envelopes } = visit;
  try {
    await place.keep(link, { answers, larger, promises }, 2 * envelopes.size);
    pages.visit(() => {
      pages.show("place-kept", { is: "", kept: true });
      pages.on({ back: () => history.go(-2), drop: () => forget().then(() => history.go(-2)) });
    });
  } catch {
    pages.show("place-kept", { is: "not ", lost: true });
    pages.on({ back: () => history.back() });
  }
}

const picture = () => qrOf(`${location.origin}/v/${link.whole}`);

// ---- Answering

// The beginning of the promises' hash, for a person to compare with a message.
const fingerprint = (sha256) => sha256.slice(0, 32).match(/.{4}/g).join(" ");

function group() {
  const { covenant, told, fingerprint: hash } = visit;
  const of = (key) => covenant.groups.find((one) => one.key === key);
  const counted = of(told.class);
  const own = of(told.unit)?.counted_in === told.class ? of(told.unit) : counted;
  const apart = own.key !== counted.key;
  const larger = of(counted.parent);
  const small = own.people < covenant.rule.headcount;
  // Counted in the larger group only: the ballot does not say which part of it, and the credential
  // stays that of the class, like everybody's there.
  const keep = () => {
    const only = document.getElementById("larger")?.checked;
    visit.larger = only ? larger.name : undefined;
    visit.label = only ? `${larger.key}, unit not given` : told.class;
  };
  const values = {
    own: own.name,
    counted: counted.name,
    people: counted.people,
    least: Math.max(covenant.rule.k, told.least),
    fingerprint: fingerprint(hash),
    same: !apart,
    small: apart && small,
    large: apart && !small,
    apart,
    larger: larger?.name,
    larger_people: larger?.people,
    linked: link,
    typed: !link && !card,
  };
  pages.show("group", values, { left: keep });
  document.getElementById("promised").replaceChildren(pages.promise(covenant));
  if (link) document.getElementById("qr").replaceChildren(picture());
  const only = document.getElementById("larger");
  if (only) only.checked = visit.larger !== undefined;
  pages.on({ one: () => pages.visit(() => question(0)), all: () => pages.visit(all) });
}

function question(at, { fromCheck = false, wrong: found = [] } = {}) {
  const { answers } = visit;
  const one = visit.questions[at];
  const values = { ...one, total: visit.questions.length, free: !fromCheck };
  const view = pages.fill("question", values);
  view.querySelector("[data-question]").replaceChildren(questions.draw(one, answers, { alone: true }));
  questions.mark(view, found);
  const keep = keeper([one]);
  pages.show("question", values, { view, left: keep });
  pages.on({
    next: () => {
      keep();
      const wrong = questions.problems(answers, [one]);
      if (wrong.length) return question(at, { fromCheck, wrong });
      if (at + 1 === visit.questions.length && !fromCheck) return pages.visit(afterQuestions);
      if (fromCheck) return pages.visit(look);
      pages.visit(() => question(at + 1));
    },
    back: () => history.back(),
    all: () => pages.visit(all),
    break: () => pages.visit(pause),
    clear: () => {
      questions.clear(answers, one.id);
      question(at, { fromCheck });
    },
  });
}

function all({ wrong: found = [] } = {}) {
  const { answers } = visit;
  const view = pages.fill("all", { diary: visit.covenant.diary });
  const list = view.querySelector("[data-questions]");
  for (const one of visit.questions) {
    list.append(questions.draw(one, answers, { alone: false }), pages.fill("clear", one));
  }
  questions.mark(view, found);
  const keep = keeper(visit.questions);
  pages.show("all", {}, { view, left: keep });
  const checked = (go) => () => {
    keep();
    const wrong = questions.problems(answers, visit.questions);
    if (wrong.length) return all({ wrong });
    go();
  };
  pages.on({
    send: checked(() => (hinted() ? pages.visit(look) : send())),
    check: checked(() => pages.visit(look)),
    diary: () => pages.visit(diaryStep),
    break: () => pages.visit(pause),
    one: () => pages.visit(() => question(0)),
    clear: (id) => {
      keep();
      questions.clear(answers, id);
      all();
      const shown = visit.questions.find((one) => one.id === id);
      document.querySelector(`#q-${shown.number} :is(input, textarea)`).focus();
    },
  });
}

// Past the optional step of the diary phrase, where it is offered and none was given yet.
const afterQuestions = () => (visit.covenant.diary && !visit.secret ? diaryStep() : look());
const diaryStep = () => diary.ask(visit, () => pages.visit(look));

const hinted = () => Object.values(visit.answers.texts).some((text) => questions.hintsOf(text).length);

// Every answer at a glance, with hints at what could give somebody away.
function look() {
  const { answers } = visit;
  const view = pages.fill("check", { larger: visit.larger });
  for (const one of visit.questions) {
    const said = questions.inWords(one, answers);
    const line = pages.fill("answer", { ...one, said, none: said === undefined, given: said });
    const more = line.querySelector("[data-more]");
    if (one.isComment && said) {
      more.append(pages.fill(`use-${answers.uses[one.id]}`), ...questions.hintsOf(said));
    }
    view.querySelector("dl").append(line);
  }
  if (visit.covenant.diary) {
    view.querySelector("dl").append(pages.fill("kept", { given: visit.secret, none: !visit.secret }));
  }
  pages.show("check", {}, { view });
  document.getElementById("delete").addEventListener("click", (event) => {
    event.preventDefault();
    forget().then(() => location.assign("/v/"));
  });
  pages.on({
    send,
    diary: () => pages.visit(diaryStep),
    change: (number) => pages.visit(() => question(number - 1, { fromCheck: true })),
  });
}

// Reads a form's answers to these questions; also when somebody leaves by the browser's own Back.
function keeper(shown) {
  return () => {
    const held = document.querySelector("main form");
    if (held) questions.read(held, shown, visit.answers);
  };
}

// ---- Sending: one gesture collects, seals and casts

async function send() {
  pages.show("sending");
  const told = (words) => {
    document.getElementById("sending").textContent = words;
  };
  const again = () => told("The connection is slow or lost. Your answers are still here. Trying again.");
  try {
    const end = await deliver(again);
    end();
  } catch (error) {
    if (error instanceof Stopped) return failed(error);
    pages.show("unsent");
    pages.on({ send, check: look });
  }
}

// Gives the page to end on. Safe to repeat from wherever it broke off.
async function deliver(again) {
  const { covenant, told, key, answers } = visit;
  visit.ballot ??= await begin(key);
  const { ballot } = visit;
  if (!ballot.credential) {
    const asked = { token: asSent(visit.token), blinded: base64url(ballot.blinded) };
    const { status, said } = await post("/collect", JSON.stringify(asked), { again });
    if (status === 409) return () => tooLate(said.error);
    if (status !== 200) throw new Lost();
    await accept(ballot, unbase64url(said.signed)).catch(() => {
      throw new Stopped("The registrar’s signature does not fit the key in the promises.");
    });
  }
  const texts = questions.comments(answers, visit.questions);
  const { programme, wave } = covenant;
  const tags = visit.secret ? await diary.tags(visit.secret, programme.slug, wave.number) : [];
  const said = await fillIn(visit.label, answers.ratings, texts, tags);
  for (let tries = 1; tries < MOST; tries++) {
    const record = await sealed(ballot, said.bytes, told.wave, told.class, visit.envelopes);
    const { status, said: reply } = await post(`${box}/cast`, record, { size: evened(record), again });
    if (status === 200) return () => thanks(said);
    if (status === 409 && reply.error === "closed") return () => tooLate("closed");
    // The same ballot was changed elsewhere, by its change key; this one goes on top.
    if (status !== 409 || reply.error !== "superseded") break;
  }
  throw new Lost();
}

// The invitation was used for other answers, or the pulse has closed.
function tooLate(why) {
  ended(why, visit.told, visit.token, { late: true });
}

// Groups have names of different lengths; every record of a wave leaves with the same size.
function evened(record) {
  const size = (name) => new TextEncoder().encode(JSON.stringify(name)).length;
  const longest = Math.max(...visit.covenant.classes.map((one) => size(one.key)));
  return record.length - size(visit.told.class) + longest;
}

// The answers are forgotten here. Key and credential stay until the page is closed, so that they can
// be replaced; the nonce of the receipt goes unless it is asked for.
function thanks({ receipt, nonce }) {
  const { told } = visit;
  visit.answers = questions.noAnswers();
  visit.secret = null;
  visit.token = "";
  forget();
  fetch("/v/done", { method: "POST", credentials: "same-origin" }).catch(() => {});
  pages.settle(() => {
    pages.show("thanks", { ...told, receipt });
    pages.on({
      again: () => pages.visit(() => question(0)),
      key: () => changeKey(),
      save: () => save("receipt.txt", `Receipt ${receipt}`),
      prove: () => save("receipt.txt", `Receipt ${receipt}`, `Secret number ${base64url(nonce)}`),
    });
  });
}

// Only for whoever asks: what replaces this ballot after the page is closed.
async function changeKey() {
  const whole = `${location.origin}/v/${await change.made(visit)}`;
  pages.visit(() => {
    pages.show("change-key", visit.told);
    document.getElementById("qr").replaceChildren(qrOf(whole, "Your change key as a square code"));
    pages.on({ save: () => save("change-key.txt", whole), back: () => history.back() });
  });
}

// Writes a file of the person's own.
function save(name, ...lines) {
  const text = [...lines, ""].join("\n");
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(address);
}

open(arrived);
