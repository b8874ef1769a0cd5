for (const root of document.querySelectorAll(".explorer[data-fresh]")) {
  root.removeAttribute("data-fresh");
  const laws = @laws, bands = @bands, suffixes = @suffixes, units = @units, written = new RegExp(@pattern, "i");

  // Printed from SymPy.
  const h = x => Math.abs(x) < @series_below ? @h_series : @h;
  const logDataFactor = (k_N, {alpha, beta}) => @log_k_D;
  const overheadAt = (k_N, log_k_D, {alpha, beta}) => @overhead;
  const excessAt = (k_N, {alpha, beta}) => @excess;
  const smallest = ({alpha, beta}) => @k_min;
  const leastData = ({alpha, beta}) => @least;
  const optimalSize = (C, {A, B, alpha, beta}) => @N_opt;
  const optimalData = (C, {A, B, alpha, beta}) => @D_opt;
  const flop = (N, D) => @budget;
  const rate = (N, D, {A, B, alpha, beta}) => @rate;
  const sizeAtRate = (m, {alpha, beta}) => @k_N_of_m;
  const dataAtRate = (m, {alpha, beta}) => @k_D_of_m;
  const tokensServed = (D, excess) => @served;

  // At and below the wall, and where rounding crosses it, everything is infinite.
  const price = (k_N, law) => {
    const log_k_D = k_N > smallest(law) ? logDataFactor(k_N, law) : NaN;
    return log_k_D < Infinity
      ? [Math.exp(log_k_D), overheadAt(k_N, log_k_D, law), excessAt(k_N, law)]
      : [Infinity, Infinity, Infinity];
  };
  const lawOf = ({law, ...free}) => Object.hasOwn(laws, law) ? laws[law] : free;
  const evaluate = root.evaluate = ({k_N, C, N, D, ...rest}) => {
    const law = lawOf(rest);
    if (N && D) {
      const m = rate(N, D, law);
      k_N = sizeAtRate(m, law);
      C = flop(N / k_N, D / dataAtRate(m, law));
    }
    const [k_D, overhead, excess] = price(k_N, law);
    const N_opt = optimalSize(C, law), D_opt = optimalData(C, law);
    const size = k_N * N_opt, data = k_D * D_opt;
    return {
      k_N, C, k_D, overhead, m: 1 + excess, N: size, D: data, N_opt, D_opt, spent: flop(size, data),
      served: tokensServed(data, excess), k_min: smallest(law), least: leastData(law),
    };
  };

  const plain = x => (x >= 1e6 ? x.toExponential() : String(x)).replace("e+", "e");
  const digits = (x, n = 3) => plain(+x.toPrecision(n));
  const count = x => {
    const [letter, size] = Object.entries(suffixes).findLast(([, size]) => +x.toPrecision(3) >= size) ?? ["", 1];
    return x >= 1e16 ? digits(x) : digits(x / size) + letter;
  };
  const factor = x => x < 1000 ? digits(x) : count(x);
  const percent = fraction => {
    const x = 100 * fraction;
    return (x < .01 ? digits(x, 2) : x < 10 ? x.toFixed(2) : x < 100 ? x.toFixed(1) : x < 1e4 ? x.toFixed(0) : count(x)) + " %";
  };

  const form = root.querySelector("form"), box = root.querySelector("[data-picture]"), status = root.querySelector("[role=status]");
  const said = root.querySelector("[data-said]"), live = root.querySelector("output"), fields = form.elements;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({viewBox: "0 0 560 330", role: "img", fill: "currentColor", "font-size": 13, "font-family": "system-ui, sans-serif"})) svg.setAttribute(name, value);
  box.replaceChildren(svg);
  for (const part of root.querySelectorAll("form, table, dl, [data-note], [data-buttons]")) part.hidden = false;
  const inLab = document.getElementById("jupyter-config-data");
  root.querySelector("[data-do=link]").hidden = inLab;
  let id = 0;
  while (document.getElementById(`explorer-${id}-N`)) id++;

  // What may be typed, and what is wrong with it.
  const limits = {k_N: [.001, 1000], C: [1e6, 1e40], N: [1, 1e20], D: [1, 1e25], alpha: [.01, 3], beta: [.01, 3], A: [1e-9, 1e20], B: [1e-9, 1e20]};
  const isCount = name => "CND".includes(name);
  const number = (name, text) => {
    if (!isCount(name)) return text.trim() ? +text : NaN;
    const found = written.exec(text.trim());
    return found ? Number(`${found[1].replaceAll(/[_,]/g, "")}e${found[2] ?? 0}`) * (units[(found[3] ?? "").toUpperCase()] ?? 1) : NaN;
  };
  const wrong = (name, text) => {
    const value = number(name, text), [low, high] = limits[name];
    return Number.isNaN(value) ? `${name}: not a number such as ${name === "C" ? "4e22" : isCount(name) ? "7B or 1.4T" : "0.5"}`
      : low <= value && value <= high ? "" : `${name} must lie between ${digits(low)} and ${digits(high)}`;
  };
  const complain = (name, words, hint) => {
    root.querySelector(`[data-wrong=${name}]`).textContent = words || hint || "";
    fields[name].setAttribute("aria-invalid", !!words);
  };
  for (const note of root.querySelectorAll("[data-wrong]")) {
    note.id = `explorer-${id}-${note.dataset.wrong}`;
    fields[note.dataset.wrong].setAttribute("aria-describedby", note.id);
  }

  // The setting: a law, and either k_N and C or the N and D that were typed.
  const state = {law: Object.keys(laws)[0], k_N: .5, C: 1e23, model: null, free: {}};
  const chosen = () => lawOf({law: state.law, ...state.free});
  const place = () => {
    if (state.model) ({k_N: state.k_N, C: state.C} = evaluate({law: state.law, ...state.free, ...state.model}));
  };
  const release = () => {
    state.model = null;
    for (const name of ["N", "D"]) fields[name].value = "", complain(name);
  };
  const readModel = () => {
    const texts = ["N", "D"].map(name => fields[name].value), wrongs = ["N", "D"].map((name, i) => texts[i].trim() && wrong(name, texts[i]));
    wrongs.forEach((words, i) => complain("ND"[i], words, texts[1 - i].trim() && !texts[i].trim() && !wrongs[1 - i] && ["and its parameters?", "and its training tokens?"][i]));
    state.model = texts.every(text => text.trim()) && !wrongs.some(Boolean) ? {N: number("N", texts[0]), D: number("D", texts[1])} : null;
  };
  const keys = ["law", "k_N", "C", "N", "D", "alpha", "beta", "A", "B"];
  const link = () => {
    const url = new URL(location.href);
    for (const key of keys) url.searchParams.delete(key);
    const {law, k_N, C, model, free} = state;
    for (const [key, value] of Object.entries({law, ...(law === "free" ? free : {}), ...(model ? {N: fields.N.value.trim(), D: fields.D.value.trim()} : {k_N, C})}))
      if (key !== "name") url.searchParams.set(key, value.toFixed ? plain(value) : value);
    return url;
  };
  const recall = () => {
    const given = new URLSearchParams(inLab ? "" : location.search);
    const valid = key => given.has(key) && !wrong(key, given.get(key));
    const value = key => number(key, given.get(key));
    if ([...fields.law.options].some(option => option.value === given.get("law"))) state.law = given.get("law");
    state.free = {...Object.values(laws)[0]};
    for (const key of ["alpha", "beta", "A", "B"]) if (valid(key)) state.free[key] = value(key);
    if (valid("A") || valid("B")) delete state.free.name;
    for (const key of ["k_N", "C"]) if (valid(key)) state[key] = value(key);
    if (valid("N") && valid("D")) {
      for (const name of ["N", "D"]) fields[name].value = given.get(name);
      readModel();
      place();
    }
  };

  const [left, right, top, bottom, most] = [92, 552, 12, 250, 400];
  const line = (x1, y1, x2, y2, style) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${style}/>`;
  const text = (x, y, anchor, words, more = "") => `<text x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${words}</text>`;
  const grid = 'stroke="#808890" stroke-opacity=".3"', wallStyle = 'stroke="#d5662a" stroke-width="1.5" stroke-dasharray="5 4"';
  const picture = (now, law) => {
    let end = 1.5;
    while (now.k_N > end) end *= 2;
    const px = k => left + (right - left) * k / end, py = percent => bottom - (bottom - top) * Math.min(percent, most) / most;
    const at = (k, overhead) => px(k).toFixed(1) + " " + py(100 * overhead).toFixed(1);
    let drawn = line(left, bottom, right, bottom, 'stroke="currentColor"');
    for (let i = 0; i <= 6; i++) {
      const k = end * i / 6, anchor = i < 6 ? "middle" : "end", spare = i % 2 ? 'class="spare"' : "";
      drawn += line(px(k), top, px(k), bottom, grid) + text(px(k), bottom + 20, anchor, k, spare)
        + text(px(k), bottom + 42, anchor, i ? count(k * now.N_opt) : 0, spare);
    }
    for (const y of [0, 100, 200, 300, 400])
      drawn += line(left, py(y), right, py(y), grid) + text(left - 7, py(y) + 5, "end", y + " %");
    drawn += text(left - 14, bottom + 24, "end", 'k<tspan dy="3" font-size="70%">N</tspan>') + text(left - 14, bottom + 43, "end", "N")
      + text((left + right) / 2, bottom + 68, "middle", "size, as a fraction and in parameters")
      + text(0, 0, "middle", "compute overhead", `transform="translate(16 ${(top + bottom) / 2}) rotate(-90)"`);
    const band = bands[state.law], edge = side => band.k_N.map((k, i) => [k, band[side][i] ?? Infinity]);
    if (band)
      drawn += `<path fill-opacity=".28" d="M${[...edge("low"), ...edge("high").reverse()].filter(([k]) => k <= end).map(([k, overhead]) => at(k, overhead)).join("L")}z"/>`;
    let path = "", wall = now.k_min;
    for (let k = wall * 1.0005; k <= end; k += k < .3 ? .001 : end / 200) {
      const overhead = price(k, law)[1];
      if (100 * overhead <= most) path += (path ? "L" : "M") + at(k, overhead);
    }
    drawn += line(px(wall), top, px(wall), bottom, wallStyle) + text(0, 0, "end", "smallest size", `transform="translate(${px(wall) - 5} ${top + 4}) rotate(-90)"`)
      + text(right - 4, top + 18, "end", `larger: never less than ${percent(now.least)} of the data →`, 'class="spare"')
      + `<path d="${path}" fill="none" stroke="#3d7fc4" stroke-width="2.5"/>`;
    const x = px(now.k_N), y = py(100 * now.overhead), side = x > 400 ? -1 : 1;
    const mark = !(now.overhead < Infinity) ? `<path d="M${x - 6} ${bottom - 6}l12 12m0 -12l-12 12" stroke="#9b6bc0" stroke-width="3"/>` + text(Math.max(x, px(wall)) + 10, bottom - 10, "start", "no answer", 'class="spare"')
      : (100 * now.overhead <= most ? `<circle cx="${x}" cy="${y}" r="6.5" fill="#9b6bc0"/>` : `<path d="M${x} ${top - 8}l8 14h-16z" fill="#9b6bc0"/>`)
        + text(x + 12 * side, Math.max(y - 12, top + 42), side > 0 ? "start" : "end", "+" + percent(now.overhead), 'font-weight="600"');
    svg.innerHTML = drawn + mark;
  };

  const draw = typing => {
    const law = chosen(), now = evaluate({law: state.law, ...state.free, k_N: state.k_N, C: state.C}), possible = now.overhead < Infinity;
    const values = {law: state.law, size: state.k_N, k_N: digits(state.k_N, 4), budget: Math.log10(state.C), C: digits(state.C), alpha: digits(law.alpha, 6), beta: digits(law.beta, 6)};
    for (const [name, value] of Object.entries(values)) if (fields[name] !== typing) {
      fields[name].value = value;
      if (name in limits) complain(name);
    }
    root.querySelector("[data-free]").hidden = state.law !== "free";
    fields.size.setAttribute("aria-valuetext", percent(state.k_N));
    fields.budget.setAttribute("aria-valuetext", digits(state.C) + " FLOP");
    const only = {
      N: count(now.N), D: count(now.D), spent: digits(now.spent), k_D: factor(now.k_D), overhead: "+" + percent(now.overhead),
      m: `${factor(now.m)} % more data for 1 % less size`,
      served: now.served < 0 ? "never: it is larger than optimal" : `${count(now.served)} tokens`,
    };
    const shown = {
      ...only, N_opt: count(now.N_opt), D_opt: count(now.D_opt), C: digits(state.C), k_N: digits(state.k_N, 4),
      k_min: `${percent(now.k_min)} of the parameters`, least: `${percent(now.least)} of the tokens`,
    };
    for (const [name, value] of Object.entries(shown)) root.querySelector(`[data-show=${name}]`).textContent = possible || name === "N" || !(name in only) ? value : "none";
    said.textContent = now.k_N === 1 ? "This is the compute-optimal run: any other size pays more for the same loss." : possible
      ? `At ${percent(state.k_N)} of the compute-optimal size, the same loss takes ${factor(now.k_D)} times the tokens and ${percent(now.overhead)} more compute.`
      : `No answer: ${percent(state.k_N)} of the compute-optimal size is too small. No amount of data makes up for what the size leaves; the smallest size is ${percent(now.k_min)}.`;
    root.querySelector("[data-note]").textContent = `α = ${digits(law.alpha, 6)}, β = ${digits(law.beta, 6)}. ` + (bands[state.law] ? bands[state.law].note
      : state.law === "free" ? `No band: these exponents are yours. A = ${digits(law.A)} and B = ${digits(law.B)}${law.name ? " are those of " + law.name : ""}; they move N and D, not the curve.`
      : "No band: printed constants alone do not say how sure the curve is.");
    picture(now, law);
    svg.setAttribute("aria-label", `Compute overhead in percent against the size as a fraction of the compute-optimal size: flat at one, a wall on the left at ${percent(now.k_min)}. ` + said.textContent);
    return now;
  };

  // What is heard and what stands in the address follow when the hand rests.
  let timer;
  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      live.textContent = said.textContent;
      // An address that may not be written, as of a file, is left alone.
      if (!inLab) try { history.replaceState(history.state, "", link()); } catch {}
    }, 400);
  };
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", ({target}) => {
    const {name, value} = target;
    status.textContent = "";
    if (name === "law") {
      if (value === "free" && state.law !== "free") state.free = {...chosen()};
      state.law = value;
      place();
    } else if (name === "N" || name === "D") {
      readModel();
      place();
    } else if (name === "size" || name === "budget") {
      release();
      state[name === "size" ? "k_N" : "C"] = name === "size" ? +value : 10 ** value;
    } else {
      const words = wrong(name, value);
      complain(name, words);
      if (words) return;
      if (name in state.free) state.free[name] = +value;
      else release(), state[name] = number(name, value);
      place();
    }
    draw(target);
    settle();
  });

  const save = (blob, kind) => {
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(blob);
    anchor.download = "overhead." + kind;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 1e4);
    status.textContent = `Saved overhead.${kind}`;
  };
  const setting = () => `${chosen().name && state.law !== "free" ? chosen().name : "free exponents"}: alpha = ${chosen().alpha}, beta = ${chosen().beta}; k_N = ${digits(state.k_N, 4)}, C = ${digits(state.C)} FLOP`;
  const standalone = () => {
    const copy = svg.cloneNode(true);
    for (const [name, value] of Object.entries({xmlns: "http://www.w3.org/2000/svg", viewBox: "0 0 560 352", width: 1120, height: 704, color: "#222"})) copy.setAttribute(name, value);
    copy.innerHTML = '<rect width="560" height="352" fill="#fff"/>' + copy.innerHTML + text(552, 344, "end", setting(), 'font-size="11"');
    return new XMLSerializer().serializeToString(copy);
  };
  const actions = {
    clear() { release(); draw(); settle(); fields.N.focus(); },
    async link() {
      const address = link().href;
      try { await navigator.clipboard.writeText(address); } catch {
        const area = document.createElement("textarea");
        area.value = address;
        root.append(area);
        area.select();
        const copied = document.execCommand("copy");
        area.remove();
        if (!copied) { status.textContent = "Not copied: take it from the address bar"; return; }
      }
      status.textContent = "Link copied";
    },
    csv() {
      const law = chosen(), now = draw(), rows = [["series", "k_N", "k_D", "overhead", "marginal_rate"], ["setting", now.k_N, now.k_D, now.overhead, now.m]];
      for (let i = 1; i <= 300; i++) {
        const k_N = i / 200, [k_D, overhead, excess] = price(k_N, law);
        if (overhead < Infinity) rows.push(["curve", k_N, k_D, overhead, 1 + excess]);
      }
      const band = bands[state.law];
      if (band) for (const end of ["low", "high"]) band.k_N.forEach((k_N, i) => rows.push(["band " + end, k_N, "", band[end][i], ""]));
      save(new Blob(["# " + setting() + "\n" + rows.map(row => row.join(",")).join("\n") + "\n"], {type: "text/csv"}), "csv");
    },
    svg() { save(new Blob([standalone()], {type: "image/svg+xml"}), "svg"); },
    png() {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [1120, 704];
        canvas.getContext("2d").drawImage(image, 0, 0, 1120, 704);
        canvas.toBlob(blob => save(blob, "png"));
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standalone());
    },
  };
  root.addEventListener("click", ({target}) => actions[target.dataset?.do]?.());
  recall();
  draw();
}
