/* The interpreter, in a thread of its own: CPython as WebAssembly with files in memory. */

import {ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI}
  from "./code/at-bjorn3-browser_wasi_shim/index.js";
import {listed, load, tidy} from "./files.js";

const UNPACK = `
import sys, zipfile
for name in ("matplotlib", "package"):
    with zipfile.ZipFile(f"/site/{name}.zip") as archive:
        archive.extractall("/site/lib")
sys.path.insert(0, "/site/lib")
sys.dont_write_bytecode = True
import kernel
kernel.prepare()
`;
const files = new Directory(new Map());
let interpreter, written = line => console.warn(line);

/** Fetch, unpack and start. */
async function start() {
  const manifest = await listed();
  const total = Object.values(manifest).reduce((sum, file) => sum + file.size, 0);
  let come = 0;
  const get = name => load(name, manifest[name], bytes => {
    come += bytes;
    postMessage({kind: "loading", come, total});
  });
  // One after the other, so that nothing is compiled while the next file is on its way for nothing.
  const packed = await get("python.wasm.gz");
  const compiled = WebAssembly.compileStreaming(new Response(
    new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")),
    {headers: {"Content-Type": "application/wasm"}},
  ));
  compiled.catch(() => {});
  const library = await get("python.zip");
  const site = {};
  for (const name of ["matplotlib.zip", "package.zip"]) site[name] = new File(await get(name));
  await tidy(manifest);
  postMessage({kind: "starting"});
  await boot(await compiled, library, site);
}

async function boot(module, library, site) {
  const lines = told => ConsoleStdout.lineBuffered(line => told(line));
  const site_folder = new PreopenDirectory("/site", new Map(Object.entries(site)));
  const temporary = new PreopenDirectory("/tmp", new Map([["work", files]]));
  const wasi = new WASI(
    ["/usr/local/bin/python.wasm"],
    ["HOME=/tmp", "TMPDIR=/tmp", "MPLCONFIGDIR=/tmp/matplotlib", "MPLBACKEND=svg",
      "PYTHONTZPATH=", "NO_COLOR=1", "PYTHONHASHSEED=0"],
    [
      new OpenFile(new File([])), lines(line => written(line)), lines(line => console.warn(line)),
      new PreopenDirectory("/usr/local/lib",
        new Map([["python315.zip", new File(library, {readonly: true})]])),
      temporary, site_folder,
    ],
    {debug: false},
  );
  interpreter = await WebAssembly.instantiate(module,
    {wasi_snapshot_preview1: wasi.wasiImport, host: {call: () => -1}});
  wasi.inst = interpreter;
  interpreter.exports._initialize();
  turn(UNPACK);
}

/** Let the interpreter execute code; 0 is a good end. */
function turn(code) {
  const text = new TextEncoder().encode(code), {exports} = interpreter;
  const place = exports.host_alloc(text.length);
  new Uint8Array(exports.memory.buffer).set(text, place);
  if (exports.turn(place, text.length) !== 0) throw new Error("the interpreter has ended");
}

const work = {
  start,
  call: ({code}) => turn(code),
  put: ({name, bytes}) => { files.contents.set(name, new File(bytes)); },
};

onmessage = async ({data}) => {
  const {id, kind} = data;
  written = line => postMessage({kind: "output", id, output: JSON.parse(line)});
  try {
    await work[kind](data);
    postMessage({kind: "done", id});
  } catch (error) {
    postMessage({kind: "failed", id, why: error.message ?? String(error)});
  }
};
