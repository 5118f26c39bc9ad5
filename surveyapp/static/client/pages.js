// Views from the page's own inert templates. What comes from elsewhere is only ever put in as text.

const main = document.getElementById("main");
const title = document.title;
const landing = [...main.childNodes];
let trail = [];
let leave = () => {};
let known = { contact: "whoever sent you the link", support: "" };

// What any view may say where the page was not made for one pulse.
export function knows(facts) {
  for (const [key, words] of Object.entries(facts)) if (words) known = { ...known, [key]: words };
}

// A template's content with each {name} replaced. What has a `data-if` stays only with that value.
export function fill(name, values = {}) {
  const template = document.getElementById(`t-${name}`);
  const copy = document.importNode(template.content, true);
  for (const part of copy.querySelectorAll("[data-if]")) {
    if (!values[part.dataset.if]) part.remove();
  }
  const put = (text) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? known[key] ?? whole);
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.includes("{")) node.data = put(node.data);
      continue;
    }
    for (const one of node.attributes) {
      if (one.value.includes("{")) one.value = put(one.value);
    }
  }
  return copy;
}

// The promise that holds for somebody whose device runs this script: the same as the server's
// promises.py makes for pages and mails.
export function promise(covenant) {
  const witness = (covenant.witnesses || []).map((one) => one.name).join(" or ");
  return fill(`promise-${covenant.promise}`, { employer: covenant.programme.organisation, witness });
}

// Puts a view in the place of the one before, and the focus on its heading or its problems.
export function show(name, values = {}, { view = fill(name, values), left = () => {} } = {}) {
  leave = left;
  const problems = view.querySelector(".govuk-error-summary");
  main.replaceChildren(view);
  const words = document.getElementById(`t-${name}`).dataset.title;
  const said = words.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  document.title = `${problems ? "Error: " : ""}${said} – Candour`;
  scrollTo(0, 0);
  focus(problems || main.querySelector("h1"));
}

export function showLanding() {
  leave = () => {};
  main.replaceChildren(...landing);
  document.title = title;
  focus(main.querySelector("h1"));
}

export function focus(element) {
  if (!element.matches("a, button, input, textarea")) element.tabIndex = -1;
  element.focus();
}

// What each button of the form does; its value is a verb and, behind a dot, what it is about.
export function on(verbs) {
  main.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [verb, ...about] = event.submitter.value.split(".");
    verbs[verb](about.join("."));
  });
}

// The browser's own Back and Forward walk through the views; the address stays.
export function visit(draw) {
  leave();
  const at = (history.state ?? 0) + 1;
  trail = [...trail.slice(0, at), draw];
  history.pushState(at, "");
  draw();
}

// From here on there is no way back to what was shown before.
export function settle(draw) {
  leave = () => {};
  trail = Array((history.state ?? 0) + 1).fill(draw);
  draw();
}

export function start() {
  trail = [showLanding];
  // The link's private part leaves the address, and so the history.
  history.replaceState(0, "", "/v/");
}

addEventListener("popstate", (event) => {
  leave();
  (trail[event.state ?? 0] || trail.at(-1) || showLanding)();
});

// A link within the page moves the focus and leaves the address as it is.
document.addEventListener("click", (event) => {
  const place = event.target.closest("a[href^='#']");
  if (!place) return;
  event.preventDefault();
  focus(document.getElementById(place.hash.slice(1)));
});

// A copy that the browser kept of a page that somebody left is not shown again.
addEventListener("pageshow", (event) => event.persisted && location.reload());
