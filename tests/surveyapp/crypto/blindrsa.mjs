// One step of RFC 9474 by @cloudflare/blindrsa-ts: reads it as JSON from standard input, and answers
// there; bytes are hexadecimal.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/package.json`);
const { RSABSSA } = await import(pathToFileURL(require.resolve("@cloudflare/blindrsa-ts")).href);
const suite = RSABSSA.SHA384.PSS.Randomized();
const rule = { name: "RSA-PSS", hash: "SHA-384" };
const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");
const given = JSON.parse(readFileSync(0, "utf8"));

const publicKey = () =>
  crypto.subtle.importKey("spki", unhex(given.spki), rule, true, ["verify"]);
const privateKey = () =>
  crypto.subtle.importKey("pkcs8", unhex(given.pkcs8), rule, true, ["sign"]);

const steps = {
  async blind() {
    const prepared = suite.prepare(unhex(given.message));
    const { blindedMsg, inv } = await suite.blind(await publicKey(), prepared);
    return { prepared: hex(prepared), blinded: hex(blindedMsg), inverse: hex(inv) };
  },
  async sign() {
    return { signed: hex(await suite.blindSign(await privateKey(), unhex(given.blinded))) };
  },
  async finalize() {
    const parts = [given.prepared, given.signed, given.inverse].map(unhex);
    return { signature: hex(await suite.finalize(await publicKey(), ...parts)) };
  },
};

process.stdout.write(JSON.stringify(await steps[given.step]()));
