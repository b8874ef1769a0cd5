for (const root of document.querySelectorAll(".explorer[data-fresh]")) {
  root.removeAttribute("data-fresh");
  const laws = @laws;
  const bands = @bands;
  const suffixes = @suffixes, units = @units, written = new RegExp(@pattern, "i"), experts = new RegExp(@experts, "i");

@law
  const lawOf = ({law, ...free}) => Object.hasOwn(laws, law) ? laws[law] : free;
  const evaluate = root.evaluate = ({k_N, C, N, D, ...rest}) => {
    const law = lawOf(rest);
    if (N && D) {
      const m = rate(N, D, law);
      k_N = sizeAtRate(m, law);
      C = flop(N / k_N, D / dataAtRate(m, law));
    }
    const [k_D, overhead] = price(k_N, law), excess = k_D < Infinity ? excessAt(k_N, law) : k_D;
    const N_opt = optimalSize(C, law), D_opt = optimalData(C, law);
    const size = k_N * N_opt, data = k_D * D_opt;
    return {
      k_N, C, k_D, overhead, m: 1 + excess, N: size, D: data, N_opt, D_opt, spent: flop(size, data),
      served: tokensServed(data, excess), k_min: smallest(law), least: leastData(law),
    };
  };

@numbers
  const form = root.querySelector("form"), box = root.querySelector("[data-picture]"), status = root.querySelector("[role=status]");
  const said = root.querySelector("[data-said]"), live = root.querySelector("output"), fields = form.elements;
  const svg = dress(document.createElementNS("http://www.w3.org/2000/svg", "svg"), {viewBox: "0 0 560 330", role: "img", fill: "currentColor", "font-size": 13, "font-family": "system-ui, sans-serif"});
  const handle = dress(document.createElement("span"), {role: "slider", tabindex: 0});
  box.replaceChildren(svg, handle);
  for (const part of root.querySelectorAll("[hidden]")) part.hidden = false;
  const inLab = document.getElementById("jupyter-config-data");
  root.querySelector("[data-do=link]").hidden = inLab;
  let id = 0;
  while (document.getElementById(`explorer-${id}-N`)) id++;

  // What may be typed, and what is wrong with it.
  const limits = {k_N: [.001, 1000], C: [1e6, 1e40], N: [1, 1e20], D: [1, 1e25], alpha: [.01, 3], beta: [.01, 3], A: [1e-9, 1e20], B: [1e-9, 1e20]};
  const isCount = name => "CND".includes(name);
  // Of a mixture of experts the active parameters count.
  const number = root.number = (name, text) => {
    if (!isCount(name)) return text.trim() ? +text : NaN;
    const found = written.exec(text.trim().replace(name === "N" ? experts : /$^/, "$2"));
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
  const state = {law: Object.keys(laws)[0], k_N: .5, C: 1e23, model: null, free: {}, axis: ""};
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
  // A guess of the overhead, in percent, of the size at which it was made; it hides the price at first.
  let guess = null;
  const link = () => {
    const url = new URL(location.href);
    for (const key of ["law", "axis", ...Object.keys(limits)]) url.searchParams.delete(key);
    const {law, k_N, C, model, free, axis} = state;
    for (const [key, value] of Object.entries({law, ...(law === "free" ? free : {}), ...(model ? {N: fields.N.value.trim(), D: fields.D.value.trim()} : {k_N, C}), axis}))
      if (key !== "name" && value) url.searchParams.set(key, value.toFixed ? plain(value) : value);
    return url;
  };
  const recall = () => {
    const given = new URLSearchParams(inLab ? "" : location.search);
    const valid = key => given.has(key) && !wrong(key, given.get(key));
    const value = key => number(key, given.get(key));
    if ([...fields.law.options].some(option => option.value === given.get("law"))) state.law = given.get("law");
    if (given.get("axis") === "root") state.axis = "root";
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
  const grid = 'stroke="#808890" stroke-opacity=".3"', wallStyle = 'stroke="#d5662a" stroke-width="1.5" stroke-dasharray="5 4"';
  // The axis stands still under a hand that drags.
  let end = 1.5, held = false;
  const picture = (now, law, possible) => {
    if (!held) end = 1.5;
    while (now.k_N > end) end *= 2;
    const px = k => left + (right - left) * k / end, power = state.axis ? .5 : 1;
    const py = percent => bottom - (bottom - top) * Math.min(Math.max(percent / most, 0), 1) ** power;
    const at = (k, overhead) => px(k).toFixed(1) + " " + py(100 * overhead).toFixed(1);
    let drawn = line(left, bottom, right, bottom, 'stroke="currentColor"');
    for (let i = 0; i <= 6; i++) {
      const k = end * i / 6, anchor = i < 6 ? "middle" : "end", spare = i % 2 ? 'class="spare"' : "";
      drawn += line(px(k), top, px(k), bottom, grid) + text(px(k), bottom + 20, anchor, k, spare)
        + text(px(k), bottom + 42, anchor, i ? count(k * now.N_opt) : 0, spare);
    }
    for (const y of state.axis ? [0, 1, 4, 9, 25, 50, 100, 200, 400] : [0, 100, 200, 300, 400])
      drawn += line(left, py(y), right, py(y), grid) + text(left - 7, py(y) + 5, "end", y + " %", y === 1 || y === 9 ? 'class="spare"' : "");
    drawn += text(left - 14, bottom + 24, "end", 'k<tspan dy="3" font-size="70%">N</tspan>') + text(left - 14, bottom + 43, "end", "N")
      + text((left + right) / 2, bottom + 68, "middle", "size, as a fraction and in parameters")
      + text(0, 0, "middle", state.axis ? "overhead, root axis" : "compute overhead", `transform="translate(16 ${(top + bottom) / 2}) rotate(-90)"`);
    const hides = guess?.hides, band = !hides && bands[state.law], edge = side => [...band.k_N.map((k, i) => [k, band[side][i] ?? Infinity]), [1, 0]].sort(([k], [l]) => k - l);
    if (band)
      drawn += `<path fill-opacity=".28" d="M${[...edge("low"), ...edge("high").reverse()].filter(([k]) => k <= end).map(([k, overhead]) => at(k, overhead)).join("L")}z"/>`;
    let path = "", wall = now.k_min;
    if (!hides) for (let k = wall * 1.0005; k <= end; k += k < .5 ? .001 : end / 200) {
      const overhead = price(k, law)[1];
      if (100 * overhead <= most) path += (path ? "L" : "M") + at(k, overhead);
    }
    drawn += line(px(wall), top, px(wall), bottom, wallStyle) + text(0, 0, "end", "smallest size", `transform="translate(${px(wall) - 5} ${top + 4}) rotate(-90)"`)
      + (guess ? "" : text(right - 4, top + 18, "end", `larger: never less than ${percent(now.least)} of the data →`, 'class="spare"'))
      + (path && `<path d="${path}" fill="none" stroke="#3d7fc4" stroke-width="2.5"/>`);
    const x = px(now.k_N), y = py(hides ? guess.at : possible ? 100 * now.overhead : 0), side = x > 400 ? -1 : 1;
    if (guess) {
      const at = py(guess.at), aside = !hides && x > 270 && Math.abs(at - y) < 40, purple = 'stroke="#9b6bc0" stroke-width="2"';
      drawn += line(left, at, right, at, purple + ' stroke-dasharray="2 4"') + `<circle cx="${x}" cy="${at}" r="5.5" fill="none" ${purple}/>`
        + text(aside ? left + 8 : right - 4, at < top + 24 ? at + 20 : at - 6, aside ? "start" : "end", `your guess: ${guess.at} %`);
    }
    const mark = hides ? line(x, top, x, bottom, 'stroke="#9b6bc0" stroke-dasharray="2 4"') : !possible ? `<path d="M${x - 6} ${bottom - 6}l12 12m0 -12l-12 12" stroke="#9b6bc0" stroke-width="3"/>` + text(Math.max(x, px(wall)) + 10, bottom - 10, "start", "no answer", 'class="spare"')
      : (100 * now.overhead <= most ? `<circle cx="${x}" cy="${y}" r="6.5" fill="#9b6bc0"/>` : `<path d="M${x} ${top - 8}l8 14h-16z" fill="#9b6bc0"/>`)
        + text(x + 12 * side, Math.max(y - 12, top + 42), side > 0 ? "start" : "end", "+" + percent(now.overhead), 'font-weight="600"');
    svg.innerHTML = drawn + mark;
    Object.assign(handle.style, {left: x / 5.6 + "%", top: y / 3.3 + "%"});
  };

  const span = () => guess?.hides ? [0, most, guess.at] : [Math.min(.02, state.k_N), end, state.k_N];
  const draw = typing => {
    if (guess && !guess.hides && guess.k_N !== state.k_N) guess = null;
    const hides = guess?.hides;
    fields.own.disabled = root.querySelector("[data-do=csv]").disabled = hides;
    root.querySelector("[data-do=guess]").textContent = hides ? "Reveal" : "Guess first";
    const law = chosen(), now = evaluate({law: state.law, ...state.free, k_N: state.k_N, C: state.C}), possible = now.overhead < Infinity;
    const values = {law: state.law, size: state.k_N, k_N: digits(state.k_N, 4), budget: Math.log10(state.C), C: digits(state.C), alpha: digits(law.alpha, 6), beta: digits(law.beta, 6)};
    for (const [name, value] of Object.entries(values)) if (fields[name] !== typing) {
      fields[name].value = value;
      if (name in limits) complain(name);
    }
    fields.axis.checked = state.axis;
    root.querySelector("[data-near]").style.visibility = state.axis ? "" : "hidden";
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
    for (const [name, value] of Object.entries(shown)) root.querySelector(`[data-show=${name}]`).textContent = name === "N" || !(name in only) ? value : hides ? "?" : possible ? value : "none";
    const words = now.k_N === 1 ? "This is the compute-optimal run: any other size pays more for the same loss." : possible
      ? `At ${percent(state.k_N)} of the compute-optimal size, the same loss takes ${factor(now.k_D)} times the tokens and ${percent(now.overhead)} more compute.`
      : `No answer: ${percent(state.k_N)} of the compute-optimal size is too small. No amount of data makes up for what the size leaves; the smallest size is ${percent(now.k_min)}.`;
    const off = guess?.at - 100 * now.overhead;
    said.textContent = (!guess ? words
      : hides ? `Your guess: at ${percent(state.k_N)} of the compute-optimal size, the same loss takes ${guess.at} % more compute. Move it in the plot or with the arrow keys, then reveal.`
      : `You guessed ${guess.at} % more compute. ` + (possible ? `At ${percent(state.k_N)} of the compute-optimal size it is ${percent(now.overhead)}: your guess is ${Math.abs(off) < .5 ? "right to half a point" : `${digits(Math.abs(off))} points too ${off < 0 ? "low" : "high"}`}.`
        : `There is no answer: ${percent(state.k_N)} of the compute-optimal size is below the smallest, ${percent(now.k_min)}.`)).replaceAll(" %", "\u00a0%");
    root.querySelector("[data-note]").textContent = `α = ${digits(law.alpha, 6)}, β = ${digits(law.beta, 6)}. ` + (bands[state.law] ? bands[state.law].note
      : state.law === "free" ? `No band: these exponents are yours. A = ${digits(law.A)} and B = ${digits(law.B)}${law.name ? " are those of " + law.name : ""}; they move N and D, not the curve.`
      : "No band: printed constants alone do not say how sure the curve is.");
    picture(now, law, possible);
    const [low, high, at] = span(), size = percent(state.k_N) + " of the optimal size";
    dress(handle, {
      "aria-label": hides ? "your guess of the overhead" : "size, the point on the curve", "aria-orientation": hides ? "vertical" : "horizontal", "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": at,
      "aria-valuetext": hides ? `${at} % more compute at ${size}` : `${size}, ${possible ? percent(now.overhead) + " more compute" : "no answer"}`,
    });
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
    } else if (name === "axis") {
      state.axis = target.checked ? "root" : "";
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

  // The point is taken along the curve: by a press, by dragging, by keys.
  const to = value => {
    const [low, high] = span();
    value = +Math.min(Math.max(value, low), high).toFixed(3);
    status.textContent = "";
    if (guess?.hides) guess.at = value;
    else release(), state.k_N = value;
    draw();
    settle();
  };
  const follow = ({clientX, clientY}) => {
    const {x, y, width} = svg.getBoundingClientRect(), place = at => at / width * 560;
    to(guess?.hides ? Math.round(most * Math.max((bottom - place(clientY - y)) / (bottom - top), 0) ** (state.axis ? 2 : 1))
      : Math.round((place(clientX - x) - left) / (right - left) * 300) * end / 300);
  };
  // A finger that swipes up or down scrolls the page: it has pressed only once it is lifted.
  box.addEventListener("pointerdown", event => {
    if (!event.isPrimary || event.button) return;
    box.setPointerCapture(event.pointerId);
    held = event.pointerType !== "touch" || guess?.hides && event.target === handle || event;
    if (held === true) follow(event);
  });
  box.addEventListener("pointermove", event => {
    if (!held || Math.abs(event.clientX - held.clientX) <= Math.abs(event.clientY - held.clientY)) return;
    held = true;
    follow(event);
  });
  box.addEventListener("pointerup", event => { if (held) follow(event); });
  box.addEventListener("lostpointercapture", () => { held = false; draw(); });
  box.addEventListener("click", () => handle.focus({preventScroll: true}));
  handle.addEventListener("keydown", event => {
    const step = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -1e9, End: 1e9}[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    to(span()[2] + (guess?.hides ? step : step / 100));
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
    const copy = dress(svg.cloneNode(true), {xmlns: "http://www.w3.org/2000/svg", viewBox: "0 0 560 352", width: 1120, height: 704, color: "#222"});
    copy.innerHTML = '<rect width="560" height="352" fill="#fff"/>' + copy.innerHTML + text(552, 344, "end", setting(), 'font-size="11"');
    return new XMLSerializer().serializeToString(copy);
  };
  const actions = {
    guess() {
      if (guess?.hides) guess = {at: guess.at, k_N: state.k_N};
      else release(), guess = {at: 100, hides: true}, live.textContent = "";
      draw();
      settle();
      if (guess.hides) handle.focus({preventScroll: true});
    },
    clear() { release(); draw(); settle(); fields.N.focus(); },
    async link() {
      try { await navigator.clipboard.writeText(link().href); status.textContent = "Link copied"; } catch { status.textContent = "Not copied: take it from the address bar"; }
    },
    csv() {
      const law = chosen(), now = draw(), rows = [["series", "k_N", "k_D", "overhead", "marginal_rate"], ["setting", now.k_N, now.k_D, now.overhead, now.m]];
      for (let i = 1; i <= 300; i++) {
        const k_N = i / 200, [k_D, overhead] = price(k_N, law);
        if (overhead < Infinity) rows.push(["curve", k_N, k_D, overhead, 1 + excessAt(k_N, law)]);
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
        canvas.getContext("2d").drawImage(image, 0, 0);
        canvas.toBlob(blob => save(blob, "png"));
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standalone());
    },
  };
  root.addEventListener("click", ({target}) => actions[target.dataset?.do]?.());
  recall();
  draw();
}
