/* The cells of a page: their printed outputs, what they show now, and what is said of it. */

import {compare, words} from "./compare.js";
import {framed} from "./frames.js";

/** Leave of pandas' and of IPython's markup what the site's pages leave (`report.pages`). */
function mended(markup) {
  return markup
    .replace(/<style(?: scoped)?>(?:(?!<\/style>)[^])*?<\/style>/g, "")
    .replace(/<table border="1" class="dataframe">/g, '<table class="dataframe">')
    .replace(/ valign="top"| halign="left"/g, "")
    .replace(/<th><\/th>/g, "<td></td>");
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Equations are set by MathJax, as when the book is built; it is loaded when the first one comes. */
let mathjax;
async function equation(tex, display = false) {
  mathjax ??= new Promise((resolve, reject) => {
    window.MathJax = {
      svg: {fontCache: "local"},
      options: {enableMenu: false},
      startup: {typeset: false, ready: () => {
        window.MathJax.startup.defaultReady();
        window.MathJax.startup.promise.then(resolve, reject);
      }},
    };
    const script = element("script", "");
    script.src = new URL("tex-svg.js", import.meta.url);
    script.onerror = () => reject(new Error("tex-svg.js cannot be loaded."));
    document.head.append(script);
  });
  await mathjax;
  const metrics = {em: 16, ex: 8, containerWidth: 1280};
  const node = await window.MathJax.tex2svgPromise(tex, {display, ...metrics});
  const drawn = node.querySelector("svg");
  node.removeAttribute("tabindex");
  node.removeAttribute("ctxtmenu_counter");
  if (!node.querySelector("mjx-assistive-mml")) {
    const spoken = document.createElement("mjx-assistive-mml");
    spoken.setAttribute("display", display ? "block" : "inline");
    spoken.innerHTML = window.MathJax.tex2mml(tex, {display});
    node.append(spoken);
  }
  drawn.setAttribute("aria-hidden", "true");
  if (parseFloat(drawn.getAttribute("width")) > NARROW) node.tabIndex = 0;
  return node;
}

/** Width in ex that fits on a phone; what is wider scrolls, and is reached by the keyboard. */
const NARROW = 36;
const INLINE = /\$(?:[^$\\]|\\[^])+\$/;

/** Set what stands between dollar signs in an element's text. */
async function set(where) {
  const walker = document.createTreeWalker(where, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (let text of texts) {
    for (let found; (found = INLINE.exec(text.data));) {
      const rest = text.splitText(found.index + found[0].length);
      const tex = found[0].slice(1, -1);
      text.data = text.data.slice(0, found.index);
      text.after(await equation(tex));
      text = rest;
    }
  }
}

/** An output as the page shows it. */
export async function rendered(output) {
  const {output_type: type, data = {}} = output;
  if (type === "stream") {
    const made = element("div", `output ${output.name === "stderr" ? "stderr" : "stream"}`);
    made.append(scrolling("pre", output.text));
    return made;
  }
  if (type === "error") {
    const made = element("div", "output lite-error");
    made.append(scrolling("pre", output.traceback.join("\n")));
    return made;
  }
  if ("text/html" in data) {
    const made = element("div", "output text_html");
    made.innerHTML = mended(data["text/html"]);
    for (const table of made.querySelectorAll("table")) reachable(table.parentElement, "table");
    if (made.querySelector("table.record")) await set(made);
    return made;
  }
  if ("text/latex" in data) {
    const made = element("div", "output text_latex math", data["text/latex"]);
    await set(made);
    return made;
  }
  const made = element("div", "output text_plain");
  made.append(scrolling("pre", data["text/plain"] ?? ""));
  return made;
}

function scrolling(name, text) {
  const made = element(name, "", text);
  reachable(made, "output");
  return made;
}

/** What scrolls is reached by the keyboard, and has a name. */
function reachable(made, name) {
  made.tabIndex = 0;
  made.setAttribute("role", "region");
  made.setAttribute("aria-label", `${name} ${++reachable.count}, run here`);
}
reachable.count = 0;

/** Streams that follow one another are one output. */
export function joined(outputs) {
  const found = [];
  for (const one of outputs) {
    const last = found.at(-1);
    if (one.output_type === "stream" && last?.output_type === "stream" && last.name === one.name) {
      found[found.length - 1] = {...last, text: last.text + one.text};
    } else found.push(one);
  }
  return found;
}

/** A place of the page that shows what a cell computed: its printed content, and another now. */
export class Place {
  constructor(where, pristine) {
    this.where = where;
    this.printed = pristine ? words(pristine) : null;
    this.picture = Boolean(pristine?.querySelector(".picture"));
    this.drawn = Boolean(pristine?.querySelector("script"));
    this.script = pristine ? scripts(pristine) : "";
    this.kept = [...where.childNodes];
  }

  /** Show other content; return how it compares with what is printed. */
  show(made) {
    const fresh = element("div", "");
    fresh.append(...made);
    const how = this.drawn ? compare(this.script, scripts(fresh))
      : this.printed === null ? "new" : compare(this.printed, words(fresh), this.picture);
    const stays = how === "same" || (this.drawn && how === "near");
    this.where.replaceChildren(...(stays ? this.kept : Array.from(fresh.childNodes, moving)));
    return how;
  }

  reset() { this.where.replaceChildren(...this.kept); }
}

/** What has a script of its own stands in a frame. */
function moving(made) {
  return made.querySelector?.("script") ? framed(made.innerHTML) : made;
}

function scripts(within) {
  return Array.from(within.querySelectorAll("script"), one => one.textContent.trim()).join("\n");
}
