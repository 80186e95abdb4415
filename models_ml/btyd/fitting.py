"""Maximum likelihood in log-parameters, from several starts, with a word on whether it can be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models_ml.btyd.histories import Floats

# A log-parameter beyond these is no estimate: the likelihood is flat and the data do not tell.
LOWEST, HIGHEST = -12.0, 12.0
SLOPE_TOLERANCE = 1e-4


class NoFit(ValueError):  # noqa: N818 - the state of an estimation, said as one
    """The likelihood has no maximum that can be trusted; the message says what was seen."""


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest, and how often it was asked."""

    parameters: Floats
    log_likelihood: float
    evaluations: int


def maximise(likelihood: Callable[[Floats], tuple[float, Floats]], starts: Sequence[Floats], size: float) -> Maximum:
    """The best of the local maxima reached from `starts` (log-parameters).

    `likelihood(log_parameters)` gives the log-likelihood and its gradient by log-parameter; `size` is the number of
    customers, by which it is divided so that tolerances mean the same for hundreds and for millions. A further start is
    only tried where those before it failed or ended at a bound.

    Raises NoFit when no start converges inside the bounds.
    """
    from scipy.optimize import minimize

    evaluations, seen = 0, []
    for start in starts:
        found = minimize(
            lambda at: _downhill(likelihood, at, size),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(LOWEST, HIGHEST)] * len(start),
            options={"maxiter": 400, "ftol": 1e-11, "gtol": 1e-6},
        )
        evaluations += int(found.nfev)
        at_bound = (np.abs(found.x - LOWEST) < 1e-6) | (np.abs(found.x - HIGHEST) < 1e-6)
        if np.isfinite(found.fun) and np.max(np.abs(found.jac)) < SLOPE_TOLERANCE and not at_bound.any():
            value = -float(found.fun) * size
            return Maximum(np.exp(found.x), value, evaluations)
        seen.append("a parameter runs away" if at_bound.any() else "the slope does not vanish")
    raise NoFit(f"No maximum of the likelihood was found from {len(starts)} starts: {'; '.join(sorted(set(seen)))}.")


def _downhill(likelihood: Callable[[Floats], tuple[float, Floats]], at: Floats, size: float) -> tuple[float, Floats]:
    value, slope = likelihood(at)
    return -value / size, -slope / size
