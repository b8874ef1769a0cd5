"""The arms of the atlas: sets of runs on one training set, by one schedule, scored by one loss.

N is the middle count wherever the release allows it: the input embedding out, the head in. Looking
an embedding up multiplies nothing, and the head multiplies as any matrix does; so this is the count
for which training costs C = 6 N D, and the one of which the theorem on the exchange speaks. The
other two counts stand beside it: small models are mostly embeddings, and what N counts moves the
exchange as much as the form of the law does. Attention over the context is in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Annotated

import pandas as pd

from analysis.datasets import (
    DATASETS,
    first_batch,
    load_chinchilla_runs,
    load_gemstone_runs,
    load_kempner_runs,
    load_ladder_runs,
    load_llama3_runs,
    load_marin_runs,
    load_openeurollm_runs,
    load_porian_runs,
    load_testbed,
)
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import one_of
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

QUOTED = "quoted"
"""Where an arm's runs are when no data set is needed: they are quoted in this repository."""
LEAST_DEPTH = 12
"""Layers from which on a Gemstone is of a shape that one would train."""
LEAST_MARIN_BUDGET = 2e18
"""FLOP. Below it one training set has three runs, all smaller than the optimum or at it."""
HIGHEST_LEFT_OUT = 5
"""The published refit of Hoffmann's runs leaves out those of the five highest losses."""


@dataclass(frozen=True)
class Arm(Shown):
    """A set of runs: what it holds, and what is wrong with it.

    Attributes
    ----------
    name : str
        The arm, as `load_arm` takes it.
    title : str
        The study, and the training set where it has several, in words.
    dataset : str
        A key of `analysis.datasets.DATASETS`, or "quoted" if the runs are in this repository.
    study : str
        Whose runs they are. Arms of one study share hyperparameters and code: they are not
        independent.
    source, licence : str
        Where the runs are published, and on what terms.
    counts : str
        Which of the three counts of N there are, and where they come from.
    loss : str
        On what the loss is measured, and its unit.
    schedule : str
        How the learning rate ended, which makes a loss final.
    trouble : str
        What is wrong with the set.
    """

    name: str
    title: str
    dataset: str
    study: str
    source: str
    licence: str
    counts: str
    loss: str
    schedule: str
    trouble: str

    @property
    def digest(self) -> str:
        """The SHA-256 that stands for the files of the data set; "" where the runs are quoted."""
        return DATASETS[self.dataset].digest if self.dataset in DATASETS else ""


THREE = "all three: "


TITLES = {
    "fineweb": "FineWeb",
    "fineweb-edu": "FineWeb-Edu",
    "slimpajama": "SlimPajama",
    "smollm": "SmolLM corpus",
    "proof-pile-2": "Proof-Pile-2",
    "starcoder": "StarCoder",
    "comma": "Comma",
    "dclm": "DCLM",
    "nemotron": "Nemotron-CC",
    "refinedweb": "RefinedWeb",
    "openwebtext2": "OpenWebText2",
    "c4": "C4",
    "redpajama": "RedPajama",
}
"""The training sets in words."""


def _arm(name: str, title: str, dataset: str, study: str, **about: str) -> Arm:
    if dataset in DATASETS:
        about |= {"source": DATASETS[dataset].source, "licence": DATASETS[dataset].licence}
    return Arm(name, title, dataset, study, **about)


def _kempner(train_set: str) -> Arm:
    return _arm(
        f"kempner-{train_set}",
        f"Kempner: {TITLES[train_set]}",
        "kempner2024",
        "kempner",
        counts=THREE + "the files count all; an embedding is 32,000 times the width, and with it "
        "the count follows from layers and width to the last parameter",
        loss="own validation set, nats per token",
        schedule="each run is trained for its own length",
        trouble="the nominal budgets are 6 N D with all parameters, so along one the cost 6 N D of "
        "the middle count rises with the size; sizes and hyperparameters are the same in all six "
        "arms",
    )


