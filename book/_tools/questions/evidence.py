"""Questions on the chapters after the derivation: every exam has three of them, eight points each.

Those on what was measured use the recorded results, so that no exam needs the data.
"""

import math
from collections.abc import Callable

import numpy as np

from analysis.laws import ParametricLaw
from analysis.overtraining import DownstreamLaw, OvertrainingLaw
from analysis.studies.atlas import recorded_atlas
from analysis.tradeoff import compute_overhead, data_scaling_factor, minimum_model_scale
from questions.kinds import Draw, Question, Step, fraction, percent, tex

POST = 0.336, 0.283
"""The exponents of the post, by which its printed numbers are judged."""
NORMAL = 1.96
TRILLION = 1e12


def printed_number(draw: Draw) -> Question:
    """Chapter 5: whether rounded inputs can explain a printed overhead."""
    k_N = draw.among((0.35, 0.40, 0.45, 0.50, 0.60))
    k_D = round(data_scaling_factor(k_N, *POST), 1)
    follows = k_N * k_D - 1
    low, high = ((k_N + s * 0.005) * (k_D + s * 0.05) - 1 for s in (-1, 1))
    holds = draw.among((True, False))
    claimed = round(100 * (follows + 0.5 * (high - follows) if holds else high + 0.05)) / 100
    return Question(
        "printed-number",
        "5",
        "A printed number",
        f"A post prints for one of its models $k_N = {k_N:.2f}$, $k_D = {k_D:.1f}$ and a compute "
        f"overhead of ${percent(claimed)}$. Which overhead follows from the printed scales? "
        "Between which overheads do all scales lie that round to the printed ones? Can rounding "
        "explain the printed overhead?",
        (
            Step(2, f"$k_N k_D - 1 = {percent(follows, 1)}$."),
            Step(
                4,
                f"The product is least at ${k_N - 0.005:.3f} \\times {k_D - 0.05:.2f}$ and largest "
                f"at ${k_N + 0.005:.3f} \\times {k_D + 0.05:.2f}$: overheads from "
                f"${percent(low, 1)}$ to ${percent(high, 1)}$.",
            ),
            Step(
                2,
                "Yes: it lies within that range, so it follows from scales that round as printed."
                if holds
                else "No: it lies beyond that range. It is a slip, or it has another source.",
            ),
        ),
        {"k_N": k_N, "k_D": k_D, "claimed": claimed},
        {"follows": follows, "low": low, "high": high, "holds": float(holds)},
    )


def family(draw: Draw) -> Question:
    """Chapter 6: two sizes of a family on the same tokens."""
    n, root = draw.among(((2, 2), (2, 3), (3, 2))), draw.among((0.8, 1.0, 1.2, 1.5))
    power, step = n
    ratio, D = step**power, draw.among((2e12, 4e12, 10e12))
    m = root * step
    served = 3 * (m - 1) * D
    return Question(
        "family",
        "6",
        "A family of models",
        f"Two models of one family were trained on the same ${tex(D)}$ tokens. The larger has "
        rf"${ratio}$ times the parameters of the smaller and a marginal rate of ${tex(root)}$; "
        rf"$\alpha = {fraction(1, power)}$. What is the marginal rate of the smaller one? For how "
        "many served tokens would it be the right size, at the same price of a FLOP? Which of the "
        "two is nearer to compute-optimal?",
        (
            Step(
                3,
                r"$m$ is the pull of size over the pull of data. On the same tokens only the size "
                rf"term changes, by ${ratio}^{{{fraction(1, power)}}} = {step}$: "
                rf"$m = {tex(m)}$.",
            ),
            Step(
                3,
                f"$m = 1 + T/(3D)$ gives $T = 3(m - 1)D = {tex(served / TRILLION)}$ trillion.",
            ),
            Step(
                2,
                "The larger one: compute-optimal is $m = 1$, and its rate is "
                + ("just that." if root == 1 else "nearer to one, as a factor."),
            ),
        ),
        {"alpha": 1 / power, "ratio": ratio, "D": D, "m_large": root},
        {"m": m, "served": served},
    )


