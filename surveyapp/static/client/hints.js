// Hints at what could give somebody away in a comment: found on the device, kept nowhere. The
// patterns are those of the server's hints.py, which the page brings.

const MOST = 5;

// The first few hints of a text, each once, in its order.
export function find(text) {
  const source = document.getElementById("t-hints").dataset.pattern;
  const seen = new Map();
  for (const match of text.matchAll(new RegExp(source, "gu"))) {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    const hint = { kind, found: match[0].trim() };
    seen.set(`${kind} ${hint.found}`, hint);
    if (seen.size === MOST) break;
  }
  return [...seen.values()];
}