def _marin(train_set: str) -> Arm:
    trouble = (
        "the nominal budget counts attention over the context, so 6 N D is 77 to 89 % of it, most "
        "for the largest models; batch and learning rate change with the size along a budget"
    )
    if train_set == "nemotron":
        trouble += "; three runs at 1.8e18 FLOP, none beyond the optimum, are left out"
    return _arm(
        f"marin-{train_set}",
        f"Marin: {TITLES[train_set]}",
        "marin2026",
        "marin",
        counts=THREE + "the files count all; an embedding is 128,256 times the width",
        loss="mean over the validation sets of Paloma, nats per token",
        schedule="each run is trained for its own length",
        trouble=trouble,
    )


def _porian(train_set: str) -> Arm:
    return _arm(
        f"porian-{train_set}",
        f"Porian: {TITLES[train_set]}",
        "porian2024",
        "porian",
        counts=THREE + "the files count the middle one here and the body in another arm, both "
        "without norms; the difference is 50,432 times the width",
        loss="own validation set, nats per token",
        schedule="cosine over each run's own length",
        trouble="hyperparameters are not tuned to the size, which the authors show to matter for "
        "small ones; a loss is interpolated to its budget between evaluations; the files are "
        "pickles",
    )


def _gadre(train_set: str) -> Arm:
    return _arm(
        f"gadre-{train_set}",
        f"Gadre: {TITLES[train_set]}",
        "gadre2024",
        "gadre",
        counts=THREE + "the files count all, and without the input embedding",
        loss="C4 validation set, nats per token",
        schedule="cosine over each run's own length",
        trouble="only the first batch from 20 tokens a parameter on: later runs lie 1 to 3 % "
        "lower, shorter ones are largely warm-up; so every run has more tokens than "
        "is optimal, and what is said of the optimum is an extrapolation; six sizes",
    )


KEMPNER = ("fineweb", "fineweb-edu", "slimpajama", "smollm", "proof-pile-2", "starcoder")
MARIN = ("comma", "dclm", "nemotron")
PORIAN = ("refinedweb", "openwebtext2")
GADRE = ("c4", "redpajama", "refinedweb")

ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        arm.name: arm
        for arm in (
            *map(_kempner, KEMPNER),
            *map(_marin, MARIN),
            _arm(
                "llama3",
                "Llama 3",
                "llama3",
                "llama3",
                counts="one: N = C / (6 D), since the figure shows no parameters",
                loss="the report's validation loss, in the unit of its figure, not nats per token",
                schedule="cosine over each run's own length",
                trouble="133 points read off a figure; sparse on the side of small models; nothing "
                "is measured about what N counts",
            ),
            _arm(
                "openeurollm",
                "OpenEuroLLM",
                QUOTED,
                "openeurollm",
                source="OpenEuroLLM, dense_english_scaling_laws at commit 781af436",
                licence="figures quoted",
                counts="one: the source's file does not say which",
                loss="the source's loss, nats per token",
                schedule="each loss belongs to its own length",
                trouble="five sizes at nine lengths, no IsoFLOP curves; each loss the lowest over "
                "learning rates and batch sizes; the runs of 1.7B are erratic and are left out",
            ),
            _arm(
                "gemstones",
                "Gemstones",
                "gemstones2025",
                "gemstones",
                counts=THREE + "the file counts all; an embedding is 50,304 times the width",
                loss="the loss that the authors fit, on Dolma, nats per token",
                schedule="cooled down, linearly to zero, from one long run a shape at ten lengths",
                trouble="the ten lengths of a shape share one trunk, so their noise is not "
                "independent; shapes differ on purpose; those of fewer than 12 layers are left out",
            ),
            _arm(
                "olmo-ladder",
                "OLMo ladder",
                "olmo-ladder2024",
                "olmo-ladder",
                counts=THREE + "the authors' code counts the middle one; an embedding is 100,352 "
                "times the width",
                loss="English C4 validation set, nats per token; ten others are in the files",
                schedule="each run decays to a tenth of its peak over its own length",
                trouble="only 10 to 200 tokens a parameter, the same five lengths for every size: "
                "alpha and beta hardly come apart; one length was run twice",
            ),
            *map(_porian, PORIAN),
            _arm(
                "hoffmann",
                "Hoffmann",
                "epoch2024",
                "hoffmann",
                counts="one: the sizes read off the figure, from which the tokens follow by "
                "D = C / (6 N)",
                loss="MassiveText, nats per token",
                schedule="cosine over each run's own length",
                trouble="read off a figure; the paper does not say what N counts; the five highest "
                "losses are left out, as in the published refit; only about half of the runs lie "
                "on IsoFLOP curves, so there is no nominal budget",
            ),
            *map(_gadre, GADRE),
        )
    }
)
"""The arms, by name."""

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "xLSTM": "under a decade of compute at each context length",
        "Step Law": "17 pairs of size and length: E and alpha are not identified",
        "(Mis)Fitting": "a warm-up of 50 steps and few learning rates: the losses are not the best "
        "of their size and length",
        "datablations": "37 single-epoch runs, unevenly spread",
        "DataDecide": "tokens in proportion to parameters: size and data do not come apart",
        "checkpoints": "losses along one schedule, of any of these sets, are not final losses",
        "Farseer": "the runs are not at hand; their files are named and hashed in "
        "yigitokar/scaling-laws-as-production-functions",
    }
)
"""Public sets that are not among the arms, and why."""


