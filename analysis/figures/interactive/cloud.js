for (const root of document.querySelectorAll("[data-cloud]")) {
  delete root.dataset.cloud;
@shared
  const refit = @refit, tail = (1 - @level) / 2;
  const draws = @draws;

  // The ends of the middle of some values are two of the values.
  const middle = values => {
    const sorted = values.sort((a, b) => a - b), last = sorted.length - 1;
    return [sorted[Math.floor(last * tail)], sorted[Math.ceil(last * (1 - tail))]];
  };
  const at = (k_N, C, law) => ({overhead: price(k_N, law)[1], k_min: smallest(law), N_opt: optimalSize(C, law), D_opt: optimalData(C, law)});
  const evaluate = root.evaluate = ({n, i, k_N, C}) => {
    const drawn = draws.slice(0, n);
    return {
      ...at(k_N, C, draws[i]), refit: at(k_N, C, refit), overheads: middle(drawn.map(law => price(k_N, law)[1])),
      sizes: middle(drawn.map(law => optimalSize(C, law))), k_mins: middle(drawn.map(smallest)),
    };
  };

  const [cloud, curves, optima] = [drawing(280, 250), drawing(280, 250), drawing(560, 110)];
  const play = root.querySelector("[data-do=play]");
  const [left, right, top, bottom, most] = [62, 272, 10, 205, 1.5];
  const [grey, blue, green, purple] = ["#808890", "#3d7fc4", "#3a9a68", "#9b6bc0"];
  const faint = `stroke="${grey}" stroke-opacity=".3"`;
  const scale = (low, high, from, to) => x => from + (to - from) * (x - low) / (high - low);
  const ends = name => {
    const values = draws.map(law => law[name]);
    return [Math.min(...values) - .005, Math.max(...values) + .005];
  };
  const ticks = ([low, high]) => {
    const step = [.01, .02, .05, .1, .2, .5].find(step => high - low < 5 * step) ?? 1;
    return [0, 1, 2, 3, 4].map(k => +((Math.ceil(low / step) + k) * step).toFixed(2)).filter(tick => tick < high);
  };
  const frame = (px, py, xs, ys, unit, x_name, y_name) => xs.map(x => line(px(x), top, px(x), bottom, faint) + text(px(x), bottom + 17, "middle", x)).join("")
    + ys.map(y => line(left, py(y), right, py(y), faint) + text(left - 5, py(y) + 4, "end", unit === 1 ? y : unit * y + " %")).join("")
    + text((left + right) / 2, bottom + 38, "middle", x_name) + text(0, 0, "middle", y_name, `transform="translate(11 ${(top + bottom) / 2}) rotate(-90)"`);
  const ax = scale(...ends("alpha"), left, right), ay = scale(...ends("beta"), bottom, top), ox = scale(.15, 1.2, left, right), oy = scale(0, most, bottom, top);
  const cloudFrame = frame(ax, ay, ticks(ends("alpha")), ticks(ends("beta")), 1, "α, exponent of size", "β, exponent of data");
  const curvesFrame = frame(ox, oy, [.2, .4, .6, .8, 1], [0, .5, 1, 1.5], 100, "size, fraction of the optimum", "overhead");
  const curve = law => {
    let path = "";
    for (let k_N = .15; k_N < 1.2; k_N *= 1.05) {
      const overhead = price(k_N, law)[1];
      if (overhead <= most) path += (path ? "L" : "M") + ox(k_N).toFixed(1) + " " + oy(overhead).toFixed(1);
    }
    return path;
  };
  const dots = draws.map(law => `M${ax(law.alpha).toFixed(1)} ${ay(law.beta).toFixed(1)}h0`), paths = draws.map(curve), middlePath = curve(refit);
  const path = (d, stroke, width, more = "") => `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" ${more}/>`;

  let i = 0;
  const draw = field => {
    const n = +fields.n.value, k_N = +fields.k_N.value, C = +(10 ** fields.C.value).toPrecision(3);
    if (field === fields.n || i >= n) i = n - 1;
    const now = evaluate({n, i, k_N, C}), [low, high] = now.overheads, [small, large] = now.sizes, law = draws[i];
    shows("n", `${n} of ${draws.length}`);
    shows("k_N", percent(k_N));
    shows("C", digits(C));
    cloud.innerHTML = cloudFrame + path(dots.slice(0, n).join(""), "currentColor", 5, 'stroke-opacity=".45"') + path(`M${ax(refit.alpha)} ${ay(refit.beta)}h0`, green, 11) + path(dots[i], purple, 11);
    curves.innerHTML = curvesFrame + path(paths.slice(0, n).join(""), "currentColor", 1, 'stroke-opacity=".18"') + path(middlePath, green, 2) + path(paths[i], purple, 2.5)
      + path(`M${ox(k_N)} ${oy(Math.min(low, most))}V${oy(Math.min(high, most))}`, blue, 6);
    const nx = scale(Math.log(now.refit.N_opt / 3), Math.log(now.refit.N_opt * 3), 20, 540), x = N => nx(Math.log(N)).toFixed(1);
    const rug = N => `M${x(N)} 26v24`;
    optima.innerHTML = text(280, 16, "middle", `the optimal size for ${digits(C)} FLOP, parameters`)
      + [.5, 1, 2].map(k => line(x(k * now.refit.N_opt), 22, x(k * now.refit.N_opt), 74, faint) + text(x(k * now.refit.N_opt), 94, "middle", count(k * now.refit.N_opt))).join("")
      + path(draws.slice(0, n).map(law => rug(optimalSize(C, law))).join(""), "currentColor", 1, 'stroke-opacity=".45"') + path(rug(now.refit.N_opt), green, 3) + path(rug(now.N_opt), purple, 4)
      + path(`M${x(small)} 62H${x(large)}`, blue, 6);
    said.textContent = `Resample ${i + 1}: α = ${digits(law.alpha)}, β = ${digits(law.beta)}. `
      + (now.overhead < Infinity ? `At ${percent(k_N)} of the size it costs ${percent(now.overhead)} more compute` : `It has no run of ${percent(k_N)} of the size`)
      + `; its optimum for ${digits(C)} FLOP has ${count(now.N_opt)} parameters and ${count(now.D_opt)} tokens. `
      + (n < 2 ? "Draw more." : `Of the ${n} drawn, @share lie between ${percent(low)} and ${high < Infinity ? percent(high) : "no run at all"}, and between ${count(small)} and ${count(large)} parameters.`);
    cloud.setAttribute("aria-label", "The exponents of the resamples, a dot each. " + said.textContent);
    curves.setAttribute("aria-label", "The overhead curve of each resample, and the refit's among them.");
    optima.setAttribute("aria-label", "The optimal size of each resample on a logarithmic line.");
  };
  const moved = started(draw);
  const to = (n, quiet) => {
    fields.n.value = n;
    moved({target: fields.n}, quiet);
  };
  let playing;
  const pause = () => {
    clearInterval(playing);
    playing = undefined;
    dress(play, {"aria-pressed": false}).textContent = "Play";
  };
  const step = () => {
    const n = +fields.n.value + 1;
    if (n >= draws.length || !root.isConnected) pause();
    to(n, playing);
  };
  const actions = {
    next() { to(+fields.n.value + 1); },
    all() { to(draws.length); },
    play() {
      if (playing) return pause();
      if (+fields.n.value === draws.length) fields.n.value = 0;
      playing = setInterval(step, 120);
      dress(play, {"aria-pressed": true}).textContent = "Pause";
    },
  };
  root.addEventListener("click", ({target}) => actions[target.dataset?.do]?.());
  // The nearest of the dots drawn is the one that is shown.
  const nearest = ({clientX, clientY}) => {
    const {x, y, width, height} = cloud.getBoundingClientRect(), u = (clientX - x) / width * 280, v = (clientY - y) / height * 250;
    const away = draws.slice(0, +fields.n.value).map(law => Math.hypot(ax(law.alpha) - u, ay(law.beta) - v));
    i = away.indexOf(Math.min(...away));
    moved(null, true);
  };
  for (const type of ["pointermove", "click"]) cloud.addEventListener(type, nearest);
}
