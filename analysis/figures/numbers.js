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
  const line = (x1, y1, x2, y2, style) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${style}/>`;
  const text = (x, y, anchor, words, more = "") => `<text x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${words}</text>`;
  const dress = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
