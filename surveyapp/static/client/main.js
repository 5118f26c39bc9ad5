// Answering where script runs: the device checks the promises, keeps the answers, locks them at Send
// and sends them once. Nothing is stored, and the address never tells what was shown.

import { accept, begin, fillIn, sealed } from "./ballot.js";
import { base64url, unbase64url } from "./bytes.js";
import { classKeyOf, covenantOf, envelopesOf, groupsFit, rosterRow, scriptOf, Stopped } from "./checks.js";
import { Lost, post, read as fetchFile } from "./courier.js";
import * as diary from "./diary.js";
import * as pages from "./pages.js";
import { qrOf } from "./phone.js";
import * as questions from "./questions.js";
import { fingerprint, promise } from "./words.js";

const TOKEN_LENGTH = 26;
const LINK = /^#([0-9A-Za-z]{26})(?:\.([0-9a-f]{64})(?:\.([0-9A-Za-z_-]+))?)?$/;

const form = document.getElementById("start");
const code = document.getElementById("code");
const status = document.getElementById("status");
const box = form.dataset.box;
const parts = LINK.exec(location.hash);
const link = parts && { whole: parts[0], token: parts[1], covenant: parts[2], salt: parts[3] };

// Who answers, what was promised, and what they have said so far.
let visit = null;
let basic = false;

// ---- The landing page

function open() {
  if (!globalThis.crypto?.subtle) return refuse();
  form.addEventListener("submit", (event) => {
    if (basic) return;
    event.preventDefault();
    begun(event.submitter);
  });
  if (link) {
    linked();
    arrive().then(promised, (error) => error instanceof Lost || failed(error));
  } else if (location.hash.length > 8) {
    document.getElementById("cut").hidden = false;
  }
}

// Without a secure connection the browser lends no locks. The page says so and waits to be told.
function refuse() {
  if (form.dataset.basic) return fillCode();
  form.hidden = true;
  form.before(pages.fill("insecure"));
  document.getElementById("basic").addEventListener("click", () => {
    document.getElementById("insecure").remove();
    form.hidden = false;
    fillCode();
    pages.focus(form.querySelector("button"));
  });
}

function fillCode() {
  if (!link) return;
  code.value = link.token;
  linked();
}

function linked() {
  const typing = document.getElementById("typing");
  if (!typing) return;
  typing.hidden = true;
  document.getElementById("linked").hidden = false;
}

// The promise that holds here takes the place of the one for browsers without script.
function promised(found) {
  if (basic || found.state !== "open") return;
  document.getElementById("promise")?.replaceChildren(promise(found.covenant));
}

async function begun(button) {
  say("Checking your code.");
  try {
    const found = await arrive();
    say("");
    if (basic || found.state !== "open" || elsewhere(found)) return byServer(button);
    visit = found;
    pages.start();
    changed(found.told.changed);
    pages.visit(group);
  } catch (error) {
    failed(error);
  }
}

// Whether the server must show the promises first. Never for a link, whose fingerprint was checked.
function elsewhere({ fingerprint: found }) {
  const told = form.dataset.covenant;
  if (link?.covenant || told === found) return false;
  if (told) throw new Stopped("This page tells of other promises. Open it again.");
  return true;
}

// The server knows the next page, for a code that opens nothing now too. It sees the code, no answers.
function byServer(button) {
  basic = true;
  if (link) code.value = link.token;
  form.action = `/v/${link ? link.whole : ""}`;
  // A form takes no new submission while the one before is still being told of.
  setTimeout(() => form.requestSubmit(button));
}

// The link's token, or what was typed or pasted: a code, or a whole link.
const token = () => link?.token ?? code.value.split("#").at(-1).split(".")[0].replace(/[^0-9a-z]/gi, "");
const say = (words) => {
  status.textContent = words;
};

// Asks whose code this is and checks everything that was promised. Changes nothing on the server.
let arriving = null;
function arrive() {
  arriving ??= check().catch((error) => {
    arriving = null;
    throw error;
  });
  return link ? arriving : check();
}

