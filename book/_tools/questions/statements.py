"""True or false: each topic in a wording that is true and in one that is false.

Of the six statements of an exam two to four are true, so that no one word earns more than half.
"""

from dataclasses import dataclass

from questions.kinds import Draw, Question, Step

ASKED = 6
TRUE = (2, 3, 4)
"""How many statements are asked, and how many of them may be true."""


@dataclass(frozen=True)
class Topic:
    """A misconception: what is true, what is false, and the reason for both."""

    key: str
    chapter: str
    true: str
    false: str
    reason: str


TOPICS = (
    Topic(
        "constant",
        "1",
        "If every loss is larger by the same constant, the compute-optimal size stays as it is.",
        "If $E$ is larger, the compute-optimal model is larger.",
        "$E$ is on both sides of every comparison of two runs and cancels.",
    ),
    Topic(
        "rate",
        "2",
        "A machine's speed becomes a budget only when it is multiplied with a time.",
        "A machine of $10^{15}$ FLOP per second has a budget of $10^{15}$ FLOP.",
        "A budget is a number of operations; FLOP per second are a rate.",
    ),
    Topic(
        "twenty",
        "2",
        "With unequal exponents the optimal number of tokens a parameter changes with the budget.",
        "Twenty tokens a parameter are optimal under every law of two powers.",
        r"The optimal $D/N$ grows as $C^{(\alpha-\beta)/(\alpha+\beta)}$; its constant holds $A$ "
        "and $B$.",
    ),
    Topic(
        "budget",
        "3",
        "At a thousand times the budget, half the optimal size still needs the same multiple of "
        "its optimum's tokens.",
        "At a larger budget, half the optimal size needs more than $k_D$ times the tokens.",
        "$k_D$ is the same at every budget; it is the optimum's tokens that grow.",
    ),
    Topic(
        "twice",
        "3",
        "Half the compute-optimal size on twice the compute-optimal tokens has a higher loss than "
        "the optimum.",
        "A model of half the compute-optimal size on twice the compute-optimal tokens reaches the "
        "same loss.",
        "It takes just the optimum's compute, and at that compute only the optimum has the lowest "
        "loss.",
    ),
    Topic(
        "wall",
        "4",
        "A model a little above $k_{min}$ times the optimal size can reach the loss, if it is "
        "trained long enough.",
        "A model of $k_{min}$ times the optimal size can reach the loss, if it is trained long "
        "enough.",
        "At $k_{min}$ the size term alone uses up the whole loss above $E$; only above it is "
        "something left for the data term.",
    ),
    Topic(
        "critical",
        "4",
        "The overhead rises without a jump all the way down to $k_{min}$.",
        "Below thirty per cent of the optimal size, training is impossible.",
        "One can train any size; the optimum's loss can be matched down to $k_{min}$, at a price "
        "that rises smoothly.",
    ),
    Topic(
        "at-optimum",
        "4",
        "Next to the compute-optimal run, one per cent less size takes one per cent more tokens "
        "for the same loss.",
        "Next to the compute-optimal run, one per cent less size takes much more than one per cent "
        "more tokens for the same loss.",
        "The iso-loss curve touches the budget line there: $m = 1$, and the first step costs "
        "nothing.",
    ),
    Topic(
        "percent",
        "5",
        "An overhead of a fifth means that the compute is $1.2$ times the optimum's.",
        "An overhead of a fifth means that a fifth of the optimum's compute is enough.",
        "The overhead is what goes beyond the optimum's compute: $k_N k_D - 1$.",
    ),
    Topic(
        "family",
        "6",
        "Of two models of one family, trained on the same tokens, the smaller has the larger "
        "marginal rate.",
        "Two models of one family, trained on the same tokens, have the same marginal rate.",
        "$m$ is the ratio of the two pulls; the data term is the same, and the size term is larger "
        "in the smaller model.",
    ),
    Topic(
        "served",
        "7",
        "Of two models of the same loss, one at the optimum and one below it, the smaller is "
        "dearer to train and cheaper to serve.",
        "The overhead makes a small model dearer to serve.",
        "A served token costs in proportion to the size; the overhead is paid once, in training.",
    ),
    Topic(
        "unused",
        "7",
        "A model that serves as many tokens as it was trained on is cheapest where one per cent "
        "less size costs four thirds of a per cent more data.",
        "A model that serves as many tokens as it was trained on is cheapest where one per cent "
        "less size costs two per cent more data.",
        "$m = 1 + T/(3D)$, because a served token costs a third of one trained on.",
    ),
    Topic(
        "interval",
        "8",
        "An interval from resampled runs takes the form of the law for granted.",
        "A narrow interval of $k_{min}$ shows that the law has the right form.",
        "Resampling asks what other runs would have said under the same form; it never tries "
        "another form.",
    ),
    Topic(
        "over-trained",
        "9",
        "By the over-training law, runs of the same number of tokens a parameter have a loss above "
        "$E$ that falls by the same power of compute, whatever that number is.",
        "By the over-training law, more over-trained runs gain less from each doubling of compute, "
        "as a share of their loss above $E$.",
        r"$L - E$ is a function of $M$ alone times $C^{-\eta}$.",
    ),
    Topic(
        "ability",
        "10",
        "Two models of equal loss can differ on a single task.",
        "Two models of equal loss have the same score on every task.",
        "Loss is an average over text; averages of tasks follow it closely, single tasks less.",
    ),
    Topic(
        "count",
        "12",
        "What half the size costs depends on which parameters are counted.",
        "Half the size means the same, whether the body is counted or all parameters.",
        "Embedding tables are a larger share of a small model, so half of one count is not half "
        "of the other.",
    ),
    Topic(
        "pooled",
        "12",
        "The band for a new laboratory is wider than the band for the mean of all laboratories.",
        "A new laboratory should expect its own value within the interval of the pooled mean.",
        "The interval of the mean shrinks with every study; laboratories differ by as much as "
        "before.",
    ),
    Topic(
        "converged",
        "13",
        "A fit can converge although the runs follow another law.",
        "If a fit converges, the losses of the runs add as the law says.",
        "Converging means that the best constants were found, not that the form is right; the "
        "residuals tell.",
    ),
    Topic(
        "repeated",
        "15",
        "The fifth pass over the same text is worth less than the second.",
        "A repeated token is worth as much as a fresh one, however often it is repeated.",
        "What a pass adds decays with the number of passes.",
    ),
)


def true_or_false(draw: Draw) -> Question:
    """Six statements on six topics, two to four of them true."""
    topics = draw.sample(TOPICS, ASKED)
    count = draw.among(TRUE)
    holds = draw.shuffled([True] * count + [False] * (ASKED - count))
    letters = "abcdef"
    asked = [
        f"({letter}) {topic.true if true else topic.false}"
        for letter, topic, true in zip(letters, topics, holds, strict=True)
    ]
    answered = [
        Step(2, f"({letter}) {'True' if true else 'False'}. {topic.reason}")
        for letter, topic, true in zip(letters, topics, holds, strict=True)
    ]
    return Question(
        "true-or-false",
        ", ".join(dict.fromkeys(topic.chapter for topic in topics)),
        "True or false",
        "One sentence of reason each; the word earns one point, the reason the other.\n\n"
        + "\n\n".join(asked),
        answered,
        answers={topic.key: float(true) for topic, true in zip(topics, holds, strict=True)},
    )
