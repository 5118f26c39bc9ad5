// Hints at what could give somebody away in a comment: found on the device, kept nowhere. The
// patterns are those of the server's hints.py: `surveyapp.respond.hints.for_script()` writes them.

const MOST = 5;
const PATTERNS = [
  String.raw`(?<contact>[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|\bwww\.\S+|(?<!\w)@[A-Za-z]\w{2,}|(?<!\d)(?:\+44|0)(?:[ ()-]{0,2}\d){9,10}(?!\d))`,
  String.raw`(?<age>(?:\b[aA][gG][eE][dD]? \d{1,3}\b|\b\d{1,3}[ -][yY][eE][aA][rR][sS]?[ -][oO][lL][dD]\b|\b\d{1,3} ?[yY][oO]\b|\b[iI](?:’|')?[mM] \d{2}\b|\b[iI] [aA][mM] \d{2}\b))`,
  String.raw`(?<time>(?:\b\d{1,2}(?:[:.]\d{2})? ?(?:[aA][mM]|[pP][mM])\b|\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b\d{1,2} [oO](?:’|')[cC][lL][oO][cC][kK]\b)(?: (?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b)?)`,
  String.raw`(?<date>\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6}\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]{0,6} \d{1,2}(?:st|nd|rd|th)?\b|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b|\b(?:last |this |on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)`,
  String.raw`(?<number>\b(?=[A-Z]*[-/]?\d)[A-Z]{0,4}[-/]?\d{3,}(?:[-/]\d+)*\b)`,
  String.raw`(?<only>(?:\b(?:[iI] (?:[wW][aA][sS]|[aA][mM])|[iI](?:’|')[mM]|[aA][sS]) [tT][hH][eE] (?:[oO][nN][lL][yY]|[fF][iI][rR][sS][tT]|[lL][aA][sS][tT]|[yY][oO][uU][nN][gG][eE][sS][tT]|[oO][lL][dD][eE][sS][tT]|[nN][eE][wW][eE][sS][tT])\b(?: [\w’'-]+){0,2}|\b[tT][hH][eE] [oO][nN][lL][yY] [\w’'-]+|\b[oO][nN][lL][yY] (?:[mM][aA][nN]|[wW][oO][mM][aA][nN]|[mM][aA][lL][eE]|[fF][eE][mM][aA][lL][eE])\b))`,
  String.raw`(?<name>\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Cllr|Sir)\.? [A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)?|(?<=[a-z,;] )[A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)? [A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)?\b|(?:\b(?:[mM][aA][nN][aA][gG][eE][rR]|[sS][uU][pP][eE][rR][vV][iI][sS][oO][rR]|[bB][oO][sS][sS]|[dD][iI][rR][eE][cC][tT][oO][rR]|[cC][oO][lL][lL][eE][aA][gG][uU][eE]|[lL][eE][aA][dD][eE][rR]|[nN][aA][mM][eE][dD]|[cC][aA][lL][lL][eE][dD]),? )[A-Z][a-zà-ÿ]+(?:['’-][A-Z]?[a-zà-ÿ]+)?\b)`,
];
const ANY = new RegExp(PATTERNS.join("|"), "gu");

// The first few hints of a text, each once, in its order.
export function find(text) {
  const seen = new Map();
  for (const match of text.matchAll(ANY)) {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    const hint = { kind, found: match[0].trim() };
    seen.set(`${kind} ${hint.found}`, hint);
    if (seen.size === MOST) break;
  }
  return [...seen.values()];
}
