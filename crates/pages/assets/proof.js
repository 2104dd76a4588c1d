"use strict";
// Before somebody registers their browser finds a number: a moment for one person, a lot for a machine that wants thousands
// of places. This file is the page's script and the worker that looks for the number. Without it people wait instead.

/** Looks for the first number whose SHA-256, behind that of the challenge, begins with so many zero bits. */
function find(challenge, bits) {
  const [roots, constants] = fractions();
  const words = new Int32Array(64);
  const seed = digest(new TextEncoder().encode(challenge));
  // One block: the challenge's hash, the number in 8 bytes, a one behind it, and the length of all that in bits.
  for (let number = 0; ; number += 1) {
    words.fill(0, 8, 16);
    words.set(seed);
    words[8] = Math.floor(number / 2 ** 32);
    words[9] = number;
    words[10] = 0x80000000;
    words[15] = 40 * 8;
    if (compress(roots)[0] >>> (32 - bits) === 0) return number;
  }

  function digest(bytes) {
    const padded = new DataView(new ArrayBuffer(64 * Math.ceil((bytes.length + 9) / 64)));
    bytes.forEach((byte, at) => padded.setUint8(at, byte));
    padded.setUint8(bytes.length, 0x80);
    padded.setUint32(padded.byteLength - 4, 8 * bytes.length);
    let state = roots;
    for (let block = 0; block < padded.byteLength; block += 64) {
      for (let at = 0; at < 16; at += 1) words[at] = padded.getInt32(block + 4 * at);
      state = compress(state);
    }
    return state;
  }

  /** SHA-256's compression (FIPS 180-4, 6.2.2) of the first 16 words. */
  function compress(state) {
    for (let at = 16; at < 64; at += 1) {
      const early = words[at - 15];
      const late = words[at - 2];
      const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[at] = words[at - 16] + low + words[at - 7] + high;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let at = 0; at < 64; at += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + constants[at] + words[at]) | 0;
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    return Int32Array.of(a + state[0], b + state[1], c + state[2], d + state[3], e + state[4], f + state[5], g + state[6], h + state[7]);
  }

  /** The first bits of the fractions of square and cube roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
  function fractions() {
    const primes = [];
    for (let number = 2; primes.length < 64; number += 1) {
      if (primes.every((prime) => number % prime !== 0)) primes.push(number);
    }
    const bits = (root) => Math.floor((root % 1) * 2 ** 32) | 0;
    return [Int32Array.from(primes.slice(0, 8), (prime) => bits(Math.sqrt(prime))), Int32Array.from(primes, (prime) => bits(Math.cbrt(prime)))];
  }
}

function turn(word, by) {
  return (word >>> by) | (word << (32 - by));
}

/** The form works while somebody fills it in. Sent too early, it is sent as soon as the number is found. */
function watch(script) {
  const form = script.closest("form");
  const { challenge, proof } = form.elements;
  const [waiting, status] = [form.querySelector("[data-wait]"), form.querySelector("[data-working]")];
  // A page that came back was sent already: nobody has to press again.
  let isSent = script.dataset.again === "true";
  const tell = () => (status.textContent = status.dataset.working);
  const worker = new Worker(script.src);
  worker.onmessage = ({ data }) => {
    proof.value = data;
    status.textContent = "";
    if (isSent) form.requestSubmit();
  };
  worker.onerror = () => {
    // As if there were no script.
    waiting.hidden = false;
    status.textContent = "";
    form.removeEventListener("submit", hold);
  };
  waiting.hidden = true;
  if (isSent) tell();
  form.addEventListener("submit", hold);
  worker.postMessage({ challenge: challenge.value, bits: Number(script.dataset.bits) });

  function hold(event) {
    if (proof.value) return;
    event.preventDefault();
    isSent = true;
    tell();
  }
}

if (typeof document === "undefined") {
  onmessage = ({ data: { challenge, bits } }) => postMessage(find(challenge, bits));
} else {
  watch(document.currentScript);
}
