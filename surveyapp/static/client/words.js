// Sentences made from the promises: the same as the server's promises.py makes for pages and mails.

import { fill } from "./pages.js";

// The promise that holds for somebody whose device runs this script.
export function promise(covenant) {
  const witness = (covenant.witnesses || []).map((one) => one.name).join(" or ");
  return fill(`promise-${covenant.promise}`, { employer: covenant.programme.organisation, witness });
}

// The beginning of the promises' hash, for a person to compare with a message.
export const fingerprint = (sha256) => sha256.slice(0, 32).match(/.{4}/g).join(" ");
