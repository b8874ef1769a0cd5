  // Printed from SymPy, for a compute-optimal run of one token.
  const logUse = (T, r) => @log_use;
  const logUseAt = (w, {alpha, beta}) => @log_use_at;
  const slopeAt = (w, {alpha, beta}) => @slope_at;

  // Newton's method for w = ln(m - 1): from the right it never overshoots.
  const cheapestRate = (T, r, law) => {
    const goal = logUse(T, r);
    let w = goal, next = goal;
    do [w, next] = [next, next - (logUseAt(next, law) - goal) / slopeAt(next, law)]; while (next < w);
    return 1 + Math.exp(w);
  };
