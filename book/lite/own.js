/* A reader's own table of runs: chosen in the page, fitted in the page, sent nowhere. */

import {joined, rendered} from "./cells.js";

const FIT = `
from analysis import figures
from analysis.advice import answer_runs, next_runs, own_as_table, show_count
from analysis.figures import show
from analysis.fit import read_table
import pandas as pd

own = answer_runs(read_table(NAME))
print(own_as_table(own))
display(show(figures.plot_own_overhead, own))
runs = own.table.runs
dearest = float((6 * runs.N * runs.D).max())
plan = next_runs(own, 3, budget=dearest)
print("Three runs to train next, for no more than the dearest of yours:")
pd.DataFrame([vars(run) for run in plan.runs]).map(show_count)
`;

/** The form under the panel; `begin` gives an engine that has started, once it is wanted. */
export function form(begin, say) {
  const label = document.createElement("label"), input = document.createElement("input");
  label.className = "lite-note";
  label.textContent = "Fit a table of your own runs; it stays on this machine: ";
  Object.assign(input, {type: "file", accept: ".csv,.tsv,.json,.jsonl,.txt"});
  label.append(input);
  const shown = document.createElement("div"), box = document.createElement("div");
  shown.className = "lite-own";
  box.append(label, shown);
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    // Else a file that was mended and chosen again would be no change.
    input.value = "";
    shown.replaceChildren();
    await begin(file.name, bytes, async engine => {
      say(`Fitting ${file.name} ...`);
      const outputs = joined(await engine.run(
        FIT.replace("NAME", () => JSON.stringify(file.name)), "your runs"));
      shown.replaceChildren(...await Promise.all(outputs.map(rendered)));
      const wrong = outputs.some(one => one.output_type === "error");
      say(wrong ? `${file.name} could not be fitted; Python says why below.`
        : `${file.name} is fitted. Cells can read it as "${file.name}"; its answer is "own".`);
    });
  });
  return box;
}