def freed_power(draw: Draw) -> Question:
    """Chapter 8 and 12: what an interval says, and which other form breaks it."""
    fits = recorded_atlas()["arms"]["hoffmann"]["fits"]["N"]["sum"]
    profile = recorded_atlas()["profiles"]["hoffmann"]
    kappa, half = np.array(profile["kappa"]), np.array(profile["half"])
    beyond = [k for k in range(len(kappa)) if 0.55 < kappa[k] < 0.8 and half[k] > fits["high"]]
    place = draw.among(beyond)
    objective = float(profile["objective"][place])
    at_one = float(profile["objective"][int(np.argmin(np.abs(np.log(kappa))))])
    better = objective < at_one
    change = abs(objective / at_one - 1)
    return Question(
        "freed-power",
        "8 and 12",
        "How sure",
        "A law without an outer power, fitted to published runs and resampled, says that half the "
        f"size costs ${percent(fits['half'])}$ more compute, with an interval of 95 % from "
        f"${percent(fits['low'])}$ to ${percent(fits['high'])}$. With an outer power of "
        f"${kappa[place]:.2f}$ the objective of the fit is ${percent(change, 1)}$ "
        f"{'lower' if better else 'higher'}, and half the size costs ${percent(half[place])}$. "
        "What does the interval say? What has the second fit shown about it? Name one more way in "
        "which the truth can lie outside that the interval does not count.",
        (
            Step(
                3,
                "If the runs were drawn again and the law had the right form, intervals made in "
                "this way would hold the truth in about 95 % of the cases.",
            ),
            Step(
                3,
                "The form decided the answer: with one number more the fit is "
                + ("better" if better else "hardly worse")
                + f", and its price, ${percent(half[place])}$, lies beyond the upper end. A narrow "
                "interval is no evidence for the form.",
            ),
            Step(
                2,
                "One of: the runs share a recipe, a data set and a tokeniser; their losses were "
                "read off a figure or share an error; another count of parameters; the law is used "
                "far beyond the runs.",
            ),
        ),
        {"kappa": float(kappa[place]), "low": fits["low"], "high": fits["high"]},
        {"half": float(half[place]), "better": float(better), "change": change},
    )


def over_training(draw: Draw) -> Question:
    """Chapter 9: the law in compute and tokens a parameter."""
    n, ratio = draw.among((2, 3, 4)), draw.among((2, 3, 4))
    eta = 1 / (2 * n)
    law = OvertrainingLaw(E=1.8, a=100.0, b=100.0 * ratio, eta=eta)
    same = law.parametric()
    wall = minimum_model_scale(same.alpha, same.beta)
    return Question(
        "over-training",
        "9",
        "Over-training",
        r"A law in compute and tokens a parameter, $L = E + (a M^{\eta} + b M^{-\eta}) C^{-\eta}$, "
        rf"has $\eta = {fraction(1, 2 * n)}$ and $b/a = {ratio}$. Which $M$ is compute-optimal? "
        "Which exponents does the law have in size and in data? Where is its wall, $k_{min}$? Does "
        "the optimal $M$ depend on the budget?",
        (
            Step(
                3,
                r"$a M^{\eta} = b M^{-\eta}$, so $M^* = (b/a)^{1/(2\eta)} = "
                rf"{ratio}^{{{n}}} = {tex(law.optimal_multiplier)}$.",
            ),
            Step(
                2,
                r"With $C = 6ND$ and $M = D/N$ both are $2\eta = "
                rf"{fraction(1, n)}$.",
            ),
            Step(2, rf"$k_{{min}} = 2^{{-1/(2\eta)}} = {fraction(1, 2**n)}$."),
            Step(1, "No: it holds no $C$. That is what equal exponents do."),
        ),
        {"eta": eta, "ratio": ratio},
        {
            "multiplier": law.optimal_multiplier,
            "alpha": same.alpha,
            "k_min": wall,
        },
    )


