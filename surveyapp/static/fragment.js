// A mail link carries its token behind a "#", which browsers never send. This puts the token into
// the form, so that pressing Start sends it once, in the body.
"use strict";
(function () {
  const token = location.hash.slice(1).split(".")[0];
  const input = document.getElementById("code");
  if (!input || token.length < 8) {
    return;
  }
  if (!/^[0-9A-Za-z]{26}$/.test(token)) {
    document.getElementById("cut").hidden = false;
    return;
  }
  input.value = token;
  document.getElementById("typing").hidden = true;
  document.getElementById("linked").hidden = false;
})();
