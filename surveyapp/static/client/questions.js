// The questions as the promises fix them, and the answers: held here and nowhere else.

import { find } from "./hints.js";
import { fill } from "./pages.js";

const NOT_SAID = "-1";
const LONGEST = 400;
const UNSEEN = /[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

// Ratings first, comments last, numbered as they are asked.
export function asked(covenant) {
  const last = (one) => one.kind === "text";
  const order = [...covenant.questions.filter((one) => !last(one)), ...covenant.questions.filter(last)];
  return order.map((one, at) => ({ ...one, number: at + 1, isComment: last(one) }));
}

export const noAnswers = () => ({ ratings: {}, texts: {}, uses: {} });

export function clear(answers, id) {
  for (const part of Object.values(answers)) delete part[id];
}

// One question with its answer so far, in the same markup as on the pages without script.
export function draw(question, answers, { alone }) {
  const kind = question.isComment ? "comment" : "rating";
  const view = fill(`${kind}-${alone ? "alone" : "listed"}`, question);
  if (question.isComment) comment(view, question, answers);
  else rating(view, question, answers);
  return view;
}

function rating(view, question, answers) {
  const rows = view.querySelector(".c-rows");
  const divider = rows.querySelector(".govuk-radios__divider");
  question.options.forEach((option, at) => {
    divider.before(fill("option", { ...question, ...option, at }));
  });
  check(rows, answers.ratings[question.id]);
}

function comment(view, question, answers) {
  const box = view.querySelector("textarea");
  const hints = view.querySelector("[data-hints]");
  const left = view.querySelector("[data-left]");
  box.value = answers.texts[question.id] || "";
  check(view.querySelector(".c-rows"), answers.uses[question.id]);
  const told = () => {
    const rest = LONGEST - [...tidy(box.value)].length;
    left.textContent = rest < 0 ? `${-rest} characters too many` : `${rest} characters left`;
    hints.replaceChildren(...hintsOf(box.value));
  };
  box.addEventListener("input", told);
  told();
}

function check(rows, value) {
  for (const radio of rows.querySelectorAll("input")) radio.checked = radio.value === String(value);
}

// The hints at a comment, as notices.
export const hintsOf = (text) => find(text).map(({ kind, found }) => fill(`hint-${kind}`, { found }));

// Takes the answers to these questions from a form.
export function read(form, questions, answers) {
  const given = new FormData(form);
  for (const one of questions) {
    clear(answers, one.id);
    const code = given.get(`a.${one.id}`);
    const text = tidy(given.get(`t.${one.id}`) || "");
    const use = given.get(`u.${one.id}`);
    if (code) answers.ratings[one.id] = Number(code);
    if (text) answers.texts[one.id] = text;
    if (use) answers.uses[one.id] = use;
  }
}

// What was typed, composed, with plain line ends and nothing that cannot be seen.
export function tidy(text) {
  return text.replace(/\r\n?/g, "\n").normalize("NFC").replace(UNSEEN, " ").trim();
}

// What must be put right before these answers can go on, in the order asked.
export function problems(answers, questions) {
  return questions.flatMap((one) => {
    const text = answers.texts[one.id];
    if (!text) return [];
    const over = [...text].length - LONGEST;
    const words = `Your comment is ${over} ${over === 1 ? "character" : "characters"} too long. ` +
      `It can have ${LONGEST}.`;
    return [
      ...(over > 0 ? [{ question: one, field: `t-${one.number}`, text: words }] : []),
      ...(answers.uses[one.id]
        ? []
        : [{ question: one, field: `u-${one.number}-0`, text: "Choose how we may use what you wrote." }]),
    ];
  });
}

// Shows each problem beside its field, and all of them first, each with a way there.
export function mark(view, found) {
  if (!found.length) return;
  const summary = fill("problems");
  const list = summary.querySelector("ul");
  list.replaceChildren();
  for (const one of found) {
    const place = found.length > 1 ? `Question ${one.question.number}: ` : "";
    list.append(fill("problem", { ...one, place }));
    beside(view, one);
  }
  // The view gets the focus when it is shown; nothing needs to ask for it before.
  summary.querySelector("[autofocus]").removeAttribute("autofocus");
  view.querySelector("[data-problems]").replaceChildren(summary);
}

function beside(view, { field, text }) {
  const box = view.querySelector(`#${field}`);
  const id = `e-${field}`;
  const described = box.closest("fieldset") || box;
  const before = box.closest(".c-rows") || box;
  before.before(fill("error", { id, text }));
  described.setAttribute("aria-describedby", `${described.getAttribute("aria-describedby")} ${id}`);
  box.closest(".govuk-form-group").classList.add("govuk-form-group--error");
  if (before === box) box.classList.add("govuk-textarea--error");
}

// The ballot's comments, in the order asked.
export const comments = (answers, questions) =>
  questions
    .filter((one) => one.id in answers.texts)
    .map((one) => ({ question: one.id, text: answers.texts[one.id], use: answers.uses[one.id] }));

// An answer in words; nothing for none.
export function inWords(question, answers) {
  if (question.isComment) return answers.texts[question.id];
  const code = answers.ratings[question.id];
  if (code === undefined) return undefined;
  if (String(code) === NOT_SAID) return "Prefer not to say";
  return question.options.find((option) => option.code === code).label;
}
