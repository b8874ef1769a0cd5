"""The laws that the public runs leave standing: what one may plan by without runs of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from analysis.atlas import ARMS
from analysis.internal.checks import positive
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import named, one
from analysis.laws import ParametricLaw
from analysis.studies.atlas import atlas_laws, pooled_law
from analysis.studies.chinchilla import recorded_refit

TOGETHER, REFIT, OWN = "All studies together", "Hoffmann, as a sum", "Your own"


@checked
@dataclass(frozen=True, eq=False)
class CredibleLaws(Shown):
    """Laws, any of which may be the true one.

    Attributes
    ----------
    laws : Mapping[str, ParametricLaw]
        By name.
    weights : Mapping[str, float]
        How much each counts where an average is taken; they sum to 1.

    Raises
    ------
    ValueError
        If there is no law, or the weights are not those of the laws, positive, with the sum 1.
    """

    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw, str)]
    weights: Annotated[Mapping[str, float], named(one(positive), str)]

    def __post_init__(self) -> None:
        total = sum(self.weights.values())
        if self.weights.keys() != self.laws.keys() or abs(total - 1) > 1e-9:
            raise ValueError(
                f"weights must be one for each law, with the sum 1, got {len(self.weights)} for "
                f"{len(self.laws)} with the sum {total:g}"
            )


@checked
def credible_laws(own: ParametricLaw | None = None) -> CredibleLaws:
    """Return the law of every public set of runs that is pooled, their pooled law, and one's own.

    Studies count alike, and the laws of a study share its part: the six training sets of one
    laboratory are one opinion. The pooled law stands at the level of Hoffmann's runs; theirs are
    there twice, with an outer power and as the sum of the paper. `own` counts as a study.

    Examples
    --------
    >>> known = credible_laws()
    >>> len(known.laws), round(sum(known.weights.values()), 12)
    (18, 1.0)
    """
    laws: dict[str, ParametricLaw] = {TOGETHER: pooled_law()}
    studies = {TOGETHER: TOGETHER}
    for name, law in atlas_laws().items():
        laws[ARMS[name].title] = law
        studies[ARMS[name].title] = ARMS[name].study
    laws[REFIT], studies[REFIT] = recorded_refit()[0], ARMS["hoffmann"].study
    if own is not None:
        laws[OWN], studies[OWN] = own, OWN
    every = list(studies.values())
    weights = {name: 1 / every.count(study) / len(set(every)) for name, study in studies.items()}
    return CredibleLaws(laws, weights)
