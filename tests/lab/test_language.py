import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, chisquare

from analysis.lab.language import RAREST, Language, expected_loss, theory, write

WORDS, ONE_CLASS = Language(), Language(classes=1)
LANGUAGES = pytest.mark.parametrize("language", [WORDS, ONE_CLASS], ids=["two", "one"])


@LANGUAGES
def test_the_frequencies_of_all_cue_words_sum_to_one(language):
    cues = np.arange(language.closed + 10**6)
    beyond = (1 + 10**6 / language.Q) ** -language.tail
    beyond *= 1 - language.phi if language.classes == 2 else 1
    assert language.frequency(cues).sum() + beyond == pytest.approx(1, abs=1e-12)


@LANGUAGES
def test_cue_words_come_as_often_as_they_should(language):
    n = 400_000
    drawn = language.cues(n, np.random.default_rng(1))
    assert drawn.min() >= 0
    common = np.arange(700)
    counts = np.bincount(drawn[drawn < 700], minlength=700)
    assert language.closed < 650
    expected = n * language.frequency(common)
    counts, expected = np.append(counts, n - counts.sum()), np.append(expected, n - expected.sum())
    assert chisquare(counts, expected).pvalue > 1e-3


@pytest.mark.parametrize(("F", "alpha"), [(512, 0.34), (1, 2.0), (50_000, 0.1)])
def test_a_function_word_is_the_one_in_whose_share_the_draw_falls(F, alpha):
    language = Language(F=F, alpha=alpha)
    u = 1 - np.random.default_rng(3).random(100_000)
    function = u <= language.phi
    ends = np.cumsum(language.frequency(np.arange(language.closed)))[:-1]
    cues = language.cues(100_000, np.random.default_rng(3))
    assert (cues[~function] >= language.closed).all()
    np.testing.assert_array_equal(cues[function], np.searchsorted(ends, u[function]))


@LANGUAGES
def test_a_word_alone_reaches_as_far_as_among_others(language):
    cues = np.array([0, 1, language.closed, language.closed + 5, RAREST])
    assert [language.reach(int(cue)) for cue in cues] == language.reach(cues).tolist()


def test_rare_cue_words_come_as_often_as_they_should():
    n = 400_000
    rank = WORDS.cues(n, np.random.default_rng(2)) - WORDS.closed
    for r in (10**4, 10**6, 10**9):
        beyond = (1 - WORDS.phi) * (1 + r / WORDS.Q) ** -WORDS.tail
        low, high = binom.interval(0.9999, n, beyond)
        assert low <= np.sum(rank >= r) <= high


def test_the_frequency_of_a_rare_word_does_not_cancel():
    for rank in (1e6, 1e12, float(RAREST)):
        p = float(WORDS.frequency(WORDS.closed + int(rank)))
        density = (1 - WORDS.phi) * WORDS.tail / WORDS.Q * (1 + rank / WORDS.Q) ** -(1 + WORDS.tail)
        assert p == pytest.approx(density, rel=1e-5)


def test_a_share_of_the_function_words_reaches_beyond_any_place():
    cues = np.arange(WORDS.closed)
    reach, share = WORDS.reach(cues), WORDS.frequency(cues) / WORDS.phi
    assert share.sum() == pytest.approx(1)
    assert reach.min() > 1
    for n in (1, 4, 10, 47, 96, 128):
        assert share @ (reach > n) == pytest.approx(n**-WORDS.alpha, abs=1e-12)
    for n in (300, 1000, 10**6):
        assert share @ (reach > n) == pytest.approx(n**-WORDS.alpha, abs=0.6 / WORDS.F)


def test_there_are_about_as_many_function_words_as_asked_for_and_about_as_likely():
    assert WORDS.F <= WORDS.closed < 1.25 * WORDS.F
    share = WORDS.frequency(np.arange(WORDS.closed)) / WORDS.phi * WORDS.F
    assert 0.2 < share.min() < share.max() < 1.5
    assert Language(F=1).closed == 128


def test_content_words_reach_one_to_four_places_back_whatever_their_rank():
    reach = WORDS.reach(WORDS.closed + np.arange(40))
    assert set(reach.tolist()) == {1, 2, 3, 4}
    np.testing.assert_array_equal(np.bincount(reach)[1:], 10)
    assert [WORDS.in_sight(N) for N in (1, 3, 4, 9)] == [0.25, 0.75, 1, 1]


def test_with_one_class_the_reach_does_not_depend_on_the_rank():
    cues = np.arange(4000)
    p, reach = ONE_CLASS.frequency(cues), ONE_CLASS.reach(cues)
    for n in (4, 16, 96):
        expected = n**-ONE_CLASS.alpha
        assert np.mean(reach > n) == pytest.approx(expected, abs=2e-3)
        assert p @ (reach > n) / p.sum() == pytest.approx(expected, abs=0.015)
        assert ONE_CLASS.in_sight(n) == pytest.approx(1 - expected)


