import itertools
import math

import numpy as np
import pytest

from analysis.lab.gradient import train_pointer
from analysis.lab.language import Language, theory, write
from analysis.lab.training import WORDS, train


def beliefs(theta):
    w = [math.exp(x) for x in theta]
    return [x / sum(w) for x in w]


def test_training_and_testing_are_those_of_a_plain_loop():
    language = Language(V=64, F=4, alpha=1.5, Q=0.5)
    N, D, rate, batch = 5, 60, 0.7, 7
    text = write(D, N, language, np.random.default_rng([3, N, D]))
    theta, squares = {}, {}
    start = [math.log(64)] + [0.0] * N
    for first in range(0, D, batch):
        steps = {}
        for t in range(first, min(first + batch, D)):
            cue = int(text.cues[t])
            w = beliefs(theta.get(cue, start))
            match = [text.words[N + t - j] == text.answers[t] for j in range(1, N + 1)]
            p = w[0] / 64 + sum(x for x, hit in zip(w[1:], match, strict=True) if hit)
            step = [w[0] / (64 * p) - w[0]]
            step += [x * hit / p - x for x, hit in zip(w[1:], match, strict=True)]
            steps[cue] = np.add(steps.get(cue, np.zeros(N + 1)), step)
        for cue, step in steps.items():
            squares[cue] = squares.get(cue, np.zeros(N + 1)) + step**2
            theta[cue] = theta.get(cue, start) + rate * step / np.sqrt(squares[cue] + 1e-12)

    def loss(w, reach):
        """The loss at a cue whose window holds N different words."""
        total = 0.0
        for j in range(1, N + 1):
            chance = language.epsilon / 64 if reach <= N else 1 / 64
            chance += (1 - language.epsilon) * (j == reach)
            total -= chance * math.log(w[j] + w[0] / 64)
        rest = (language.epsilon if reach <= N else 1.0) * (64 - N) / 64
        return total - rest * math.log(w[0] / 64)

    known = set(theta) | set(range(language.closed))
    expected, mass = 0.0, 0.0
    for cue in known:
        p = float(language.frequency(cue))
        mass += p
        expected += p * loss(beliefs(theta.get(cue, start)), int(language.reach(cue)))
    expected += (1 - mass) * loss(beliefs(start), 1)
    found = train_pointer(N, D, language=language, seed=3, batch=batch, rate=rate)
    assert found.loss == pytest.approx(expected, rel=1e-5)


def test_the_window_may_hold_a_word_twice_without_harm():
    # What the closed form leaves out is of the order of N / V, the chance of such a window.
    language = Language(V=200, F=4, alpha=1.5)
    w = np.array([0.2, 0.5, 0.2, 0.1])
    exact = simple = 0.0
    for same in itertools.product([False, True], repeat=2):
        chance = np.prod([1 / 200 if x else 199 / 200 for x in same])
        p = w[0] / 200 + w[1] + w[2] * same[0] + w[3] * same[1]
        exact -= chance * language.hit * math.log(p)
    simple -= language.hit * math.log(w[0] / 200 + w[1])
    assert exact == pytest.approx(simple, rel=0.01)


def test_it_learns_nearly_what_counting_learns():
    for N, D in ((4, 200_000), (24, 200_000)):
        counted = train(N, D).loss
        learned = train_pointer(N, D)
        assert (learned.N, learned.D, learned.C) == (N, D, N * D)
        assert counted < learned.loss < counted + 0.15
        assert learned.loss < theory(WORDS).loss(N, D / 3)


def test_it_depends_on_its_arguments_alone():
    one, same, other = (train_pointer(4, 3000, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.loss != other.loss
    assert one.loss != train_pointer(4, 3000, seed=1, rate=1.0).loss
    assert one.loss != train_pointer(4, 3000, seed=1, batch=32).loss


def test_one_class_is_learned_too():
    from analysis.lab.experiments import ONE_CLASS

    assert train_pointer(16, 100_000, language=ONE_CLASS).loss < math.log(ONE_CLASS.V) - 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"N": 0}, "N must be a whole number"),
        ({"D": 0.5}, "D must be a whole number"),
        ({"batch": 0}, "batch must be a whole number, from 1 to 4294967296, got 0"),
        ({"rate": 0.0}, "rate must be positive, got 0.0"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        train_pointer(**{"N": 4, "D": 100, **change})
