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
      ? [Math.exp(log_k_D), overheadAt(k_N, log_k_D, law)]
      : [Infinity, Infinity];
  };
