"""Questions on the derivation, chapters 1 to 4 and 7: every exam has all of them."""

from collections.abc import Callable
from fractions import Fraction

from analysis.laws import ParametricLaw
from analysis.tradeoff import compute_overhead, data_scaling_factor, minimum_model_scale
from questions.kinds import Draw, Question, Step, fraction, percent, tex

TRILLION = 1e12


def pulls(draw: Draw) -> Question:
    """Chapter 1: which of two changes lowers the loss more."""
    alpha, beta = draw.among(((0.3, 0.4), (0.4, 0.3), (0.5, 0.3), (0.35, 0.3)))
    given = draw.sample((0.04, 0.09, 0.2), 2)
    size_term, data_term = given if draw.among((True, False)) else given[::-1]
    by_size, by_data = alpha * size_term, beta * data_term
    larger, verdict, rate = (
        ("size", "small", "m > 1") if by_size > by_data else ("data", "large", "m < 1")
    )
    return Question(
        "pulls",
        "1",
        "The law",
        f"A run has a size term of ${tex(size_term)}$ and a data term of ${tex(data_term)}$ nats "
        rf"per token; $\alpha = {tex(alpha)}$ and $\beta = {tex(beta)}$. Its size is raised by one "
        "per cent, or its data are. Which lowers the loss more? Would you call the model too small "
        "or too large for its compute?",
        (
            Step(
                3,
                f"The pulls are exponent times term: ${tex(by_size)}$ for size and "
                f"${tex(by_data)}$ for data.",
            ),
            Step(1, f"So one per cent more {larger} lowers the loss more."),
            Step(2, f"At this compute the model is too {verdict}: ${rate}$."),
        ),
        {"alpha": alpha, "beta": beta, "size_term": size_term, "data_term": data_term},
        {"by_size": by_size, "by_data": by_data},
    )


def budget(draw: Draw) -> Question:
    """Chapter 2: from machines and days to a budget, and from a budget to tokens."""
    machines, days = draw.among((64, 100, 256, 500, 1000)), draw.among((5, 10, 20, 30))
    rate, N = draw.among((2e14, 3e14, 4e14)), draw.among((1e9, 3e9, 1e10, 3e10))
    seconds = days * 24 * 60 * 60
    flop = machines * seconds * rate
    tokens = flop / (6 * N)
    return Question(
        "budget",
        "2",
        "A budget",
        f"A cluster of ${machines}$ accelerators runs for ${days}$ days. Each reaches "
        f"${tex(rate)}$ FLOP per second in training. What is the budget? On how many tokens can a "
        f"model of ${tex(N)}$ parameters be trained?",
        (
            Step(
                3,
                f"{days} days have ${tex(seconds)}$ seconds. The budget is ${machines} \\times "
                f"{tex(seconds)} \\times {tex(rate)} = {tex(flop)}$ FLOP (none of these points if "
                "FLOP per second are called a budget).",
            ),
            Step(3, f"Divided by $6N$, that is ${tex(tokens / TRILLION)}$ trillion tokens."),
        ),
        {"machines": machines, "days": days, "rate": rate, "N": N},
        {"flop": flop, "tokens": tokens},
    )


NAMED = Step(
    2, "Named as assumptions: the loss is a sum of two powers, and the cost is the product $6ND$."
)


def theorem(draw: Draw) -> Question:
    """Chapter 3: a proof, of one of three faces of the theorem."""
    return draw.among((tokens_theorem, wall_theorem, share_theorem))()


def tokens_theorem() -> Question:
    """That k_D does not depend on the budget."""
    return Question(
        "theorem-tokens",
        "3",
        "The theorem",
        "Prove that the tokens which a model of $k_N$ times the compute-optimal size needs for the "
        "same loss, as a multiple of the compute-optimal tokens, do not depend on $C$. You may use "
        "algebra, logarithms or a picture; say what you assume.",
        (
            Step(
                5,
                "Stationarity on the budget line makes the size term at the optimum stand to the "
                r"data term as $\beta$ to $\alpha$. *Picture:* scaling size and data by "
                r"$t^{1/\alpha}$ and $t^{1/\beta}$ divides the loss above $E$ by $t$.",
            ),
            Step(
                5,
                r"Equal loss, in these units: $\beta k_N^{-\alpha} + \alpha k_D^{-\beta} = \alpha "
                r"+ \beta$. *Picture:* on logarithmic axes that scaling is a translation.",
            ),
            Step(
                2,
                r"Nothing but $k_N$, $\alpha$ and $\beta$ is left. *Picture:* budget lines are "
                "parallel, so the tangent point moves along.",
            ),
            NAMED,
        ),
    )


def wall_theorem() -> Question:
    """That the least size is the same fraction of the optimum at every budget."""
    return Question(
        "theorem-wall",
        "3",
        "The theorem",
        "A model smaller than compute-optimal shall reach the loss of the compute-optimal one. "
        "Prove that below a certain fraction of the optimal size no amount of data is enough, that "
        "this fraction is the same at every budget $C$, and find it. Say what you assume.",
        (
            Step(
                5,
                "Stationarity on the budget line makes the size term at the optimum stand to the "
                r"data term as $\beta$ to $\alpha$, so it is the share $\beta/(\alpha + \beta)$ of "
                "the loss above $E$.",
            ),
            Step(
                4,
                "With endless data the size term of the smaller model, $k_N^{-\\alpha}$ times the "
                "optimum's, is all that is left above $E$. It may not be more than the whole.",
            ),
            Step(
                3,
                r"So $k_N^{-\alpha} = 1 + \alpha/\beta$ at the least, and "
                r"$k_{min} = (1 + \alpha/\beta)^{-1/\alpha}$: no $C$ is left.",
            ),
            NAMED,
        ),
        {"alpha": 0.34, "beta": 0.28},
        {"k_min": minimum_model_scale(0.34, 0.28)},
    )


