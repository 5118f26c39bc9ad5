// Single keys at the reviewers' desk. The page works without them; they are listed on it, do
// nothing while somebody types, and can be switched off.

const KEPT = "candour-review-keys";
const form = document.querySelector("[data-comment]");
const panel = document.querySelector("[data-keys]");
const button = panel.querySelector("[data-switch]");
const comment = document.getElementById("comment");
let row = null; // the code that a direction's key speaks of

const on = () => localStorage.getItem(KEPT) !== "off";

function show() {
  button.textContent = on() ? "Single keys are on" : "Single keys are off";
}

function marked() {
  const chosen = getSelection();
  return comment.contains(chosen.anchorNode) && comment.contains(chosen.focusNode)
    ? chosen.toString().trim() : "";
}

function part(of, name) {
  return of.querySelector(`[name$="-${name}"]`);
}

function code(theme) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const free = rows.find((one) => !part(one, "theme").value);
  if (!free) return;
  free.closest("details")?.setAttribute("open", "");
  row = free;
  part(row, "theme").value = theme;
  part(row, "words").value = marked();
  part(row, "direction").focus({ preventScroll: true });
}

function mask() {
  const words = marked();
  const box = form.elements.masks;
  if (words) box.value = box.value ? `${box.value}\n${words}` : words;
}

function turn(name) {
  const box = form.elements[name];
  if (box) box.checked = !box.checked;
}

function choose(decision) {
  [...form.elements.decision].find((one) => one.value === decision).checked = true;
}

const acts = {
  pass() { choose("pass"); form.requestSubmit(); },
  withhold() { choose("withhold"); form.elements.reason.focus(); },
  mask,
  nothing: () => turn("nothing"),
  escalate: () => turn("escalate"),
  offer() { if (row) part(row, "function").value = "offer"; },
  later() { location.assign(form.dataset.later); },
};

function press(event) {
  const { target, key } = event;
  if (!on() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  // A list of choices takes letters itself; only a code's own, just filled, gives them back.
  const typing = target.matches("textarea, input:not([type=radio], [type=checkbox])");
  const choosing = target.matches("select") && !(row && row.contains(target));
  if (typing || choosing) return;
  const line = [...panel.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!line) return;
  event.preventDefault();
  if (line.dataset.action) acts[line.dataset.action]();
  else if (line.dataset.theme) code(line.dataset.theme);
  else if (row) part(row, "direction").value = line.dataset.direction;
}

button.addEventListener("click", () => {
  localStorage.setItem(KEPT, on() ? "off" : "on");
  show();
});
document.addEventListener("keydown", press);
panel.hidden = false;
show();
