/* A chapter that runs where it stands: the panel under its title, and the order of things. */

import {Place, joined, rendered} from "./cells.js";
import {Engine, lacks} from "./engine.js";
import {form} from "./own.js";

const SAID = {
  same: "As printed.",
  near: "As printed, but for the last digit: other versions of the libraries round otherwise.",
  new: "",
};
/** What the chapters say where data are missing (`analysis.studies.record`). */
const NO_DATA = /The data (?:are|for this are) not here/;
const SERIAL = "One thing runs after another here: a page has one thread and no processes, so what "
  + "the chapter shares between two workers takes twice as long. The results are the same.";

/** The page's notebook, its cells and where they stand. */
class Chapter {
  constructor(notebook, pristine, article) {
    this.texts = notebook.texts;
    const [blocks, printed] = [article, pristine].map(one => cellsOf(one));
    const visible = notebook.cells.filter(cell => !cell.tags.includes("remove-cell"));
    if (visible.length !== blocks.length) throw new Error("The page and its notebook do not match.");
    this.cells = notebook.cells.map(cell => ({...cell, ran: false, changed: false}));
    const shown = this.cells.filter(cell => !cell.tags.includes("remove-cell"));
    for (const [n, cell] of shown.entries()) this.#place(cell, blocks[n], printed[n], n + 1);
    this.figures = new Map(Object.entries(notebook.figures).map(([name, id]) => {
      const [where, as] = [article, pristine].map(one => one.querySelector(`[id="${id}"] .output`));
      return [name, where && new Place(where, as)];
    }));
    this.spans = [...article.querySelectorAll(".pasted-text")];
    if (this.spans.length !== this.texts.length) this.spans = [];
    this.printed = this.spans.map(span => span.textContent);
  }

  #place(cell, block, printed, number) {
    const input = block.querySelector(":scope .cell_input");
    const output = block.querySelector(":scope .cell_output");
    Object.assign(cell, {block, input, number});
    cell.output = output ?? document.createElement("div");
    if (!output) {
      cell.output.className = "cell_output docutils container";
      block.append(cell.output);
    }
    cell.place = new Place(cell.output, printed.querySelector(".cell_output"));
    cell.said = document.createElement("p");
    cell.said.className = "lite-said";
    block.append(cell.said);
  }
}

function cellsOf(article) {
  return [...article.querySelectorAll("div.cell")];
}

/** Everything that the button begins. */
class Panel {
  #engine = null; #chapter = null; #busy = false;
  files = new Map();

  constructor(button) {
    this.button = button;
    this.box = button.parentElement;
    this.name = location.pathname.split("/").pop().replace(/\.html$/, "");
    this.status = document.createElement("span");
    this.status.setAttribute("role", "status");
    this.progress = document.createElement("progress");
    this.progress.setAttribute("aria-label", "Loading");
    this.progress.hidden = true;
    this.buttons = {
      all: this.#button("Run all", () => this.run(0, true)),
      stop: this.#button("Stop", () => this.stop()),
      reset: this.#button("Reset", () => this.reset()),
    };
    this.buttons.reset.title = "Put back every cell and output as the book prints it";
    const words = button.textContent;
    button.replaceWith(...Object.values(this.buttons), " ", this.progress, " ", this.status);
    this.words = words;
    this.#free(false);
    for (const one of Object.values(this.buttons)) one.hidden = true;
  }

  say(text) { this.status.textContent = text; }