def share_theorem() -> Question:
    """That the two terms stand alike at every optimum, and what tokens a parameter do."""
    law = ParametricLaw(1.7, 400.0, 400.0, 0.34, 0.28)
    best = law.compute_optimal(1e22)
    share = law.A * best.N**-law.alpha / law.reducible_loss(best.N, best.D)
    return Question(
        "theorem-share",
        "3",
        "The theorem",
        "Prove that the size term is the same share of the loss above $E$ at every compute-optimal "
        "run, whatever $C$, and find the share. Then say for which exponents the optimal number of "
        "tokens a parameter is the same at every budget. Say what you assume.",
        (
            Step(
                5,
                r"On the budget line one per cent of size costs one per cent of data, so at the "
                r"optimum both pulls are equal: $\alpha A N^{-\alpha} = \beta B D^{-\beta}$.",
            ),
            Step(
                4,
                r"The terms stand as $\beta$ to $\alpha$; the size term is the share "
                r"$\beta/(\alpha + \beta)$, and no $C$ is in it.",
            ),
            Step(
                3,
                r"In logarithms $\alpha \ln N = \beta \ln D$ + constant along the optimum. $D/N$ "
                r"is constant only if the two grow alike, $\alpha = \beta$.",
            ),
            NAMED,
        ),
        {"alpha": 0.34, "beta": 0.28},
        {"share": share},
    )


def by_hand(draw: Draw) -> Question:
    """Chapters 3 and 4: k_D, overhead and wall where all three are fractions."""
    n, p = draw.among((1, 2, 3)), draw.among((2, 3, 4))
    size = Fraction(p, p + 1) ** n
    exponent, k_N = 1 / n, float(size)
    k_D = data_scaling_factor(k_N, exponent, exponent)
    overhead = compute_overhead(k_N, exponent, exponent)
    wall = minimum_model_scale(exponent, exponent)
    exact = Fraction(k_D).limit_denominator(1000)
    low = Fraction(wall).limit_denominator(1000)
    shown = fraction(size.numerator, size.denominator)
    return Question(
        "by-hand",
        "4",
        "Numbers by hand",
        rf"Let $\alpha = \beta = {fraction(1, n)}$. Compute $k_D$ and the overhead at "
        rf"$k_N = {shown}$, and $k_{{min}}$.",
        (
            Step(
                4,
                rf"With equal exponents $k_D = (2 - k_N^{{-\alpha}})^{{-1/\alpha}} = "
                rf"(2 - {fraction(p + 1, p)})^{{-{n}}} = "
                rf"{fraction(exact.numerator, exact.denominator)}$.",
            ),
            Step(3, f"The overhead is $k_N k_D - 1$, ${percent(overhead)}$."),
            Step(
                3,
                rf"$k_{{min}} = 2^{{-1/\alpha}} = {fraction(low.numerator, low.denominator)}$.",
            ),
        ),
        {"exponent": exponent, "k_N": k_N},
        {"k_D": k_D, "overhead": overhead, "k_min": wall},
    )


def where_to_stop(draw: Draw) -> Question:
    """Chapters 4 and 7: whether a run was right for its use."""
    D, over = draw.among((1e12, 2e12, 4e12)), draw.among((0.25, 0.5, 1.0, 1.5))
    right, other = 3 * over * D, draw.among((0.5, 2.0))
    uses = draw.shuffled((right, other * right))
    asked = "smaller" if other > 1 else "larger"
    verdicts = ["just this" if use == right else asked for use in uses]
    bounds = [1 + use / (3 * D) for use in uses]
    return Question(
        "where-to-stop",
        "4 and 7",
        "Where to stop",
        f"A run on ${tex(D)}$ tokens has marginal rate $m = {tex(1 + over)}$. It is expected to "
        f"serve ${tex(uses[0])}$ tokens, at the same price of a FLOP. For these, should a model of "
        f"the same loss be smaller, larger, or just this? And if it serves ${tex(uses[1])}$?",
        (
            Step(2, "The cheapest model over training and use has $m = 1 + T/(3D)$."),
            *(
                Step(
                    3,
                    f"For ${tex(use)}$ tokens the right side is ${tex(bound)}$: {verdict}"
                    + (
                        "."
                        if verdict == "just this"
                        else f", since the run's $m$ is {'less' if other > 1 else 'more'} than "
                        f"that, and $m$ {'rises' if other > 1 else 'falls'} on the way to a "
                        f"{verdict} model."
                    ),
                )
                for use, bound, verdict in zip(uses, bounds, verdicts, strict=True)
            ),
        ),
        {"D": D, "m": 1 + over, "first": uses[0], "second": uses[1]},
        {
            name: ("larger", "just this", "smaller").index(verdict) - 1
            for name, verdict in zip(("first", "second"), verdicts, strict=True)
        },
    )


CORE: tuple[Callable[[Draw], Question], ...] = (pulls, budget, theorem, by_hand, where_to_stop)
