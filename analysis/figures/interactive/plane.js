for (const root of document.querySelectorAll("[data-plane]")) {
  delete root.dataset.plane;
@shared
  const standard = @law;
  // Printed from SymPy: the law, and functions of the loss that order runs as the loss does.
  const lossOf = (N, D, {E, A, B, alpha, beta}) => @loss;
  const psis = {@psis};

  const evaluate = root.evaluate = ({C, k_N, psi, ...own}) => {
    const law = {...standard, ...own}, [k_D, overhead] = price(k_N, law);
    const N_opt = optimalSize(C, law), D_opt = optimalData(C, law), N = k_N * N_opt, D = k_D * D_opt;
    const number = (N, D) => psis[psi](lossOf(N, D, law), law);
    return {k_N, k_D, overhead, N, D, N_opt, D_opt, spent: flop(N, D), loss: number(N, D), least: number(N_opt, D_opt)};
  };

  // Along the curve ln(k_D / k_N) falls from left to right: a place on it is found by halving.
  const scales = rate => [sizeAtRate(rate, standard), dataAtRate(rate, standard)];
  const across = k_N => logDataFactor(k_N, standard) - Math.log(k_N);
  const [highest, lowest] = [6, -3.5];
  const sizeAt = place => {
    let [low, high] = [-9, 9];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2, [k_N, k_D] = scales(Math.exp(middle));
      if (Math.log(k_D / k_N) < place) low = middle; else high = middle;
    }
    return +scales(Math.exp(low))[0].toPrecision(4);
  };

  const [N_0, N_1, D_0, D_1] = [7.25, 12.5, 9, 15];
@axes  // Every iso-loss curve is this one, moved to its optimum.
  let shape = "";
  for (let log_m = -8; log_m <= 8; log_m += .2) {
    const [k_N, k_D] = scales(Math.exp(log_m));
    shape += (shape ? "L" : "M") + (wide * Math.log10(k_N)).toFixed(1) + " " + (-high * Math.log10(k_D)).toFixed(1);
  }
  const curve = (C, style) => `<path d="${shape}" transform="translate(${px(optimalSize(C, standard))} ${py(optimalData(C, standard))})" fill="none" ${style}/>`;
  const svg = drawing(560, 470);
  const handle = dress(document.createElement("span"), {role: "slider", tabindex: 0, "aria-label": "the point on the iso-loss curve", "aria-valuemin": sizeAt(highest), "aria-valuemax": sizeAt(lowest)});
  box.append(handle);

  let k_N = .5;
  const draw = () => {
    const C = +(10 ** fields.C.value).toPrecision(3), psi = fields.psi.value, now = evaluate({C, k_N, psi});
    const name = fields.psi.selectedOptions[0].textContent;
    let [inside, words] = grid;
    for (let power = 17; power <= 27; power++) {
      const N = optimalSize(10 ** power, standard), D = optimalData(10 ** power, standard), y = py(D * price(10 ** (N_1 - .4) / N, standard)[0]);
      inside += curve(10 ** power, 'stroke="#808890"');
      if (y > top + 20 && y < bottom) words += text(right - 4, y - 4, "end", digits(evaluate({C: 10 ** power, k_N: 1, psi}).least), "data-contour");
    }
    const budget = (C, style) => `<path d="M${px(10 ** N_0)} ${py(C / flop(10 ** N_0, 1))}L${px(10 ** N_1)} ${py(C / flop(10 ** N_1, 1))}" stroke="#d5662a" fill="none" ${style}/>`;
    inside += line(px(optimalSize(1e16, standard)), py(optimalData(1e16, standard)), px(optimalSize(1e28, standard)), py(optimalData(1e28, standard)), 'stroke="#3a9a68" stroke-width="1.5" stroke-dasharray="2 4"')
      + budget(C, 'stroke-width="2"') + budget(now.spent, 'stroke-width="1.5" stroke-dasharray="6 4"') + curve(C, 'stroke="#3d7fc4" stroke-width="3" data-curve');
    svg.innerHTML = within(inside) + words
      + `<circle cx="${px(now.N_opt)}" cy="${py(now.D_opt)}" r="6" fill="#3a9a68"/>`;
    Object.assign(handle.style, {left: px(now.N) / 5.6 + "%", top: py(now.D) / 4.7 + "%"});
    dress(handle, {"aria-valuenow": k_N, "aria-valuetext": `size ${percent(k_N)}, ${factor(now.k_D)} times the tokens, ${percent(now.overhead)} more compute`});
    shows("C", digits(C));
    said.textContent = `At ${percent(k_N)} of the compute-optimal size, ${count(now.N)} parameters, it takes ${factor(now.k_D)} times the tokens, ${count(now.D)}, and ${percent(now.overhead)} more compute to stand where the optimum stands: at ${digits(now.loss, 4)} (${name}).`;
    svg.setAttribute("aria-label", "Size against data, both logarithmic. Iso-loss curves, all of one shape, stand along a dotted line of optima. The blue one touches the budget line at the optimum. " + said.textContent);
  };
  const moved = started(draw);
  const to = place => {
    k_N = sizeAt(Math.min(Math.max(place, lowest), highest));
    moved();
  };
  const follow = ({clientX, clientY}) => {
    const {x, y, width, height} = svg.getBoundingClientRect(), {N_opt, D_opt} = evaluate({C: 10 ** fields.C.value, k_N, psi: "loss"});
    to((py(D_opt) - (clientY - y) / height * 470) / high * Math.LN10 - ((clientX - x) / width * 560 - px(N_opt)) / wide * Math.LN10);
  };
  handle.addEventListener("pointerdown", event => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", event => { if (handle.hasPointerCapture(event.pointerId)) follow(event); });
  box.addEventListener("click", event => { follow(event); handle.focus({preventScroll: true}); });
  handle.addEventListener("keydown", event => {
    const step = {ArrowLeft: .05, ArrowUp: .05, ArrowRight: -.05, ArrowDown: -.05, PageUp: .5, PageDown: -.5, Home: 99, End: -99}[event.key];
    if (!step) return;
    event.preventDefault();
    to(across(k_N) + step);
  });
}
