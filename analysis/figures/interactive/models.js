for (const root of document.querySelectorAll("[data-models]")) {
  delete root.dataset.models;
@shared
  const laws = @laws;
  const largest = @largest;
  const groups = @groups;
  const models = @models;

  const evaluate = root.evaluate = ({law, N, D}) => {
    const own = laws[law] ?? law, m = rate(N, D, own), k_N = sizeAtRate(m, own), k_D = dataAtRate(m, own);
    return {k_N, k_D, overhead: overheadAt(k_N, Math.log(k_D), own), m, N_opt: N / k_N, D_opt: D / k_D};
  };

  const span = (name, more) => [Math.log10(Math.min(...models.map(one => one[name]))) - more, Math.log10(Math.max(...models.map(one => one[name]))) + more];
  const [N_0, N_1] = span("N", .2), [D_0, D_1] = span("D", .3);
@axes
  // Runs of one overhead are the optimal ones, moved: found by halving, on the side of small models.
  const isoOverhead = (overhead, law) => {
    let [low, up] = [0, 9];
    const scales = rate => [sizeAtRate(rate, law), dataAtRate(rate, law)];
    for (let i = 0; i < 50; i++) {
      const middle = (low + up) / 2, [k_N, k_D] = scales(Math.exp(middle));
      if (k_N * k_D < 1 + overhead) low = middle; else up = middle;
    }
    const [k_N, k_D] = scales(Math.exp(low)), at = C => [px(k_N * optimalSize(C, law)), py(k_D * optimalData(C, law))];
    const [x1, y1] = at(1e15), [x2, y2] = at(1e30), y = y1 + (y2 - y1) * (left + 52 - x1) / (x2 - x1);
    return [line(x1, y1, x2, y2, overhead ? 'stroke="#808890" stroke-dasharray="5 4"' : 'stroke="#808890" stroke-width="2"'), text(left + 4, y - 6, "start", overhead ? `+${100 * overhead} %` : "optimal", 'class="spare"')];
  };

  const svg = dress(drawing(560, 490), {role: "group", "aria-label": "Training tokens against parameters, both logarithmic, a mark for each model. Arrow keys go from model to model."});
  const shapes = {o: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", s: "M-5-5h10v10h-10z", "^": "M0-6l6 11h-12z", D: "M0-7l6 7l-6 7l-6-7z"};
  svg.innerHTML = "<g></g><g></g><g></g>";
  const [under, layer, over] = svg.children, body = root.querySelector("tbody");
  for (const one of models) {
    const [, colour, shape] = groups[one.group];
    one.mark = dress(document.createElementNS(svg.namespaceURI, "path"), {d: shapes[shape], transform: `translate(${px(one.N)} ${py(one.D)})`, fill: colour, "fill-opacity": one.distilled ? 0 : 1, stroke: colour, "stroke-width": 1.5, role: "img"});
    layer.append(one.mark);
  }

  const key = i => 16 + (i ? 60 : 0) + 480 / groups.length * i;
  let order = models, sort = "year", up = 1, chosen = models[0];
  const tell = () => {
    over.innerHTML = "";
    for (const one of models) one.mark.tabIndex = one === chosen ? 0 : -1;
    order.forEach((one, i) => { body.rows[i].className = one === chosen ? "chosen" : ""; });
    if (chosen) {
      const x = px(chosen.N), y = py(chosen.D), side = x > 360 ? -14 : 14;
      over.innerHTML = `<circle cx="${x}" cy="${y}" r="10" fill="none" stroke="currentColor" stroke-width="2"/>` + text(x + side, y < 60 ? y + 24 : y - 10, side < 0 ? "end" : "start", escaped(chosen.name), 'font-weight="600"');
    }
    said.textContent = (chosen?.told ?? "No model is called so.") + ` ${order.length} of ${models.length} models are shown.`;
  };
  const list = () => {
    const law = laws[fields.law.value], wanted = fields.search.value.trim().toLowerCase();
    for (const one of models) Object.assign(one, evaluate({law, ...one}));
    order = models.filter(({name, maker, year}) => name.toLowerCase().includes(wanted) && [maker, ""].includes(fields.maker.value) && [String(year), ""].includes(fields.year.value));
    order.sort((one, other) => up * (sort === "name" ? one.name.localeCompare(other.name) : one[sort] - other[sort]));
    if (!order.includes(chosen)) chosen = order[0];
    for (const one of models) {
      one.mark.style.display = order.includes(one) ? "" : "none";
      one.told = `${one.name}, ${one.year}: ${count(one.N)} parameters, ${count(one.D)} tokens. By this law it has ${percent(one.k_N)} of the compute-optimal size of its loss, at an overhead of ${percent(one.overhead)}.`
        + (one.distilled ? " It is distilled, and the law does not speak of it." : "") + ` Source: ${one.source}.`;
      one.mark.setAttribute("aria-label", one.told);
    }
    body.innerHTML = order.map(one => `<tr data-i="${models.indexOf(one)}"><td>${[escaped(one.name), one.year, count(one.N), count(one.D), factor(one.k_N), percent(one.overhead)].join("</td><td>")}</td></tr>`).join("");
    const [lines, words] = [0, .5, 2, 8].map(overhead => isoOverhead(overhead, law)).reduce(([lines, words], [one, word]) => [lines + one, words + word], grid);
    const {N, D, multiplier} = largest, edge = [[10 ** N_0, multiplier * 10 ** N_0], [D / multiplier, D], [N, D], [N, 10 ** D_0]];
    under.innerHTML = within(lines + `<path d="M${edge.map(([N, D]) => `${px(N)} ${py(D)}`).join("L")}" fill="none" stroke="#cc4b84" stroke-width="1.5"/>`) + words + text(px(N) - 6, bottom - 8, "end", "the refit's runs end here", 'class="spare"')
      + groups.map(([name, colour, shape], i) => `<path d="${shapes[shape]}" transform="translate(${key(i)} 474)" fill="${colour}"/>` + text(key(i) + 12, 479, "start", name)).join("");
  };
  let stale = true;
  const moved = started(() => {
    if (stale) list();
    stale = true;
    tell();
  });
  const choose = (one, focused) => {
    chosen = one ?? chosen;
    stale = false;
    moved(null, true);
    if (focused) chosen.mark.focus({preventScroll: true});
  };
  const marked = event => models.find(one => one.mark === event.target);
  for (const type of ["pointerover", "click", "focusin"]) layer.addEventListener(type, event => { if (marked(event) !== chosen) choose(marked(event)); });
  layer.addEventListener("keydown", event => {
    const at = order.indexOf(chosen), to = {ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: order.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(order[to], true);
  });
  body.addEventListener("click", event => choose(models[event.target.closest("tr").dataset.i]));
  root.addEventListener("click", ({target}) => {
    const name = target.closest("[data-sort]")?.dataset.sort;
    if (!name) return;
    up = name === sort ? -up : 1;
    sort = name;
    for (const head of root.querySelectorAll("th")) head.removeAttribute("aria-sort");
    target.closest("th").setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
    moved(null, true);
  });
}