def loss_and_tasks(draw: Draw) -> Question:
    """Chapter 10: an error from a loss, a loss from an error, and where it ends."""
    epsilon, k, gamma = draw.among((0.85, 0.88)), draw.among((2.0, 2.2)), draw.among((0.7, 0.75))
    E, loss = 1.8, draw.among((2.8, 3.0, 3.2))
    law = DownstreamLaw(epsilon=epsilon, k=k, gamma=gamma)
    error, least = float(law.error(loss)), float(law.error(E))
    asked = math.floor(50 * (least + error)) / 100
    needed = math.log(k / (epsilon - asked)) / gamma
    return Question(
        "loss-and-tasks",
        "10",
        "From loss to tasks",
        r"The average error on a set of tasks follows $\epsilon - k e^{-\gamma L}$ with "
        rf"$\epsilon = {epsilon}$, $k = {k}$ and $\gamma = {gamma}$; the irreducible loss is "
        f"$E = {E}$. What is the error at a loss of ${loss}$? Which loss has an error of "
        f"${asked:.2f}$? What is the least error that any budget reaches, and does the law say the "
        "same of each single task?",
        (
            Step(2, rf"$\epsilon - k e^{{-\gamma \cdot {loss}}} = {error:.3f}$."),
            Step(3, rf"$L = \ln(k/(\epsilon - {asked:.2f}))/\gamma = {needed:.2f}$."),
            Step(
                3,
                f"At $E$ it is ${least:.3f}$: no loss is lower. Of a single task it says nothing; "
                "the law is one of the average, and single tasks follow the loss less closely.",
            ),
        ),
        {"epsilon": epsilon, "k": k, "gamma": gamma, "E": E, "loss": loss, "asked": asked},
        {"error": error, "needed": needed, "least": least},
    )


def valley(draw: Draw) -> Question:
    """Chapter 12, the atlas: an exchange read off curves, without a fit."""
    bend, slope = draw.among((0.045, 0.05, 0.055, 0.06)), draw.among((-0.05, -0.06, -0.07, -0.08))
    total = -bend / slope
    alpha = total / 2
    half, wall = compute_overhead(0.5, alpha, alpha), minimum_model_scale(alpha, alpha)
    return Question(
        "valley",
        "12",
        "Read off a valley",
        "On one budget the logarithm of the loss, over the logarithm of the size, has a second "
        f"derivative of ${bend}$ at the bottom of its valley. Along the bottoms of several budgets "
        f"it falls by ${-slope}$ for each unit of the logarithm of compute. What is the sum of "
        "the two exponents? If they are equal, what does half the size cost, and where is the "
        "wall? Why does this way not depend on the form of the law?",
        (
            Step(
                2,
                rf"The bend over the fall: $\alpha + \beta = {bend}/{-slope} = {tex(total)}$.",
            ),
            Step(
                3,
                rf"Each is ${tex(alpha)}$. Half the size takes "
                rf"$\tfrac{{1}}{{2}}(2 - 2^{{\alpha}})^{{-1/\alpha}} - 1 = {percent(half)}$ "
                "more compute.",
            ),
            Step(1, rf"$k_{{min}} = 2^{{-1/\alpha}} = {percent(wall)}$ of the optimal size."),
            Step(
                2,
                "The quotient is the curvature of the iso-loss curve at the optimum; any "
                "increasing function of the loss changes bend and fall by the same factor.",
            ),
        ),
        {"bend": bend, "slope": slope},
        {"total": total, "half": half, "k_min": wall},
    )


def two_laboratories(draw: Draw) -> Question:
    """Chapter 12, the atlas: whether two studies measured one number."""
    first, errors = draw.among((0.25, 0.30, 0.35)), draw.among(((0.03, 0.04), (0.04, 0.03)))
    apart = draw.among((0.04, 0.06, 0.16, 0.2))
    second = first + apart
    spread = math.hypot(*errors)
    weights = [error**-2 for error in errors]
    mean = (weights[0] * first + weights[1] * second) / sum(weights)
    error = sum(weights) ** -0.5
    agree = apart < NORMAL * spread
    return Question(
        "two-laboratories",
        "12",
        "Two laboratories",
        f"Two laboratories measured what half the size costs: ${percent(first)}$ with a standard "
        f"error of ${percent(errors[0])}$, and ${percent(second)}$ with one of "
        f"${percent(errors[1])}$. Is the difference more than chance would make? What are their "
        "precision-weighted mean and its standard error? May a third laboratory expect its own "
        "price within twice that error of the mean?",
        (
            Step(
                3,
                f"The difference, ${percent(apart)}$, has a standard error of "
                rf"$\sqrt{{{100 * errors[0]:.0f}^2 + {100 * errors[1]:.0f}^2}}\,\% = "
                rf"{percent(spread)}$: "
                + (
                    "less than twice it. Chance would do."
                    if agree
                    else "more than three times it. Chance would not do."
                ),
            ),
            Step(
                3,
                "With weights of one over the squared errors the mean is "
                f"${percent(mean, 1)}$, its error ${percent(error, 1)}$.",
            ),
            Step(
                2,
                "Not from this: the error of the mean is no spread between laboratories, and two "
                "that agree tell little about a third."
                if agree
                else "No: they differ by more than their errors. The spread between laboratories "
                "belongs into what a third expects.",
            ),
        ),
        {"first": first, "second": second, "error_1": errors[0], "error_2": errors[1]},
        {"mean": mean, "error": error, "spread": spread, "agree": float(agree)},
    )


