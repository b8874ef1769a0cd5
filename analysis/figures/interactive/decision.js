for (const root of document.querySelectorAll("[data-decision]")) {
  delete root.dataset.decision;
@shared
  const laws = @laws, credible = @credible, units = @units, written = new RegExp(@pattern, "i");
@life
  // Printed from SymPy: v = ln k_D, and use is r T / D_opt.
  const purseAt = (v, T, r, {alpha, beta}) => @purse_at;
  const purseSlope = (v, T, r, {alpha, beta}) => @purse_slope;
  const purseSize = (k_D, T, r) => @purse_size;

  const placed = (m, law) => {
    const k_N = sizeAtRate(m, law), k_D = dataAtRate(m, law);
    return {k_N, k_D, overhead: overheadAt(k_N, Math.log(k_D), law)};
  };
  const reducible = (N, D, {A, B, alpha, beta, kappa}) => (A * N ** -alpha + B * D ** -beta) ** kappa;
  const three = (C, T, r, law) => {
    const N_opt = optimalSize(C, law), D_opt = optimalData(C, law), served = T / D_opt;
    const same = placed(cheapestRate(served, r, law), law);
    let v = 0, step;
    for (let i = 0; i < 100; i++) {
      step = purseAt(v, served, r, law) / purseSlope(v, served, r, law);
      v -= step;
      if (Math.abs(step) <= 4e-16 * (1 + Math.abs(v))) break;
    }
    const k_D = Math.exp(v), k_N = purseSize(k_D, served, r), base = lifeCost(N_opt, D_opt, T, r);
    const N = same.k_N * N_opt, D = same.k_D * D_opt, bought = {N: k_N * N_opt, D: k_D * D_opt}, capped = {N, D: C / 6 / N};
    const of = placed(rate(bought.N, bought.D, law), law), cap = placed(rate(N, capped.D, law), law), best = reducible(N_opt, D_opt, law);
    const bill = ({N, D}) => ({training: flop(N, D), serving: 2 * N * T, nats: reducible(N, D, law) - best});
    return {
      N_opt, D_opt, k_N: same.k_N,
      same_loss: {N, D, ...bill({N, D}), saving: 1 - lifeCost(N, D, T, r) / base, forgone: 0},
      total_budget: {
        ...bought, ...bill(bought), forgone: 1 - flop(bought.N, bought.D) / (1 + of.overhead) / C,
        saving: 1 - C / lifeCost(bought.N / of.k_N, bought.D / of.k_D, T, r),
      },
      training_cap: {...capped, ...bill(capped), saving: 1 - lifeCost(N, capped.D, T, r) / base, forgone: 1 - 1 / (1 + cap.overhead)},
    };
  };
  const lifeCost = (N, D, T, r) => flop(N, D) + 2 * r * N * T;
  const evaluate = root.evaluate = ({law, C, T, r, bytes, memory}) => {
    const own = laws[law] ?? law;
    const every = [...Object.values(credible), own].map(one => three(C, T, r, one));
    const now = three(C, T, r, own), {N_opt, D_opt, k_N} = now, largest = memory ? memory / bytes : Infinity;
    for (const name of ["same_loss", "total_budget", "training_cap"]) {
      const of = what => every.map(one => one[name][what]);
      now[name].ranges = Object.fromEntries(["N", "D", "training", "saving"].map(what => [what, [Math.min(...of(what)), Math.max(...of(what))]]));
    }
    const D = price(largest / N_opt, own)[0] * D_opt;
    return {...now, k_min: smallest(own), largest, fits: {D, saving: 1 - lifeCost(largest, D, T, r) / lifeCost(N_opt, D_opt, T, r)}};
  };

  const wrong = root.querySelector("[data-wrong]"), status = root.querySelector("[data-status]");
  const asked = {C: ["the budget", 1e12, 1e32, "1e23"], T: ["the tokens to serve", 0, 1e22, "5T"], memory: ["the memory", 1e-3, 1e9, "24"], r: ["the price", 1e-3, 1e3, "1 or 2.5"]};
  const number = root.number = text => {
    const found = written.exec(text.trim());
    return found ? Number(`${found[1].replaceAll(/[_,]/g, "")}e${found[2] ?? 0}`) * (units[(found[3] ?? "").toUpperCase()] ?? 1) : NaN;
  };
  const read = () => {
    const values = {law: fields.law.value, bytes: 2}, wrongs = [];
    for (const [name, [what, low, high, such]] of Object.entries(asked)) {
      const typed = fields[name].value.trim(), empty = name === "memory" && !typed;
      values[name] = empty ? 0 : number(typed.replace(name === "memory" ? /\s*GB$/i : /$^/, ""));
      const bad = !empty && !(low <= values[name] && values[name] <= high);
      fields[name].setAttribute("aria-invalid", bad);
      fields[name].setAttribute("aria-describedby", wrong.id);
      if (bad) wrongs.push(`${what} must be a number such as ${such}, got ${typed || "nothing"}`);
    }
    wrong.textContent = wrongs.join("; ");
    values.memory *= 1e9;
    return wrongs.length ? null : values;
  };
  const short = x => x >= 1e16 ? digits(x, 2) : count(+x.toPrecision(2));
  const exact = x => digits(x, 2);
  const whole = fraction => (100 * fraction).toFixed(0) + "\u00a0%";
  const small = (range, show) => show(range[0]) === show(range[1]) ? "" : `<small>${show(range[0]).replace(/\u00a0%$/, "")}–${show(range[1])}</small>`;
  const row = (name, {N, D, training, saving, forgone, ranges}) =>
    `<tr><th scope="row">${name}</th><td>${count(N)}${small(ranges.N, short)}</td><td>${count(D)}${small(ranges.D, short)}</td><td class="spare">${exact(training)}${small(ranges.training, exact)}</td>`
    + `<td>${whole(saving)}${small(ranges.saving, whole)}</td><td>${forgone > 0 ? "−" + whole(forgone) : "all of it"}</td></tr>`;
  const typed = (name, value) => /^\w\S*$/.test(fields[name].value.trim()) ? fields[name].value.trim() : plain(value);
  const draw = setting => {
    const now = evaluate(setting), {same_loss: same} = now, {C, T, memory, r} = setting;
    const hours = (same.training / (@peak * @utilisation * 3600)), own = laws[setting.law];
    root.querySelector("[data-said]").innerHTML = `Train <b>${count(same.N)} parameters on ${count(same.D)} tokens</b>: ${whole(now.k_N)} of the compute-optimal size, ${whole(same.saving)} cheaper to train and serve.`;
    root.querySelector("tbody").innerHTML = row("Same loss", now.same_loss) + row("One purse", now.total_budget) + row("Training only", now.training_cap);
    root.querySelector("[data-note]").textContent = `Training the first row takes ${count(hours)} hours of an H100, about ${count(@hourly * hours)} dollars.` + (memory ? " " + fitted(now) : "");
    const every = Object.entries(credible).map(([name, law]) => [three(C, T, r, law).same_loss.N, name]).sort(([a], [b]) => a - b);
    root.querySelector("[data-thin]").innerHTML = "The size of the first row, by each law: " + every.map(([N, name]) => `${count(N)} ${escaped(name)}`).join(", ") + ".";
    root.querySelector("[data-command]").textContent = `python -m analysis --compute ${typed("C", C)} --serve ${typed("T", T)}` + (r === 1 ? "" : ` --price ${plain(r)}`) + (memory ? ` --memory "${plain(memory / 1e9)} GB"` : "") + ` --law ${setting.law === "all" ? "pooled" : setting.law}`;
  };
  const fitted = ({largest, same_loss: {N}, k_min, N_opt, fits}) => {
    const held = `${count(largest)} parameters fit at two bytes each`;
    return largest >= N ? `${held}: no limit here.` : largest <= k_min * N_opt ? `${held}: too few for this loss on any data.`
      : `${held}: then take these, on ${count(fits.D)} tokens; they save ${whole(fits.saving)}.`;
  };
  // As the command calls them; the curve further down has names of its own.
  const keys = {C: "compute", T: "serve", memory: "memory", r: "price", law: "by"};
  const link = () => {
    const url = new URL(location.href);
    for (const [name, key] of Object.entries(keys)) fields[name].value.trim() ? url.searchParams.set(key, fields[name].value.trim()) : url.searchParams.delete(key);
    return url;
  };
  const inLab = document.getElementById("jupyter-config-data"), given = new URLSearchParams(inLab ? "" : location.search);
  for (const [name, key] of Object.entries(keys)) if (given.has(key) && (name !== "law" || Object.hasOwn(laws, given.get(key)))) fields[name].value = given.get(key);
  const button = root.querySelector("[data-do=link]");
  button.hidden = inLab;
  let timer;
  const moved = quiet => {
    const setting = read();
    status.textContent = "";
    if (setting) draw(setting);
    clearTimeout(timer);
    if (!quiet) timer = setTimeout(() => {
      live.textContent = wrong.textContent || root.querySelector("[data-said]").textContent;
      if (!inLab) try { history.replaceState(history.state, "", link()); } catch {}
    }, 400);
  };
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", () => moved());
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(link().href); status.textContent = "Link copied"; } catch { status.textContent = "Not copied: take it from the address bar"; }
  });
  moved(true);
}