def test_answers_follow_the_rule():
    history, n = 50, 200_000
    text = write(n, history, WORDS, np.random.default_rng(3))
    assert (len(text.words), len(text.cues), len(text.answers)) == (history + n, n, n)
    reach = WORDS.reach(text.cues)
    near = np.flatnonzero(reach <= history)
    pointed = text.words[history + near - reach[near]]
    low, high = binom.interval(0.9999, len(near), WORDS.hit)
    assert low <= np.sum(text.answers[near] == pointed) <= high
    # What points out of the text is any word.
    far = np.setdiff1d(np.arange(n), near)
    for j in (1, 7, history):
        assert np.sum(text.answers[far] == text.words[history + far - j]) < 12


@pytest.mark.parametrize("V", [2, 5, 65536])
def test_words_are_drawn_evenly(V):
    words = Language(V=V).words(200_000, np.random.default_rng(4))
    assert words.max() < V
    counts = np.bincount(words.astype(int) * 5 // V if V > 5 else words, minlength=min(V, 5))
    expected = np.bincount(np.arange(V) * 5 // V if V > 5 else np.arange(V)) * len(words) / V
    assert chisquare(counts, expected).pvalue > 1e-3


def test_a_text_depends_on_its_stream_alone():
    one, same, other = (write(1000, 8, WORDS, np.random.default_rng(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.cues, same.cues)
    np.testing.assert_array_equal(one.answers, same.answers)
    assert (one.answers != other.answers).any()


def test_the_floor_is_the_entropy_of_an_answer():
    for language in (WORDS, Language(V=7, epsilon=0.3)):
        p = np.full(language.V, language.epsilon / language.V)
        p[0] += 1 - language.epsilon
        assert p[0] == pytest.approx(language.hit, rel=1e-14)
        assert theory(language).E == pytest.approx(-(p * np.log(p)).sum(), rel=1e-10)
        assert language.gain == pytest.approx(math.log(language.V) - language.entropy)


@LANGUAGES
@pytest.mark.parametrize("D", [2e4, 1e6])
def test_the_data_term_is_its_integral(language, D):
    b, Q, law = language.tail, language.Q, theory(language)
    share = 1 - language.phi if language.classes == 2 else 1.0

    def unlearned(log_z):
        density = share * b / Q * math.exp(-(1 + b) * log_z)
        return density * math.exp(-D * language.hit * density) * Q * math.exp(log_z)

    integral, _ = quad(unlearned, 0, 120, limit=400, epsabs=0, epsrel=1e-10)
    assert law.B * D**-law.beta == pytest.approx(language.gain * integral, rel=1e-6)


def test_the_data_term_is_its_sum_over_the_words():
    D, first = 2e4, 3_000_000
    p = WORDS.frequency(WORDS.closed + np.arange(first))
    tail = (1 - WORDS.phi) * (1 + first / WORDS.Q) ** -WORDS.tail
    never = np.sum(p * np.exp(D * np.log1p(-p * WORDS.hit))) + tail
    # Beyond the first ranks hardly a word is learned: some p D of them.
    assert theory(WORDS).B * D**-0.28 == pytest.approx(WORDS.gain * never, rel=2e-3)


def test_the_size_term_is_what_is_out_of_sight():
    law, cues = theory(WORDS), np.arange(WORDS.closed)
    reach, frequency = WORDS.reach(cues), WORDS.frequency(cues)
    for N in (4, 16, 64):
        missing = WORDS.gain * frequency @ (reach > N)
        assert law.A * N**-law.alpha == pytest.approx(missing, rel=1e-10)


def test_one_class_has_a_product_term():
    law, N, D = theory(ONE_CLASS), np.array([4, 96]), np.array([2e4, 2e6])
    x, y = law.A * N**-law.alpha, law.B * D**-law.beta
    assert law.A == ONE_CLASS.gain
    np.testing.assert_allclose(
        expected_loss(N, D, ONE_CLASS), law.E + x + y - x * y / ONE_CLASS.gain
    )
    np.testing.assert_allclose(expected_loss(N, D, WORDS), theory(WORDS).loss(N, D))
    assert isinstance(expected_loss(4, 2e4, WORDS), float)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"V": 1}, "V must be a whole number, from 2 to 65536, got 1"),
        ({"V": 70_000}, "V must be a whole number"),
        ({"V": 100.0}, "V must be a whole number"),
        ({"F": 0}, "F must be a whole number, from 1 to 1048576, got 0"),
        ({"epsilon": 0.0}, "epsilon must be positive, got 0.0"),
        ({"epsilon": 1.0}, "epsilon must be below 1, got 1.0"),
        ({"phi": 1.5}, "phi must be below 1, got 1.5"),
        ({"alpha": -0.3}, "alpha must be positive, got -0.3"),
        ({"beta": 1.0}, "beta must be below 1, got 1.0"),
        ({"Q": float("nan")}, "Q must be finite, got nan"),
        ({"classes": 3}, "classes must be a whole number, from 1 to 2, got 3"),
        ({"classes": True}, "classes must be a whole number"),
    ],
)
def test_a_language_that_cannot_exist_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Language(**change)


def test_whole_numbers_of_any_kind_are_taken():
    assert type(Language(V=np.int32(300)).V) is int
    assert Language(V=np.int32(300)) == Language(V=300)
