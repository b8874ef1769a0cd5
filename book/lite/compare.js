/* Whether an output is as printed: the same words, and the same numbers up to the last digit. */

const NUMBER = /[-−+]?(?:\d[\d,]*)?\.?\d+(?:e[-+]?\d+)?/gi;
const NEAR = 1e-5, DRAWN = 1e-3;

/** What an output says, as text: of a picture the data behind it, of an equation its MathML. */
export function words(element) {
  const copy = element.cloneNode(true);
  for (const picture of copy.querySelectorAll(".picture")) {
    const data = picture.querySelector("a[download]")?.href ?? "";
    picture.textContent = `${picture.querySelector("svg")?.ariaLabel} ${decoded(data)}`;
  }
  for (const set of copy.querySelectorAll("mjx-container")) {
    set.textContent = set.querySelector("mjx-assistive-mml")?.textContent ?? "";
  }
  for (const gone of copy.querySelectorAll("style, .downloads")) gone.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function decoded(address) {
  const data = address.split(",").slice(1).join(",");
  try {
    return /;base64,/.test(address) ? atob(data) : decodeURIComponent(data);
  } catch {
    return address;
  }
}

/** "same", "near" (but for last digits; of a drawing, but for what no eye sees) or "other". */
export function compare(printed, made, drawn = false) {
  const [bare, fresh] = [printed, made].map(text => text.replace(/\s/g, ""));
  if (bare === fresh) return "same";
  const [old, now] = [printed, made].map(text => text.match(NUMBER) ?? []);
  const frames = [printed, made].map(text => text.replace(NUMBER, "#").replace(/\s+/g, ""));
  const near = frames[0] === frames[1] && old.length === now.length
    && old.every((one, n) => close(one, now[n], drawn ? DRAWN : NEAR));
  return near ? "near" : "other";
}

function close(one, other, near) {
  if (one === other) return true;
  const [a, b] = [one, other].map(text => Number(text.replace(/,/g, "").replace("−", "-")));
  // A unit in the last place that is printed, where rounding fell on the other side.
  const unit = Math.max(...[one, other].map(lastPlace));
  return Math.abs(a - b) <= Math.max(1.01 * unit, near * Math.abs(a), 1e-12);
}

function lastPlace(text) {
  const [, digits, power] = /^[-−+]?[\d,]*\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const behind = text.includes(".") ? digits.length : 0;
  // Whole numbers are counts: off by one is another count.
  return behind || power ? 10 ** (Number(power ?? 0) - behind) : 0;
}
