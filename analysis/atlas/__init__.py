"""Every public set of runs, and what they say together about the exchange of size for data."""

from analysis.atlas.arms import ARMS, LEFT_OUT, Arm, load_arm
from analysis.atlas.exchange import Exchange, measure_exchange
from analysis.atlas.pool import PooledExchange, Prediction, pool_exchange
from analysis.atlas.validation import cross_validate, overheads_by_form

__all__ = [
    "ARMS",
    "LEFT_OUT",
    "Arm",
    "Exchange",
    "PooledExchange",
    "Prediction",
    "cross_validate",
    "load_arm",
    "measure_exchange",
    "overheads_by_form",
    "pool_exchange",
]
