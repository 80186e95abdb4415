"""BG/NBD and MBG/NBD: Poisson orders, and after an order a coin decides whether the customer leaves.

BG/NBD: Fader, Hardie, Lee, "Counting Your Customers the Easy Way", *Marketing Science* 24 (2005) 275-284. MBG/NBD:
Batislam, Denizel, Filiztekin, "Empirical validation and comparison of models for customer base analysis",
*International Journal of Research in Marketing* 24 (2007) 201-209.

Assumed: while alive a customer orders at a constant rate, gamma(r, alpha) over customers; after an order he or she
leaves with a probability of his or her own, beta(a, b) over customers; rate and leaving are independent. BG/NBD tosses
no coin after the first order, so whoever bought once is alive for certain: no churn model where most buy once.
MBG/NBD tosses one there too. Seasons, prices and campaigns are no part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models_ml.btyd.fitting import FREE, maximise
from models_ml.btyd.histories import Floats, Histories, on_distinct

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(48)
STARTS = (
    np.log([0.5, 0.3, 0.8, 2.0]),
    np.log([1.5, 1.0, 0.3, 1.0]),
    np.log([0.1, 0.05, 2.0, 20.0]),
    np.log([5.0, 3.0, 1.0, 10.0]),
)


@dataclass(frozen=True)
class BetaGeometric:
    """The fitted model. `alpha` in units of time; `coins_at_first` is 0 for BG/NBD, 1 for MBG/NBD."""

    r: float
    alpha: float
    a: float
    b: float
    coins_at_first: int
    log_likelihood: float

    def alive(self, of: Histories) -> Floats:
        """P(still a customer at the end of observation), (n,). 2005, equation 7 by Bayes."""
        return 1 / (1 + self._odds_gone(of))

    def expect(self, of: Histories, horizon: float) -> Floats:
        """Expected order days in the next `horizon`, (n,)."""
        return self.of_living(of, horizon) * self.alive(of)

    def of_living(self, of: Histories, horizon: float) -> Floats:
        """The same of who is still a customer for certain. 2005, equation 10, after Euler's transformation.

        The published form overflows for frequent buyers; transformed, the first argument of 2F1 no longer grows with
        the number of orders.
        """
        from scipy.special import hyp2f1

        a = self.a if abs(self.a - 1) > 1e-7 else 1 + 1e-7  # removable: the formula is 0 / 0 at a = 1
        c = a + self.b + of.repeats + self.coins_at_first - 1
        share = horizon / (self.alpha + of.observed + horizon)
        first = a + self.b + self.coins_at_first - 1 - self.r
        with np.errstate(over="ignore", invalid="ignore"):
            left = np.power(1 - share, a - 1) * hyp2f1(first, a - 1, c, share)
            closed = c / (a - 1) * (1 - left)
        # For parameters far out SciPy's 2F1 gives up; the integral it stands for does not.
        expected = closed if np.isfinite(closed).all() else self._over_coins(of, horizon)[0]
        return np.maximum(expected, 0.0)

    def buys(self, of: Histories, horizon: float) -> Floats:
        """P(at least one order in the next `horizon`), (n,): alive, and not without an order all that time."""
        quiet = (self.r + of.repeats) * np.log1p(horizon / (self.alpha + of.observed))
        return -np.expm1(-quiet) * self.alive(of)

    def second_moment(self, of: Histories, horizon: float) -> Floats:
        """E[orders squared] in the next `horizon`, (n,): the mean over coins of `_moments`."""
        return self._over_coins(of, horizon)[1] * self.alive(of)

    def at_least(self, of: Histories, horizon: float, most: int) -> Floats:
        """P(at least k orders in the next `horizon`) for k = 1 .. most, (n, most).

        Alive, k arrivals in time (negative binomial), and k - 1 coins that let the customer stay (beta).
        """
        from scipy.special import betainc, betaln

        coins = of.repeats + self.coins_at_first
        k = np.arange(1, most + 1)
        stays = np.exp(betaln(self.a, self.b + coins[:, None] + k - 1) - betaln(self.a, self.b + coins)[:, None])
        share = (self.alpha + of.observed) / (self.alpha + of.observed + horizon)
        arrives = betainc(k.astype(float), (self.r + of.repeats)[:, None], 1 - share[:, None])
        return arrives * stays * self.alive(of)[:, None]

    def _over_coins(self, of: Histories, horizon: float) -> tuple[Floats, Floats]:
        """E[N] and E[N^2] of the living: `_moments` averaged over beta(a, b + coins) at 48 of its quantiles.

        The quantiles depend on the number of coins alone, of which there are few.
        """
        from scipy.special import betaincinv

        counts, place = on_distinct(of.repeats)
        leaves = betaincinv(self.a, self.b + counts[:, None] + self.coins_at_first, (NODES + 1) / 2)
        first, second = np.zeros(len(of)), np.zeros(len(of))
        size, time = self.r + of.repeats, horizon / (self.alpha + of.observed)
        for node, weight in enumerate(NODE_WEIGHTS / 2):
            one, two = _moments(leaves[place, node], size, time)
            first, second = first + weight * one, second + weight * two
        return first, second

    def _odds_gone(self, of: Histories) -> Floats:
        coins = of.repeats + self.coins_at_first
        quiet = (self.r + of.repeats) * np.log((self.alpha + of.observed) / (self.alpha + of.last))
        odds = self.a / np.maximum(self.b + coins - 1, 1e-300) * np.exp(np.minimum(quiet, 600.0))
        return np.where(coins > 0, odds, 0.0)


def _moments(leaves: Floats, size: Floats, time: Floats) -> tuple[Floats, Floats]:
    """E[N] and E[N^2] of a living customer who leaves with probability `leaves` after each order; arrivals M in `time`
    (in units of the rate's scale) are negative binomial with this size.

    N is at least k with probability (1 - leaves)^(k-1) P(M >= k); summed over k both need only E[q^M] and E[M q^M],
    q = 1 - leaves. Below 1e-5 leaving does not matter and M's own moments stand in.
    """
    mean = size * time
    left = np.exp(-size * np.log1p(leaves * time))
    weighted = (1 - leaves) * mean * left / (1 + leaves * time)
    p = np.maximum(leaves, 1e-5)
    first = (1 - left) / p
    second = 2 * (1 - left - leaves * weighted) / p**2 - first
    stays = leaves < 1e-5
    return np.where(stays, mean, first), np.where(stays, mean + mean**2 * (1 + 1 / size), second)


def train(
    histories: Histories, coins_at_first: int = 0, near: BetaGeometric | None = None, prior: float = FREE
) -> BetaGeometric:
    """Fit by maximum likelihood: BG/NBD, or MBG/NBD with coins_at_first = 1; first from `near`, a model of much the
    same customers; `prior` as in `fitting.maximise`. Raises `fitting.NoFit`."""
    unit = float(max(histories.observed.mean(), 1e-9))
    found, weights, _ = histories.distinct()
    rows = found.in_units_of(unit)
    starts = STARTS if near is None else (np.log([near.r, near.alpha / unit, near.a, near.b]), *STARTS)
    top = maximise(likelihood(rows, weights, coins_at_first), starts, float(weights.sum()), prior)
    r, alpha, a, b = map(float, top.parameters)
    # In the unit given, every arrival's density is divided by the unit once.
    log_likelihood = float(top.log_likelihood - weights @ rows.repeats * np.log(unit))
    return BetaGeometric(r, alpha * unit, a, b, coins_at_first, log_likelihood)


def likelihood(rows: Histories, weights: Floats, coins_at_first: int) -> Callable[[Floats], tuple[float, Floats]]:
    """log-parameters -> log-likelihood of weighted rows, and its gradient. 2005, equation 6."""
    from scipy.special import digamma, gammaln

    counts, place = on_distinct(rows.repeats)
    coins = counts + coins_at_first
    tossed = (coins > 0)[place]
    many = np.bincount(place, weights, len(counts))

    def at(logs: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(logs)
        until, quiet = np.log(alpha + rows.observed), np.log(alpha + rows.last)
        size = r + rows.repeats
        odds = (a / np.where(coins > 0, b + coins - 1, 1.0))[place]
        gone = np.where(tossed, odds * np.exp(np.minimum(size * (until - quiet), 600.0)), 0.0)
        staying = (gammaln(r + counts) - gammaln(r) + gammaln(a + b) + gammaln(b + coins) - gammaln(b)) - gammaln(
            a + b + coins
        )
        value = many @ staying + weights.sum() * r * logs[1] + weights @ (np.log1p(gone) - size * until)
        dead = weights * (gone / (1 + gone))
        living = weights - dead
        dead_by_count = np.bincount(place, dead, len(counts))
        both = digamma(a + b) - digamma(a + b + coins)
        slope = (
            many @ (digamma(r + counts) - digamma(r)) + weights.sum() * logs[1] - living @ until - dead @ quiet,
            weights.sum() * r / alpha - living @ (size / (alpha + rows.observed)) - dead @ (size / (alpha + rows.last)),
            many @ both + dead.sum() / a,
            many @ (both + digamma(b + coins) - digamma(b))
            - dead_by_count @ np.where(coins > 0, 1 / np.where(coins > 0, b + coins - 1, 1.0), 0.0),
        )
        return float(value), np.array(slope) * np.array([r, alpha, a, b])

    return at
