  // The plane of size and data between powers of ten.
  const [left, right, top, bottom] = [84, 552, 16, 410];
  const wide = (right - left) / (N_1 - N_0), high = (bottom - top) / (D_1 - D_0);
  const px = N => left + wide * (Math.log10(N) - N_0), py = D => bottom - high * (Math.log10(D) - D_0);
  const grid = ["", text((left + right) / 2, bottom + 46, "middle", "parameters N") + text(0, 0, "middle", "training tokens D", `transform="translate(16 ${(top + bottom) / 2}) rotate(-90)"`)];
  const faint = 'stroke="#808890" stroke-opacity=".25"';
  for (let power = 1; power < 20; power++) {
    const at = 10 ** power;
    if (N_0 <= power && power <= N_1) grid[0] += line(px(at), top, px(at), bottom, faint), grid[1] += text(px(at), bottom + 20, "middle", count(at));
    if (D_0 <= power && power <= D_1) grid[0] += line(left, py(at), right, py(at), faint), grid[1] += text(left - 6, py(at) + 5, "end", count(at));
  }
  const within = inside => `<svg x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" viewBox="${left} ${top} ${right - left} ${bottom - top}">${inside}</svg>`;
