  const suffixes = @suffixes;
@law@numbers
  const [box, form, said, live] = ["[data-picture]", "form", "[data-said]", "output"].map(part => root.querySelector(part)), fields = form.elements;
  const shows = (name, words) => {
    root.querySelector(`[data-show=${name}]`).textContent = words;
    fields[name].setAttribute("aria-valuetext", words);
  };
  const escaped = words => words.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt()};`);
  // One more drawing of the figure, in place of the picture that stood still.
  box?.replaceChildren();
  const drawing = (width, height) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    box.append(dress(svg, {viewBox: `0 0 ${width} ${height}`, role: "img", fill: "currentColor", "font-size": 13, "font-family": "system-ui, sans-serif"}));
    return svg;
  };
  // Shows what works where a script runs, and draws. What is returned draws anew; what the figure
  // then says is heard when the hand rests, if it is not to be quiet.
  const started = draw => {
    let timer;
    const show = event => {
      draw(event?.target);
      said.textContent = said.textContent.replaceAll(" %", "\u00a0%");
    };
    const moved = (event, quiet) => {
      show(event);
      clearTimeout(timer);
      if (!quiet) timer = setTimeout(() => { live.textContent = said.textContent; }, 400);
    };
    for (const part of root.querySelectorAll("[hidden]")) part.hidden = false;
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("input", moved);
    show();
    return moved;
  };