def do_losses_add(draw: Draw) -> Question:
    """Chapter 13: four runs that can reject a sum."""
    law = ParametricLaw(E=1.8, A=8.0, B=12.0, alpha=0.3, beta=0.35)
    N, D, noise = 50.0, 100.0, 0.01
    product = draw.among((0.0, 0.01, -0.08, 0.1))
    runs = [[round(law.loss(n * N, d * D), 2) for d in (1, 2)] for n in (1, 2)]
    runs[1][1] = round(runs[1][1] + product, 2)
    (a, b), (c, d) = runs
    by_small, by_large = a - b, c - d
    gap, error = by_small - by_large, 2 * noise
    add = abs(gap) < NORMAL * error
    return Question(
        "do-losses-add",
        "13",
        "Do the losses add?",
        f"A model has a loss of ${a:.2f}$; on twice the data ${b:.2f}$; with twice the size "
        f"${c:.2f}$; with twice of both ${d:.2f}$. Each loss has a standard error of ${noise}$. By "
        "a law that is a sum of a size term and a data term, how do the two gains from twice the "
        "data compare? What do these four runs say, and how sure is it? A fit of the sum to many "
        "such runs converges: does that settle it?",
        (
            Step(
                3,
                "They are equal: the data term holds no size. Here they are "
                f"${by_small:.2f}$ and ${by_large:.2f}$.",
            ),
            Step(
                3,
                f"The difference, ${abs(gap):.2f}$, is of four losses, so its standard error is "
                rf"$\sqrt{{4}} \times {noise} = {error}$. "
                + ("The sum is not rejected." if add else "The sum is rejected."),
            ),
            Step(
                2,
                "No. Converging means that the best constants were found; whether the form is "
                "right is seen in what is left over.",
            ),
        ),
        {"a": a, "b": b, "c": c, "d": d, "noise": noise},
        {"gap": gap, "error": error, "add": float(add)},
    )


def break_it(draw: Draw) -> Question:
    """Chapters 3 and 15: a cost with a second term."""
    of_size = draw.among((True, False))
    own, other = ("N", "D") if of_size else ("D", "N")
    what = "parameter" if of_size else "token"
    return Question(
        "break-it-size" if of_size else "break-it-data",
        "3 and 15",
        "Break it",
        f"Training costs $C = 6ND + c{own}$, where the second term pays for something that is done "
        f"once for each {what}. Does $k_D$ still not depend on the budget? Argue in words; no "
        "computation is needed.",
        (
            Step(
                3,
                f"The cost is no longer a product of powers. For each {what} it is $6{other} + c$.",
            ),
            Step(
                3,
                f"For small budgets, where ${other}$ is small, the extra term is large against "
                f"$6{other}$; for large ones it vanishes.",
            ),
            Step(
                2,
                r"The optimum is no longer where the terms stand as $\beta$ to $\alpha$, and how "
                "far it is off depends on the budget. So does $k_D$, which tends to the theorem's "
                "value as budgets grow.",
            ),
        ),
        {"of_size": float(of_size)},
    )


POOL: tuple[Callable[[Draw], Question], ...] = (
    printed_number,
    family,
    freed_power,
    over_training,
    loss_and_tasks,
    valley,
    two_laboratories,
    do_losses_add,
    break_it,
)
