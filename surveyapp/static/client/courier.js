// Carries one request to the server and tries again until it arrives. Every request here may arrive
// twice: the server takes the second for the first.

import { utf8 } from "./bytes.js";

const TRIES = 6;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
const PATIENCE = 20_000;

// Nothing arrived, however often it was tried.
export class Lost extends Error {}

// Posts JSON, evened out to `size` bytes by spaces; gives the status and what was said. Before each
// new try `again` is told. Who is busy or away gets time: each wait is by chance and up to twice as
// long as the one before.
export async function post(address, json, { size = 0, again = () => {} } = {}) {
  const body = padded(typeof json === "string" ? utf8(json) : json, size);
  for (let tries = 1; ; tries++) {
    const answer = await once(address, body);
    if (answer) return answer;
    if (tries === TRIES) throw new Lost();
    again();
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
    await new Promise((done) => setTimeout(done, Math.random() * most));
  }
}

async function once(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      signal: AbortSignal.timeout(PATIENCE),
      ...QUIETLY,
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.status >= 500 || said.error === "busy") return null;
    return { status: answer.status, said };
  } catch {
    return null;
  }
}

// Tells the server something that leads nowhere; gives whether it was heard.
export async function tell(address, fields) {
  try {
    const body = new URLSearchParams(fields);
    return (await fetch(address, { method: "POST", body, ...QUIETLY })).ok;
  } catch {
    return false;
  }
}

// The bytes of a public file, or `null`.
export async function read(address) {
  try {
    const answer = await fetch(address, QUIETLY);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

const QUIETLY = {
  credentials: "omit",
  cache: "no-store",
  redirect: "error",
  referrerPolicy: "no-referrer",
};

function padded(data, size) {
  const whole = new Uint8Array(Math.max(size, data.length)).fill(0x20);
  whole.set(data);
  return whole;
}
