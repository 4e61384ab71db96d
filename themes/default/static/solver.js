// Proof of work for the forms, compatible with ALTCHA version 2 and served from the site itself.
// It starts when a visitor focuses a field. If it fails, the form is sent without a solution, and
// the handler asks the visitor to send it again after a wait.
(() => {
  "use strict";

  const SEND_AFTER = 1500; // ms after the challenge: the handler refuses anything faster
  const REUSE_FOR = 15 * 60 * 1000; // ms, shorter than the handler accepts a solution
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function deriveKey(parameters, counter) {
    const nonce = fromHex(parameters.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const algorithm = {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: fromHex(parameters.salt),
      iterations: parameters.cost,
    };
    const bits = await crypto.subtle.deriveBits(algorithm, key, parameters.keyLength * 8);
    return toHex(new Uint8Array(bits));
  }

  async function solve(url) {
    const response = await fetch(url, { credentials: "omit", cache: "no-store" });
    if (!response.ok) throw new Error(`no challenge: ${response.status}`);
    const challenge = await response.json();
    // The handler started counting earlier, when it issued the challenge.
    const received = performance.now();
    const parameters = challenge.parameters;
    if (parameters.algorithm !== "PBKDF2/SHA-256") throw new Error("unsupported algorithm");
    for (let counter = 0; ; counter += 1) {
      const derivedKey = await deriveKey(parameters, counter);
      if (derivedKey.startsWith(parameters.keyPrefix)) {
        const solution = { counter, derivedKey };
        return { received, value: btoa(JSON.stringify({ challenge, solution })) };
      }
    }
  }

  function prepare(form) {
    let attempt = null; // { started, solution }, where `solution` is a promise
    let isSending = false;
    const working = form.querySelector(".form__working");
    const now = () => performance.now();

    function start() {
      if (attempt === null || now() - attempt.started > REUSE_FOR) {
        attempt = { started: now(), solution: solve(form.dataset.challenge).catch(() => null) };
      }
      return attempt;
    }

    function setSending(value) {
      isSending = value;
      if (working) working.hidden = !value;
    }

    async function send(button) {
      setSending(true);
      const solution = await start().solution;
      if (solution) {
        const wait = SEND_AFTER - (now() - solution.received);
        await new Promise((resolve) => setTimeout(resolve, wait));
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: "altcha", value: solution.value });
        form.querySelector("input[name=altcha]")?.remove();
        form.append(input);
      }
      form.removeEventListener("submit", onSubmit);
      form.requestSubmit(button);
    }

    function onSubmit(event) {
      event.preventDefault();
      if (!isSending) send(event.submitter);
    }

    // A visitor who comes back can send the form again, but a solution is accepted only once.
    function reset() {
      attempt = null;
      setSending(false);
      form.querySelector("input[name=altcha]")?.remove();
      form.addEventListener("submit", onSubmit);
    }

    form.addEventListener("focusin", start);
    form.addEventListener("submit", onSubmit);
    addEventListener("pageshow", (event) => event.persisted && reset());
  }

  // Without HTTPS there is no Web Crypto, and the form is sent without a solution.
  if (!globalThis.crypto?.subtle) return;
  for (const form of document.querySelectorAll("form[data-challenge]:not([data-solver])")) {
    form.dataset.solver = "";
    prepare(form);
  }
})();
