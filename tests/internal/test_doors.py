"""The doors: each argument is checked once, errors keep their cause, signatures show the kinds."""

import inspect
import pickle
import traceback
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pytest

from analysis.advice import advise
from analysis.bootstrap import bootstrap_parametric
from analysis.fit import Runs, fit_parametric, fit_runs
from analysis.internal import doors
from analysis.internal.doors import NoAnswerError, behind, checked
from analysis.internal.kinds import Flag, Kind, Positive, PositiveFloat, several
from analysis.laws import PUBLISHED, LawEnsemble, ParametricLaw
from analysis.tradeoff import place

LAW = PUBLISHED["de-vries-2023"].law
PAIR = LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
N, D = np.geomspace(1e8, 1e10, 12), np.tile([1e9, 1e10, 1e11], 4)
FITTED_TO = {"N": N, "D": D, "loss": np.asarray(LAW.loss(N, D))}


@checked
def half(x: Positive, *, whole: Flag = False) -> Any:
    return x // 2 if whole else x / 2


@checked(finite=True)
def inverse_square(x: Positive) -> Any:
    return 1 / x**2


@checked
def largest(*values: PositiveFloat) -> float:
    return max(values)


@checked
@dataclass(frozen=True)
class Pair:
    first: PositiveFloat
    second: PositiveFloat = 1.0


@pytest.fixture
def asked(monkeypatch):
    """How often each argument has been checked, by name."""
    found = Counter()
    admit = doors._admit

    def counting(plan, given, rest):
        if not {"A", "alpha", "self"} <= given.keys():  # a law that the function makes
            found.update(one.name for one in plan if one.name in given and one.name != "self")
        return admit(plan, given, rest)

    monkeypatch.setattr(doors, "_admit", counting)
    return found


CALLS = {
    "place": (place, {"law": LAW, "N": 7e9, "D": 1e12}),
    "fit_parametric": (
        fit_parametric,
        FITTED_TO | {"delta": 1e-3, "weights": np.ones(12), "tie_exponents": True, "E": 1.62},
    ),
    "bootstrap_parametric": (
        bootstrap_parametric,
        FITTED_TO | {"n_resamples": 3, "rng": np.random.default_rng(1), "delta": 1e-3},
    ),
    "advise": (
        advise,
        {"law": LAW, "N": 7e9, "D": 1e12, "inference_tokens": 1e12, "ensemble": PAIR},
    ),
    "advise on a loss": (advise, {"law": LAW, "N": 7e9, "loss": 2.0, "ensemble": PAIR}),
    "advise on a budget": (advise, {"law": LAW, "compute": 1e22, "ensemble": PAIR}),
}


@pytest.mark.parametrize("name", CALLS)
def test_each_argument_is_checked_exactly_once(asked, name):
    function, arguments = CALLS[name]
    function(**arguments)
    assert asked == dict.fromkeys(arguments, 1)


def test_the_count_sees_a_second_check(asked):
    place(LAW, 7e9, 1e12)
    LAW.loss(7e9, 1e12)
    assert asked["N"] == 2


def test_the_signature_shows_the_kinds():
    assert str(inspect.signature(place)) == (
        "(law: 'ParametricLaw', N: 'Positive', D: 'Positive') -> 'Placement'"
    )
    assert inspect.signature(ParametricLaw).parameters["A"].annotation == "PositiveFloat"
    assert "N: 'Positive'" in inspect.getsource(place) or "N: Positive" in inspect.getsource(place)


def test_an_error_raised_inside_keeps_its_cause():
    with pytest.raises(NoAnswerError, match=r"no number of double precision .* x = ") as caught:
        inverse_square(1e-200)
    assert isinstance(caught.value.__cause__, FloatingPointError)


def test_the_frames_of_a_door_are_hidden():
    with pytest.raises(ValueError, match="x must be positive, got -1") as caught:
        half(-1)
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb)]
    own = [f for f in frames if f.f_code.co_filename == doors.__file__]
    assert own
    assert all(frame.f_locals["__tracebackhide__"] for frame in own)


def test_what_stands_behind_a_door_gives_the_same_bits_unchecked(asked):
    assert behind(place)(LAW, 7e9, 1e12) == place(LAW, 7e9, 1e12)
    assert behind(LAW.loss)(7e9, 1e12) == LAW.loss(7e9, 1e12)
    assert behind(Pair)(3.0) == Pair(3.0)
    assert behind(half)(-2.0) == -1
    runs = behind(Runs)(**FITTED_TO)
    assert fit_runs(runs, delta=1e-3).law == fit_parametric(**FITTED_TO).law


def test_a_dataclass_is_checked_as_it_is_made():
    assert Pair(2).first == 2.0
    assert isinstance(Pair(2).first, float)
    assert pickle.loads(pickle.dumps(Pair(2))) == Pair(2)
    with pytest.raises(ValueError, match=r"second must be positive, got -1"):
        Pair(1, second=-1)


def test_every_one_of_many_is_checked():
    assert largest(1, 3, 2) == 3.0
    with pytest.raises(ValueError, match="values must be positive, got -3"):
        largest(1, -3)


def test_python_says_itself_what_is_wrong_with_a_call():
    with pytest.raises(TypeError, match="multiple values for argument"):
        half(1, x=2)
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        half(1, True)
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        half(1, y=2)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        half()


def test_an_argument_without_a_kind_is_a_mistake_of_ours():
    @checked
    def careless(x: float) -> float:
        return x

    with pytest.raises(TypeError, match="says no kind"):
        careless(1.0)


def test_none_passes_where_the_annotation_says_so():
    @checked
    def maybe(x: PositiveFloat | None = None, y: Annotated[Any, several(int)] | None = None):
        return x, y

    assert maybe() == (None, None)
    assert maybe(None, [1, 2]) == (None, (1, 2))
    with pytest.raises(ValueError, match="x must be positive"):
        maybe(0)


def test_a_kind_may_need_another_argument():
    def member(name, value, group):
        if value not in group:
            raise ValueError(f"{name} must be one of {group}, got {value}")
        return value

    @checked
    def choose(group: tuple, one: Annotated[str, Kind("member", member, of="group")]) -> str:
        return one

    assert choose(("a", "b"), "b") == "b"
    with pytest.raises(ValueError, match=r"one must be one of .* got c"):
        choose(("a", "b"), one="c")
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'group'"):
        choose(one="c")
