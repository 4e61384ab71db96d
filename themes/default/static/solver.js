// Proof of work for the forms, as ALTCHA has it (version 2): from our own site, for nobody else.
// It begins when somebody begins to fill in a form. Whatever goes wrong, the form is sent without
// it, and the handler's page leads on.
(() => {
  "use strict";

  const NOT_BEFORE = 1500; // ms after the challenge: who is faster than a person has to wait
  const GOOD_FOR = 15 * 60 * 1000; // ms: less than the handler grants
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (found) => Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function derived(parameters, counter) {
    const nonce = bytes(parameters.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: bytes(parameters.salt),
      iterations: parameters.cost,
    };
    return hex(new Uint8Array(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8)));
  }

  async function solve(url) {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
    const challenge = await answer.json();
    // The handler counts from when it gave it out, which is before now.
    const since = performance.now();
    const parameters = challenge.parameters;
    if (parameters.algorithm !== "PBKDF2/SHA-256") throw new Error("a challenge of another kind");
    for (let counter = 0; ; counter += 1) {
      const derivedKey = await derived(parameters, counter);
      if (derivedKey.startsWith(parameters.keyPrefix)) {
        const solution = { counter, derivedKey };
        return { since, value: btoa(JSON.stringify({ challenge, solution })) };
      }
    }
  }

  function prepare(form) {
    let begun = null; // { at, solution }: of the challenge that is being solved, or was
    let busy = false;
    const working = form.querySelector(".form__working");
    const now = () => performance.now();

    function begin() {
      if (begun === null || now() - begun.at > GOOD_FOR) {
        begun = { at: now(), solution: solve(form.dataset.challenge).catch(() => null) };
      }
      return begun;
    }

    function show(isBusy) {
      busy = isBusy;
      if (working) working.hidden = !isBusy;
    }

    async function send(button) {
      show(true);
      const found = await begin().solution;
      if (found) {
        await new Promise((done) => setTimeout(done, NOT_BEFORE - (now() - found.since)));
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: "altcha", value: found.value });
        form.querySelector("input[name=altcha]")?.remove();
        form.append(input);
      }
      form.removeEventListener("submit", sending);
      form.requestSubmit(button);
    }

    function sending(event) {
      event.preventDefault();
      if (!busy) send(event.submitter);
    }

    // Whoever comes back to the page sends anew, and a solution counts once.
    function again() {
      begun = null;
      show(false);
      form.querySelector("input[name=altcha]")?.remove();
      form.addEventListener("submit", sending);
    }

    form.addEventListener("focusin", begin);
    form.addEventListener("submit", sending);
    addEventListener("pageshow", (event) => event.persisted && again());
  }

  // Without HTTPS there is no Web Crypto; then the form is sent as it is.
  if (!globalThis.crypto?.subtle) return;
  for (const form of document.querySelectorAll("form[data-challenge]:not([data-solver])")) {
    form.dataset.solver = "";
    prepare(form);
  }
})();