async function check() {
  const asked = JSON.stringify({ token: token().padEnd(TOKEN_LENGTH) });
  const { status, said } = await post("/check", asked);
  if (status !== 200) return { state: said.error };
  const bytes = await fetchFile(said.covenant);
  if (!bytes) throw new Lost();
  const { covenant, found } = await covenantOf(bytes, link?.covenant);
  if (covenant.promise === "basic") {
    basic = true;
    fillCode();
  }
  return {
    state: said.state,
    token: token(),
    told: said,
    covenant,
    fingerprint: found,
    ...(basic || said.state !== "open" ? {} : await checked(covenant, said)),
  };
}

async function checked(covenant, said) {
  scriptOf(covenant, said.clients, document);
  groupsFit(covenant);
  await rosterRow(covenant, said, link?.salt);
  return {
    key: await classKeyOf(covenant, said),
    envelopes: envelopesOf(covenant),
    questions: questions.asked(covenant),
    answers: questions.noAnswers(),
    ballot: null,
  };
}

// What counts otherwise than the promises say, as it is now; the page may be older.
function changed(said) {
  const banners = said.map((words) => pages.fill("changed", { words }));
  document.getElementById("changed").replaceChildren(...banners);
}

function failed(error) {
  if (error instanceof Lost) {
    return say("There is no connection. Nothing is lost. Press Start again in a moment.");
  }
  say("");
  const words = error instanceof Stopped ? error.message : "Something here is not as it should be.";
  pages.start();
  pages.settle(() => pages.show("stopped", { words }));
}

// ---- Answering

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
    typed: !link,
  };
  pages.show("group", values, { left: keep });
  document.getElementById("promised").replaceChildren(promise(covenant));
  if (link) document.getElementById("qr").replaceChildren(qrOf(`${location.origin}/v/${link.whole}`));
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
    const asked = { token: visit.token.padEnd(TOKEN_LENGTH), blinded: base64url(ballot.blinded) };
    const { status, said } = await post("/collect", JSON.stringify(asked), { again });
    if (status === 409) return () => ended(said.error);
    if (status !== 200) throw new Lost();
    await accept(ballot, unbase64url(said.signed)).catch(() => {
      throw new Stopped("The registrar’s signature does not fit the key in the promises.");
    });
  }
  const texts = questions.comments(answers, visit.questions);
  const { programme, wave } = covenant;
  const tags = visit.secret ? await diary.tags(visit.secret, programme.slug, wave.number) : [];
  const said = await fillIn(visit.label, answers.ratings, texts, tags);
  const record = await sealed(ballot, said.bytes, told.wave, told.class, visit.envelopes);
  const { status, said: reply } = await post(`${box}/cast`, record, { size: evened(record), again });
  if (status === 409 && reply.error === "closed") return () => ended("closed");
  if (status !== 200) throw new Lost();
  return () => thanks(said);
}

// The invitation was used for other answers, or the pulse has closed.
function ended(why) {
  const { told, token: code } = visit;
  pages.settle(() => pages.show(why, { ...told, token: code }));
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
  fetch("/v/done", { method: "POST", credentials: "same-origin" }).catch(() => {});
  pages.settle(() => {
    pages.show("thanks", { ...told, receipt });
    pages.on({
      again: () => pages.visit(() => question(0)),
      save: () => save(receipt),
      prove: () => save(receipt, nonce),
    });
  });
}

// Writes the receipt to a file of the person's own.
function save(receipt, nonce = null) {
  const lines = [`Receipt ${receipt}`, ...(nonce ? [`Secret number ${base64url(nonce)}`] : []), ""];
  const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = "receipt.txt";
  anchor.click();
  URL.revokeObjectURL(address);
}

// A link opened in the tab that already shows this page would change nothing else.
addEventListener("hashchange", () => LINK.test(location.hash) && location.reload());

open();
