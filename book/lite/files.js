/* The large files: fetched once, held against their sums, and only then kept for the next chapter. */

const CACHE = "run-in-the-page";

/** The list of the large files: the size of each and its sum. */
export async function listed() {
  const answer = await asked(new URL("manifest.json", import.meta.url), "no-cache");
  return answer.json();
}

/** A file's bytes, from the cache or from the site; `say` is told how many have come. */
export async function load(name, {size, sha256}, say) {
  const address = new URL(`${name}?${sha256.slice(0, 16)}`, import.meta.url);
  const cache = await caches.open(CACHE).catch(() => null);
  const kept = await cache?.match(address);
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if (await sum(bytes) === sha256) {
      say(bytes.length);
      return bytes;
    }
    await cache.delete(address);
  }
  const bytes = await read(await asked(address, "no-store"), name, size, say);
  if (bytes.length !== size || await sum(bytes) !== sha256) {
    throw new Error(`${name} came damaged, and was not kept.`);
  }
  // A cache that is full keeps nothing, and the chapter runs all the same.
  await cache?.put(address, new Response(bytes)).catch(() => {});
  return bytes;
}

/** Forget what an older site has left. */
export async function tidy(files) {
  const cache = await caches.open(CACHE).catch(() => null);
  const known = Object.values(files).map(file => file.sha256.slice(0, 16));
  for (const request of await cache?.keys() ?? []) {
    if (!known.includes(new URL(request.url).search.slice(1))) await cache.delete(request);
  }
}

async function asked(address, cache) {
  const name = address.pathname.split("/").pop();
  const answer = await fetch(address, {cache}).catch(() => null);
  if (!answer) throw new Error(`${name} cannot be reached: the network may be lost.`);
  if (!answer.ok) throw new Error(`${name} is not to be had: the site says ${answer.status}.`);
  return answer;
}

async function read(answer, name, size, say) {
  const bytes = new Uint8Array(size), reader = answer.body.getReader();
  let place = 0;
  for (;;) {
    const {done, value} = await reader.read().catch(() => {
      throw new Error(`${name} broke off: the network may be lost.`);
    });
    if (done) return bytes.subarray(0, place);
    if (place + value.length > size) throw new Error(`${name} came damaged, and was not kept.`);
    bytes.set(value, place);
    place += value.length;
    say(value.length);
  }
}

async function sum(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, "0")).join("");
}
