// The page itself: two forms, each of which ends with files to save. Nothing leaves the browser.

import { hash, hex, utf8 } from "../../static/client/bytes.js";
import { decoded } from "./forms.js";
import { onBoard, openBundle, openSummary, readBundle } from "./bundle.js";
import { isLocked, makeKeys, readKeys } from "./keys.js";

const $ = (id) => document.getElementById(id);

function say(place, words, kind = "") {
  place.textContent = words;
  place.className = kind;
}

function offer(list, name, content, words) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = name;
  link.textContent = words;
  const line = document.createElement("li");
  line.append(link);
  list.append(line);
}

async function bytesOf(input, words) {
  const [file] = input.files;
  if (!file) throw new Error(words);
  return new Uint8Array(await file.arrayBuffer());
}

function answering(form, place, list, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    list.replaceChildren();
    say(place, "Working. This can take a minute.");
    try {
      say(place, await act(), "well");
    } catch (error) {
      list.replaceChildren();
      say(place, error.message, "wrong");
    }
    button.disabled = false;
  });
}

async function keysOf(input, word) {
  const file = decoded(await bytesOf(input, "Choose your private file."));
  if (isLocked(file) && !word) throw new Error("Type your passphrase.");
  return readKeys(file, word);
}

answering($("make"), $("made"), $("made-files"), async () => {
  const name = $("name").value.trim();
  const word = $("new-word").value;
  if (word !== $("again").value) throw new Error("The two passphrases differ. Type them again.");
  const made = await makeKeys(name, word);
  const stem = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "witness";
  offer($("made-files"), `${stem}.key`, made.privateFile, "Save the private file. Show it to nobody.");
  offer($("made-files"), `${stem}.public.json`, made.publicFile,
    "Save the public file. Send it to whoever asked you.");
  return `Your keys are made. Fingerprint, to compare by telephone: ${made.fingerprint}`;
});

answering($("open"), $("opened"), $("opened-files"), async () => {
  const keys = await keysOf($("key"), $("word").value);
  const bundle = await readBundle(await bytesOf($("bundle"), "Choose the sealed ballots."));
  await onBoard(bundle, await bytesOf($("board"), "Choose the noticeboard."));
  const made = await openBundle(bundle, keys);
  await remember(keys.entry.key, bundle);
  offer($("opened-files"), "opened.json", made.file, "Save this file and send it back.");
  const aside = Object.entries(made.statement.rejected)
    .map(([reason, number]) => ` Set aside (${reason}): ${number}.`).join("");
  return `${bundle.name}. Opened and shuffled: ${made.statement.ballots}.${aside} ` +
    `Root of the closing line: ${bundle.root}`;
});

answering($("read"), $("found"), $("found-files"), async () => {
  const sealed = await bytesOf($("sealed"), "Choose your sealed copy.");
  const summary = await openSummary(sealed, await keysOf($("key-2"), $("word-2").value));
  offer($("found-files"), "results.json", summary, "Save the results.");
  return `Opened. SHA-256 of the results: ${hex(await hash(summary))}`;
});

// This browser remembers which ballots of a pulse were opened, and refuses a second kind.
async function remember(key, bundle) {
  const place = `candour/${hex(await hash(utf8(key)))}/${bundle.wave}`;
  const known = localStorage.getItem(place);
  if (known && known !== bundle.root) {
    throw new Error(
      "You have opened this pulse already, with other ballots. Somebody is showing you two " +
      "versions. Do not open a second one, and tell the people you witness for.");
  }
  localStorage.setItem(place, bundle.root);
}

if (!globalThis.crypto?.subtle) {
  say($("made"), "This browser cannot lock or unlock anything on this page. Open the file from " +
    "your own disk, in a new version of Firefox or Chrome.", "wrong");
}