  async begin() {
    const lacking = lacks();
    if (lacking) return this.say(`This chapter cannot run here. ${lacking}`);
    if (careful() && !await this.#agreed()) return this.#again();
    for (const one of Object.values(this.buttons)) one.hidden = false;
    try {
      await this.#read();
    } catch (error) {
      return this.#again(error.message);
    }
    return this.run(0, true);
  }

  /** Ask where 58 MB cost: on a phone, with little memory, or where data are to be saved. */
  #agreed() {
    this.say(`${this.words}? It takes half a gigabyte of memory. `);
    return new Promise(resolve => {
      const answers = [["Load it", true], ["Not now", false]].map(([words, yes]) =>
        this.#button(words, () => {
          for (const one of answers) one.remove();
          resolve(yes);
        }));
      this.box.append(...answers);
      answers[0].focus();
    });
  }

  async #read() {
    this.say("Loading the editor ...");
    const get = async (address, as) => {
      const answer = await fetch(address).catch(() => null);
      if (!answer?.ok) throw new Error(`${address.pathname} cannot be loaded.`);
      return answer[as]();
    };
    const [notebook, page, {editor}] = await Promise.all([
      get(new URL(`notebooks/${this.name}.json`, import.meta.url), "json"),
      get(new URL(location.href.split("#")[0]), "text"),
      import("./editor.js").catch(() => { throw new Error("The editor cannot be loaded."); }),
    ]);
    const pristine = new DOMParser().parseFromString(page, "text/html");
    const [now, then] = [document, pristine].map(one => one.querySelector("article.bd-article"));
    this.#chapter = new Chapter(notebook, then, now);
    for (const cell of this.#chapter.cells) if (cell.input) this.#edit(cell, editor);
    if (this.name === "own_runs") {
      this.box.append(form((...file) => this.#withFile(...file), text => this.say(text)));
    }
    if (/Executor\(/.test(this.#chapter.cells.map(cell => cell.source).join())) this.#note(SERIAL);
  }

  #note(text) {
    const note = document.createElement("p");
    note.className = "lite-note";
    note.textContent = text;
    this.box.append(note);
  }

  #edit(cell, editor) {
    cell.before = [...cell.input.childNodes];
    const place = document.createElement("div");
    cell.input.replaceChildren(place);
    cell.editor = editor(place, cell.source, `Code of cell ${cell.number}`, {
      run: () => this.run(this.#chapter.cells.indexOf(cell)),
      changed: () => {
        cell.changed = cell.editor.text !== cell.source;
        undo.hidden = !cell.changed;
      },
    });
    const number = () => this.#chapter.cells.indexOf(cell);
    const undo = this.#button("Undo changes", () => { cell.editor.text = cell.source; });
    undo.hidden = true;
    const bar = document.createElement("div");
    bar.className = "lite-bar";
    bar.append(this.#button("Run", () => this.run(number())),
      this.#button("Run from here on", () => this.run(number(), true)), undo);
    for (const one of bar.children) {
      one.setAttribute("aria-label", `${one.textContent}: cell ${cell.number}`);
    }
    cell.input.after(bar);
  }

  /** Put a file of the reader's where cells find it, and do something with it. */
  async #withFile(name, bytes, work) {
    if (this.#busy) return this.say("A cell is running: stop it first, or wait.");
    this.files.set(name, bytes);
    await this.#working(async () => {
      await this.#engine.put(name, bytes.slice());
      await work(this.#engine);
    });
  }

  /** Run a cell, or all from it on; those above that did not run yet run first. */
  async run(from, rest = false) {
    if (this.#busy) return;
    const {cells} = this.#chapter, began = performance.now();
    await this.#working(async () => {
      if (from === 0 && rest) {
        await this.#engine.forget();
        for (const cell of cells) cell.ran = false;
      }
      const due = cells.filter((cell, n) => n === from || (rest && n > from) || (n < from && !cell.ran));
      for (const [n, cell] of due.entries()) {
        this.say(`Running cell ${n + 1} of ${due.length} ...`);
        const wrong = await this.#one(cell);
        if (wrong && !cell.tags.includes("exercise")) {
          this.say(cell.block
            ? `Cell ${cell.number} raised an error; the cells below it were not run.`
            : `A cell that the page does not show raised an error: ${wrong}`);
          return;
        }
      }
      await this.#fillText();
      this.say(this.#summary(due, performance.now() - began));
    });
  }

  /** Do something with an engine that has started; what ends it is said. */
  async #working(work) {
    this.#free(true);
    this.say("Running ...");
    try {
      await this.#started();
      await work();
    } catch (error) {
      this.#engine?.stop();
      this.#engine = null;
      for (const cell of this.#chapter.cells) cell.ran = false;
      this.say(`${error.message} Press a button to start again.`);
    } finally {
      this.#free(false);
    }
  }

  async #started() {
    if (this.#engine) return;
    this.#engine = new Engine(({kind, come, total}) => {
      const loading = kind === "loading" && come < total;
      this.progress.hidden = !loading;
      if (loading) Object.assign(this.progress, {max: total, value: come});
      // In steps, for those who hear it.
      const [some, all] = [Math.floor(come / 1e7) * 10, (total / 1e6).toFixed(0)];
      const words = loading ? `Loading Python: ${some} of ${all} MB ...` : "Starting Python ...";
      if (this.status.textContent !== words) this.say(words);
    });
    const began = performance.now();
    await this.#engine.start();
    this.ready = performance.now() - began;
    this.box.dataset.ready = Math.round(this.ready);
    this.progress.hidden = true;
    for (const [name, bytes] of this.files) await this.#engine.put(name, bytes.slice());
  }

  /** Run a cell and show what it computed; return the error that it raised, if it did. */
  async #one(cell) {
    // What such a cell shows is in a figure, unless the reader makes it show more.
    const aside = cell.tags.includes("remove-output") && !cell.tags.includes("exercise");
    cell.block?.classList.add("lite-running");
    try {
      const source = cell.editor?.text ?? cell.source;
      const told = await this.#engine.run(source, `cell ${cell.number ?? cell.id}`);
      const outputs = joined(told.filter(one =>
        one.output_type !== "glue" && !(aside && one.glued)));
      const error = outputs.find(one => one.output_type === "error");
      const wrong = error && `${error.ename}: ${error.evalue}`;
      cell.ran = true;
      cell.verdicts = [];
      cell.lacksData = told.some(one => NO_DATA.test(JSON.stringify(one)));
      for (const one of told.filter(output => output.output_type === "glue")) {
        const place = this.#chapter.figures.get(one.name);
        if (place) cell.verdicts.push(place.show([await rendered(one)]));
      }
      if (cell.block && (!aside || cell.changed || wrong)) {
        const made = await Promise.all(outputs.map(rendered));
        if (made.length || cell.place.printed) cell.verdicts.push(cell.place.show(made));
        if (wrong) cell.verdicts = ["wrong"];
        for (let fold = cell.block; wrong && (fold = fold.parentElement.closest("details"));) {
          fold.open = true;
        }
      }
      if (cell.said) cell.said.textContent = this.#said(cell);
      return wrong;
    } finally {
      cell.block?.classList.remove("lite-running");
    }
  }

  #said(cell) {
    const {cells} = this.#chapter;
    const worst = ["wrong", "other", "near", "same", "new"]
      .find(one => cell.verdicts.includes(one)) ?? "new";
    cell.block.dataset.lite = worst;
    if (worst === "wrong") return "An error: Python says what is wrong. The other cells can be run.";
    if (worst in SAID) return SAID[worst];
    if (cells.slice(0, cells.indexOf(cell) + 1).some(one => one.changed)) {
      return "Differs from what is printed: a cell was changed.";
    }
    if (cells.slice(0, cells.indexOf(cell) + 1).some(one => one.lacksData)) {
      return "Differs from what is printed: this cell or one above it reads data that are not in "
        + "the page; where their result is recorded, it stands in their place.";
    }
    return "Differs from what is printed: this is another Python, with other versions of its "
      + "libraries, on another machine; times, orders and last digits may differ.";
  }

  /** Put the values of now into the text; a number that differs is marked. */
  async #fillText() {
    const {spans, texts, printed} = this.#chapter;
    if (!spans.length) return;
    const values = await this.#engine.values(texts);
    this.moved = 0;
    for (const [n, span] of spans.entries()) {
      const now = values[texts[n]] ?? printed[n];
      const moved = now !== printed[n].replaceAll("\u00a0", " ");
      if (!moved && span.textContent === printed[n]) continue;
      this.moved += moved;
      span.textContent = moved ? now : printed[n];
      span.classList.toggle("lite-moved", moved);
      span.title = moved ? `printed: ${printed[n]}` : "";
    }
  }

  #summary(due, took) {
    const count = kinds => due.filter(cell => kinds.includes(cell.block?.dataset.lite)).length;
    const parts = [`${count(["same", "near"])} outputs as printed`];
    if (count(["other"])) parts.push(`${count(["other"])} differ`);
    if (this.moved) parts.push(`${this.moved} numbers in the text differ and are marked`);
    const below = this.#chapter.cells.slice(this.#chapter.cells.indexOf(due.at(-1)) + 1);
    if (due.some(cell => cell.changed) && below.some(cell => cell.block?.dataset.lite)) {
      parts.push("what stands below was run before this change");
    }
    this.box.dataset.took = Math.round(took);
    return `Done in ${(took / 1000).toFixed(0)} s: ${parts.join(", ")}.`;
  }

  stop() { this.#engine?.stop(); }

  reset() {
    const {cells, figures, spans, printed} = this.#chapter;
    for (const cell of cells) {
      if (cell.editor) cell.editor.text = cell.source;
      cell.place?.reset();
      if (cell.said) cell.said.textContent = "";
      delete cell.block?.dataset.lite;
      cell.ran = false;
    }
    for (const place of figures.values()) place?.reset();
    for (const [n, span] of spans.entries()) {
      span.textContent = printed[n];
      span.classList.remove("lite-moved");
      span.title = "";
    }
    this.#engine?.forget();
    this.say("Every cell and output is as printed.");
  }

  #free(busy) {
    this.#busy = busy;
    this.box.dataset.busy = busy;
    this.buttons.all.disabled = busy;
    this.buttons.reset.disabled = busy;
    this.buttons.stop.disabled = !busy;
    this.progress.hidden = true;
  }

  #button(words, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "sd-btn sd-btn-sm sd-btn-outline-primary";
    made.textContent = words;
    made.addEventListener("click", press);
    return made;
  }

  /** Offer the first button again. */
  #again(why = "") {
    const again = this.button;
    delete again.dataset.asked;
    this.box.replaceChildren(again, why ? ` ${why} Reload the page to try again.` : "");
  }
}

/** Whether to ask before the download. */
function careful() {
  const {connection, deviceMemory = 8} = navigator;
  return connection?.saveData || deviceMemory < 4
    || matchMedia("(pointer: coarse) and (max-width: 900px)").matches;
}

/** Begin, from the button that was pressed. */
export function open(button) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("lite.css", import.meta.url);
  document.head.append(link);
  return new Panel(button).begin();
}
