// The link as a picture for another device's camera: drawn here, so that no server learns it.

import { encode } from "../build/qr.js";

const SVG = "http://www.w3.org/2000/svg";

export function qrOf(link, words = "Your link as a square code for a phone’s camera") {
  const { data, size } = encode(link, { ecc: "L", border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", words);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", squares.join(""));
  picture.append(path);
  return picture;
}
