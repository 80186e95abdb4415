"""Pareto/NBD: Poisson orders, and a lifetime that ends at any moment.

Schmittlein, Morrison, Colombo, "Counting Your Customers", *Management Science* 33 (1987) 1-24; the forms used here are
those of Fader, Hardie, "A Note on Deriving the Pareto/NBD Model" (2005), with its hypergeometric differences written
as the integral over the moment of leaving that they come from. Integrated by Gauss-Legendre on a logarithmic scale it
has an analytic gradient and does not cancel.

Assumed: while alive a customer orders at a constant rate, gamma(r, alpha) over customers; the lifetime is exponential
with a rate of the customer's own, gamma(s, beta) over customers; both are independent. A single buyer can be gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models_ml.btyd.fitting import FREE, maximise
from models_ml.btyd.histories import Floats, Histories, on_distinct

STARTS = (
    np.log([0.6, 0.4, 0.6, 0.4]),
    np.log([1.5, 1.0, 0.2, 0.5]),
    np.log([0.2, 0.1, 1.5, 2.0]),
    np.log([4.0, 2.0, 0.5, 1.0]),
)
# The few leave an error of 1e-9 where the integrand spans a scale of less than e^NARROW, and of 1e-3 far beyond it.
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(32)
FEW_NODES, FEW_NODE_WEIGHTS = np.polynomial.legendre.leggauss(20)
NARROW = 4.0


@dataclass(frozen=True)
class Pareto:
    """The fitted model; `alpha` and `beta` in units of time."""

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float

    def alive(self, of: Histories) -> Floats:
        """P(still a customer at the end of observation), (n,)."""
        size = self.r + of.repeats
        left = _Leaving(self.alpha + of.last, self.beta + of.last, of.observed - of.last)
        gone = left.integral(size, self.s)
        stays = size * np.log1p(left.span / left.alpha) + self.s * np.log1p(left.span / left.beta)
        return 1 / (1 + gone * np.exp(np.minimum(stays, 600.0)))

    def expect(self, of: Histories, horizon: float) -> Floats:
        """Expected order days in the next `horizon`, (n,)."""
        return self.of_living(of, horizon) * self.alive(of)

    def of_living(self, of: Histories, horizon: float) -> Floats:
        """The same of who is still a customer for certain. Fader, Hardie 2005, equation 41."""
        s = self.s if abs(self.s - 1) > 1e-7 else 1 + 1e-7  # removable: the formula is 0 / 0 at s = 1
        rate = (self.r + of.repeats) / (self.alpha + of.observed)
        shopping = -np.expm1(-(s - 1) * np.log1p(horizon / (self.beta + of.observed))) / (s - 1)
        return rate * (self.beta + of.observed) * shopping

    def buys(self, of: Histories, horizon: float) -> Floats:
        """P(at least one order in the next `horizon`), (n,): alive, and an order comes before the end of either."""
        size = self.r + of.repeats
        ahead = _Leaving(self.alpha + of.observed, self.beta + of.observed, np.full(len(of), float(horizon)))
        none = np.exp(-size * np.log1p(ahead.span / ahead.alpha) - self.s * np.log1p(ahead.span / ahead.beta))
        return np.clip(1 - none - ahead.integral(size, self.s), 0.0, 1.0) * self.alive(of)

    def second_moment(self, of: Histories, horizon: float) -> Floats:
        """E[orders squared] in the next `horizon`, (n,): the variance of a Poisson count whose rate and time are
        uncertain, E[N] + E[rate^2] E[time^2]."""
        size, base = self.r + of.repeats, self.beta + of.observed
        rate_squared = size * (size + 1) / (self.alpha + of.observed) ** 2
        points, weights = (NODES + 1) / 2 * horizon, NODE_WEIGHTS / 2 * horizon
        time_squared = 2 * (points * np.power(1 + points / base[:, None], -self.s)) @ weights
        return self.expect(of, horizon) + rate_squared * time_squared * self.alive(of)


def train(histories: Histories, near: Pareto | None = None, prior: float = FREE) -> Pareto:
    """Fit by maximum likelihood, first from `near`, a model of much the same customers; `prior` as in
    `fitting.maximise`. Raises `fitting.NoFit`."""
    unit = float(max(histories.observed.mean(), 1e-9))
    found, weights, _ = histories.distinct()
    rows = found.in_units_of(unit)
    starts = STARTS if near is None else (np.log([near.r, near.alpha / unit, near.s, near.beta / unit]), *STARTS)
    top = maximise(likelihood(rows, weights), starts, float(weights.sum()), prior)
    r, alpha, s, beta = map(float, top.parameters)
    log_likelihood = float(top.log_likelihood - weights @ rows.repeats * np.log(unit))
    return Pareto(r, alpha * unit, s, beta * unit, log_likelihood)


def likelihood(rows: Histories, weights: Floats) -> Callable[[Floats], tuple[float, Floats]]:
    """log-parameters -> log-likelihood of weighted rows, and its gradient."""
    from scipy.special import digamma, gammaln

    counts, place = on_distinct(rows.repeats)
    many = np.bincount(place, weights, len(counts))

    def at(logs: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = np.exp(logs)
        size = r + rows.repeats
        leaving = _Leaving(alpha + rows.last, beta + rows.last, rows.observed - rows.last)
        gone, slopes = leaving.integral_and_slopes(size, s)
        until_alpha, until_beta = np.log1p(leaving.span / leaving.alpha), np.log1p(leaving.span / leaving.beta)
        stays = np.exp(-size * until_alpha - s * until_beta)
        whole = stays + gone
        from_alpha, from_beta = np.log(leaving.alpha), np.log(leaving.beta)
        value = many @ (gammaln(r + counts) - gammaln(r)) + weights @ (
            r * logs[1] + s * logs[3] - size * from_alpha - s * from_beta + np.log(whole)
        )
        living = stays / whole
        by_size = -living * until_alpha + slopes[0] / whole - from_alpha
        by_s = -living * until_beta + slopes[1] / whole - from_beta
        by_alpha = living * size * leaving.span / (leaving.alpha * (leaving.alpha + leaving.span))
        by_beta = living * s * leaving.span / (leaving.beta * (leaving.beta + leaving.span))
        slope = (
            many @ (digamma(r + counts) - digamma(r)) + weights @ (logs[1] + by_size),
            weights @ (r / alpha - size / leaving.alpha + by_alpha + slopes[2] / whole),
            weights @ (logs[3] + by_s),
            weights @ (s / beta - s / leaving.beta + by_beta + slopes[3] / whole),
        )
        return float(value), np.array(slope) * np.array([r, alpha, s, beta])

    return at


@dataclass(frozen=True)
class _Leaving:
    """Leaving at a moment u of [0, span], without an order until then: the density is
    (1 + u/alpha)^-size times s/beta (1 + u/beta)^-(s+1)."""

    alpha: Floats
    beta: Floats
    span: Floats

    def integral(self, size: Floats, s: float) -> Floats:
        return np.concatenate([part._at_nodes(many, s).total for part, many in self._pieces(size)])

    def integral_and_slopes(self, size: Floats, s: float) -> tuple[Floats, Floats]:
        """The integral, and its derivatives by size, s, alpha and beta, (4, n)."""
        found = [part._with_slopes(many, s) for part, many in self._pieces(size)]
        return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found], axis=1)

    def _with_slopes(self, size: Floats, s: float) -> tuple[Floats, Floats]:
        nodes = self._at_nodes(size, s)  # let go with the piece: those of all rows would fit neither cache nor memory
        return nodes.total, nodes.slopes(self, size, s)

    def _pieces(self, size: Floats) -> list[tuple["_Leaving", Floats]]:
        """So many rows at a time that the nodes stay in the processor's cache."""
        step = 1024
        return [
            (_Leaving(self.alpha[i : i + step], self.beta[i : i + step], self.span[i : i + step]), size[i : i + step])
            for i in range(0, max(len(size), 1), step)
        ]

    def _at_nodes(self, size: Floats, s: float) -> "_Nodes":
        """Nodes lie evenly on the logarithm of the scale on which the integrand falls: alpha/size or beta/(s+1)."""
        scale = 1 / (size / self.alpha + (s + 1) / self.beta)
        width = np.log1p(self.span / scale)
        is_narrow = width.max(initial=0.0) <= NARROW
        nodes, node_weights = (FEW_NODES, FEW_NODE_WEIGHTS) if is_narrow else (NODES, NODE_WEIGHTS)
        steps = width[:, None] * ((nodes + 1) / 2)
        u = np.expm1(steps)
        u *= scale[:, None]
        past_alpha, past_beta = u / self.alpha[:, None], np.divide(u, self.beta[:, None], out=u)
        by_alpha, by_beta = np.log1p(past_alpha), np.log1p(past_beta)
        # Everything that falls or grows along the nodes in one exponential; what a row has in common comes after.
        values = np.multiply(by_alpha, -size[:, None])
        values -= (s + 1) * by_beta
        values += steps
        np.exp(values, out=values)
        values *= node_weights
        return _Nodes(values, past_alpha, past_beta, by_alpha, by_beta, s / self.beta * width / 2 * scale)


@dataclass(frozen=True)
class _Nodes:
    """Weighted values at the nodes, u/alpha, u/beta and the logarithms of 1 + these, each (n, nodes); and what all
    values of a row are to be multiplied by, (n,)."""

    values: Floats
    past_alpha: Floats
    past_beta: Floats
    by_alpha: Floats
    by_beta: Floats
    factor: Floats

    @cached_property
    def total(self) -> Floats:
        return self.values.sum(axis=1) * self.factor

    def slopes(self, of: _Leaving, size: Floats, s: float) -> Floats:
        """Derivatives of the total by size, s, alpha and beta, (4, n)."""
        shares = [past / (1 + past) for past in (self.past_alpha, self.past_beta)]
        weighted = [np.einsum("ij,ij->i", self.values, by) for by in (self.by_alpha, self.by_beta, *shares)]
        by_size, by_s, by_alpha, by_beta = (one * self.factor for one in weighted)
        return np.array(
            [
                -by_size,
                self.total / s - by_s,
                size / of.alpha * by_alpha,
                ((s + 1) * by_beta - self.total) / of.beta,
            ]
        )