def _of(load: Callable[[], pd.DataFrame], train_set: str) -> pd.DataFrame:
    runs = load()
    return runs[runs["train_set"] == train_set]


def _marin_runs(train_set: str) -> pd.DataFrame:
    runs = _of(load_marin_runs, train_set)
    return runs[runs["budget"] >= LEAST_MARIN_BUDGET]


def _gemstone_runs() -> pd.DataFrame:
    runs = load_gemstone_runs()
    return runs[runs["layers"] >= LEAST_DEPTH]


def _openeurollm_runs() -> pd.DataFrame:
    runs = load_openeurollm_runs()
    return runs[~runs["suspect"]]


def _ladder_runs() -> pd.DataFrame:
    return load_ladder_runs().rename(columns={"c4_val": "loss"})


def _gadre_runs(train_set: str) -> pd.DataFrame:
    runs = first_batch(_of(load_testbed, train_set))
    N, embedding = runs["N"], runs["embedding"]
    return pd.DataFrame(
        {
            "N": N - embedding,
            "N_all": N,
            "N_body": N - 2 * embedding,
            "D": runs["D"],
            "loss": runs["c4_val"],
        }
    ).sort_values(["N", "D"])


TABLES: Mapping[str, Callable[[], pd.DataFrame]] = MappingProxyType(
    {
        **{f"kempner-{name}": partial(_of, load_kempner_runs, name) for name in KEMPNER},
        **{f"marin-{name}": partial(_marin_runs, name) for name in MARIN},
        "llama3": load_llama3_runs,
        "openeurollm": _openeurollm_runs,
        "gemstones": _gemstone_runs,
        "olmo-ladder": _ladder_runs,
        **{f"porian-{name}": partial(_of, load_porian_runs, name) for name in PORIAN},
        "hoffmann": partial(load_chinchilla_runs, exclude_highest=HIGHEST_LEFT_OUT),
        **{f"gadre-{name}": partial(_gadre_runs, name) for name in GADRE},
    }
)
"""How the runs of each arm are taken from its release."""


@checked
def load_arm(name: Annotated[str, one_of(*ARMS)]) -> pd.DataFrame:
    """Return the runs of an arm.

    Parameters
    ----------
    name : str
        A key of `ARMS`.

    Returns
    -------
    DataFrame
        N (parameters: the middle count where the release allows it, else the one there is), D
        (training tokens), loss (nats per token but for "llama3") and C (FLOP, 6 N D); where there
        are any, budget (FLOP, nominal: by its authors' reckoning), N_all (all parameters) and
        N_body (without embedding and head). All of them floats, positive and finite.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read; if there is no
        such arm.

    Examples
    --------
    >>> load_arm("openeurollm").shape
    (45, 4)
    """
    runs = TABLES[name]()
    C = FLOP_PER_PARAMETER_TOKEN * runs["N"].astype(float) * runs["D"].astype(float)
    optional = [column for column in ("budget", "N_all", "N_body") if column in runs]
    columns = ["N", "D", "loss", "C", *optional]
    return runs.assign(C=C)[columns].astype(float).reset_index(drop=True)
