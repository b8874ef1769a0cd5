/* What a page knows of an interpreter: start it, run a cell, ask for values, give it a file, stop.

   Behind it stands `worker.js`, CPython by WASI. Another engine, Pyodide say, has to do no more than
   this class does: its outputs are those of the notebook format. */

/** What the browser lacks, as a sentence; empty if it lacks nothing. */
export function lacks() {
  if (!globalThis.isSecureContext) return "It needs an address that begins with https.";
  const here = name => name in globalThis;
  if (!["WebAssembly", "DecompressionStream", "caches", "Worker"].every(here)) {
    return "This browser is too old to run Python in a page.";
  }
  // A tag and a catch with a reference: the exceptions of WebAssembly that the interpreter uses.
  const exceptions = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 15, 1, 13, 0, 2, 105,
    31, 64, 1, 3, 0, 11, 0, 11, 26, 11,
  ]);
  return WebAssembly.validate(exceptions) ? ""
    : "This browser's WebAssembly lacks exceptions with references: Chrome 137, Firefox 131 and "
      + "Safari 18.4 have them.";
}

export class Engine {
  #worker; #waiting = new Map(); #last = 0; #say;

  /** `say` is told what is going on: {kind: "loading", come, total} or {kind: "starting"}. */
  constructor(say) {
    this.#say = say;
    this.#worker = new Worker(new URL("worker.js", import.meta.url), {type: "module"});
    this.#worker.onmessage = ({data}) => this.#hear(data);
    this.#worker.onerror = event => {
      event.preventDefault();
      this.#end(new Error("The interpreter's script cannot be loaded."));
    };
  }

  start() { return this.#ask({kind: "start"}); }

  /** Run a cell; `show` is given each output as it comes. */
  run(source, name, show = () => {}) {
    return this.#call(`__import__("kernel").run(${text(source)}, ${text(name)})`, show);
  }

  /** The values of a text's places, each a name or a name and a format, as far as they are known. */
  async values(keys) {
    const [told] = await this.#call(`__import__("kernel").glued(${text(JSON.stringify(keys))})`);
    return told.texts;
  }

  /** Forget what cells have bound. */
  forget() { return this.#call(`__import__("kernel").prepare()`); }

  /** Put a file where cells find it. */
  put(name, bytes) { return this.#ask({kind: "put", name, bytes}); }

  stop() { this.#end(new Error("Stopped.")); }

  #call(code, show) { return this.#ask({kind: "call", code}, show); }

  #ask(what, show = () => {}) {
    const id = ++this.#last, outputs = [];
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject, outputs, show});
      this.#worker.postMessage({...what, id});
    });
  }

  #hear({kind, id, output, why, ...rest}) {
    const asked = this.#waiting.get(id);
    if (kind === "output") {
      asked?.outputs.push(output);
      asked?.show(output);
    } else if (kind === "done") {
      this.#waiting.delete(id);
      asked?.resolve(asked.outputs);
    } else if (kind === "failed") {
      this.#end(new Error(why));
    } else this.#say({kind, ...rest});
  }

  #end(error) {
    this.#worker.terminate();
    for (const {reject} of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** A string as Python writes one. */
function text(value) {
  return JSON.stringify(value).replace(/[\ud800-\udfff]/gu, "?");
}

/** Run a whole notebook, given the sources of its cells; return the outputs of each. */
export async function runNotebook(engine, sources) {
  const results = [];
  for (const [n, source] of sources.entries()) results.push(await engine.run(source, `cell ${n}`));
  return results;
}
