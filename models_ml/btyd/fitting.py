"""Maximum likelihood in log-parameters, from several starts, with a word on whether it can be trusted.

Where customers are too much alike a parameter runs away: subscribers who all order once a month have no spread of rates
to estimate. A weak prior on the log-parameters then holds it where the likelihood has gone flat (Gelman, Jakulin,
Pittau, Su, "A weakly informative default prior", *Annals of Applied Statistics* 2, 2008).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models_ml.btyd.histories import Floats

# A log-parameter beyond these is no estimate: the likelihood is flat and the data do not tell.
LOWEST, HIGHEST = -12.0, 12.0
SLOPE_TOLERANCE = 1e-4
FREE, WEAK = 0.0, 1 / 3.0**2  # precision of the prior: none, or that of a standard deviation of 3


class NoFit(ValueError):  # noqa: N818 - the state of an estimation, said as one
    """The likelihood has no maximum that can be trusted; the message says what was seen."""


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest, and how often it was asked."""

    parameters: Floats
    log_likelihood: float
    evaluations: int


def maximise(
    likelihood: Callable[[Floats], tuple[float, Floats]], starts: Sequence[Floats], size: float, prior: float = FREE
) -> Maximum:
    """The best of the local maxima reached from `starts` (log-parameters).

    `likelihood(log_parameters)` gives the log-likelihood and its gradient by log-parameter; `size` is the number of
    customers, by which it is divided so that tolerances mean the same for hundreds and for millions. A further start is
    only tried where those before it failed or ended at a bound. `prior`: precision of a normal prior around 0 on every
    log-parameter, which the log-likelihood given back does not hold.

    Raises NoFit when no start converges inside the bounds.
    """
    from scipy.optimize import minimize

    evaluations, seen = 0, []
    for start in starts:
        found = minimize(
            lambda at: _downhill(likelihood, at, size, prior),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(LOWEST, HIGHEST)] * len(start),
            options={"maxiter": 400, "ftol": 1e-11, "gtol": 1e-6},
        )
        evaluations += int(found.nfev)
        at_bound = (np.abs(found.x - LOWEST) < 1e-6) | (np.abs(found.x - HIGHEST) < 1e-6)
        if np.isfinite(found.fun) and np.max(np.abs(found.jac)) < SLOPE_TOLERANCE and not at_bound.any():
            value = -float(found.fun) * size + prior / 2 * float(found.x @ found.x)
            return Maximum(np.exp(found.x), value, evaluations)
        seen.append("a parameter runs away" if at_bound.any() else "the slope does not vanish")
    raise NoFit(f"No maximum of the likelihood was found from {len(starts)} starts: {'; '.join(sorted(set(seen)))}.")


def _downhill(
    likelihood: Callable[[Floats], tuple[float, Floats]], at: Floats, size: float, prior: float
) -> tuple[float, Floats]:
    value, slope = likelihood(at)
    return (prior / 2 * float(at @ at) - value) / size, (prior * at - slope) / size
