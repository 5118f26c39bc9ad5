// Sentences made from the promises: the same as the server's promises.py makes for pages and mails.

import { fill } from "./pages.js";

// The promise that holds for somebody whose device runs this script.
export function promise(covenant) {
  const witness = (covenant.witnesses || []).map((one) => one.name).join(" or ");
  return fill(`promise-${covenant.promise}`, { employer: covenant.programme.organisation, witness });
}

// A date of the promises: “Friday 4 December, 9 am”.
export function when(covenant, name) {
  const rule = {
    timeZone: covenant.timezone,
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "numeric",
    minute: "2-digit",
    hour12: true,
  };
  const parts = {};
  for (const { type, value } of new Intl.DateTimeFormat("en-GB", rule).formatToParts(
    new Date(covenant.dates[name]),
  )) {
    parts[type] = value;
  }
  const { weekday, day, month, hour, minute, dayPeriod } = parts;
  const minutes = minute === "00" ? "" : `:${minute}`;
  return `${weekday} ${day} ${month}, ${Number(hour) || 12}${minutes} ${dayPeriod.toLowerCase()}`;
}

// The beginning of the promises' hash, for a person to compare with a message.
export const fingerprint = (sha256) => sha256.slice(0, 32).match(/.{4}/g).join(" ");
