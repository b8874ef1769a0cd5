for (const root of document.querySelectorAll("[data-bill]")) {
  delete root.dataset.bill;
@shared
  const laws = @laws;

  // Printed from SymPy, for a compute-optimal run of one token of unit price.
  const trained = (k_N, k_D) => @training;
  const used = (k_N, T, r) => @serving;

@life
  const life = (k_N, k_D, T, r) => {
    const training = trained(k_N, k_D), serving = used(k_N, T, r);
    return {k_N, k_D, training, serving, cost: (training + serving) / (trained(1, 1) + used(1, T, r))};
  };
  const ofSize = (k_N, T, r, law) => life(k_N, price(k_N, law)[0], T, r);
  const cheapest = (T, r, law) => {
    const m = cheapestRate(T, r, law);
    return life(sizeAtRate(m, law), dataAtRate(m, law), T, r);
  };
  const evaluate = root.evaluate = ({law, k_N, served, r, truth}) => {
    const own = laws[law] ?? law, planned = cheapest(served, r, own), best = cheapest(truth, r, own);
    const kept = life(planned.k_N, planned.k_D, truth, r);
    return {
      optimal: life(1, 1, served, r), chosen: ofSize(k_N, served, r, own), cheapest: planned,
      kept, best, paid: kept.cost / best.cost, k_min: smallest(own),
    };
  };

  const svg = drawing(560, 372);
  const power = name => +(10 ** fields[name].value).toPrecision(3);
  const left = 6, hundred = 290, most = 1.6;
  const more = ratio => ratio < 1 ? `${percent(1 - ratio)} less` : `${percent(ratio - 1)} more`;
  const row = (y, name, {training, serving, cost}) => {
    const whole = training + serving, end = hundred * Math.min(cost, most), cut = cost < Infinity ? end * training / whole : 0;
    return text(left, y, "start", name) + `<rect x="${left}" y="${y + 6}" width="${cut}" height="18" fill="#3d7fc4"/>`
      + (cost < Infinity ? `<rect x="${left + cut}" y="${y + 6}" width="${end - cut}" height="18" fill="#d5662a"/>` : "")
      + (cost > most && cost < Infinity ? `<path d="M${left + end + 4} ${y + 7}l9 8l-9 8z"/>` : "")
      + text(left + end + (cost > most ? 18 : 6), y + 20, "start", cost < Infinity ? percent(cost) : "no answer", 'font-weight="600"');
  };
  const draw = () => {
    const setting = {law: fields.law.value, k_N: +fields.k_N.value, served: power("served"), r: power("r"), truth: power("truth")};
    const now = evaluate(setting), {k_N, served, r, truth} = setting;
    shows("k_N", percent(k_N));
    for (const name of ["served", "r", "truth"]) shows(name, factor(setting[name]));
    const size = percent(now.cheapest.k_N);
    svg.innerHTML = `<rect x="${left}" y="6" width="12" height="12" fill="#3d7fc4"/>` + text(left + 18, 17, "start", "training")
      + `<rect x="${left + 120}" y="6" width="12" height="12" fill="#d5662a"/>` + text(left + 138, 17, "start", "serving")
      + line(left + hundred, 28, left + hundred, 340, 'stroke="#808890" stroke-opacity=".6"')
      + row(46, "compute-optimal model", now.optimal) + row(100, `your size, ${percent(k_N)}`, now.chosen) + row(154, `cheapest size, ${size}`, now.cheapest)
      + text(left, 220, "start", `If in truth it serves ${factor(truth)}:`, 'font-weight="600"')
      + row(252, `planned for ${factor(served)}: size ${size}`, now.kept)
      + row(306, `planned for ${factor(truth)}: size ${percent(now.best.k_N)}`, now.best)
      + text(554, 362, "end", "per cent of the compute-optimal model's bill", 'class="spare"');
    const regret = Math.max(now.paid - 1, 0);
    said.textContent = (now.chosen.cost < Infinity
      ? `At ${percent(k_N)} of the compute-optimal size, training costs ${more(now.chosen.training)} and serving ${more(k_N)}: the whole bill is ${more(now.chosen.cost)}. `
      : `No answer: ${percent(k_N)} of the compute-optimal size cannot reach the loss on any data. `)
      + `The cheapest size, ${size}, pays ${more(now.cheapest.cost)}. `
      + `Who plans for ${factor(served)} and serves ${factor(truth)} pays ${percent(regret)} more than with the right plan.`;
    svg.setAttribute("aria-label", "Two stacked bars, training and serving, as shares of what the compute-optimal model pays. " + said.textContent);
  };
  const moved = started(draw);
  root.querySelector("[data-do=cheapest]").addEventListener("click", () => {
    fields.k_N.value = evaluate({law: fields.law.value, k_N: 1, served: power("served"), r: power("r"), truth: 1}).cheapest.k_N;
    moved();
  });
}
