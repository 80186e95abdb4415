"""Gamma-Gamma: what an order of a customer is worth, learnt from all orders, net of returns.

Fader, Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), http://www.brucehardie.com/notes/025/. There only
repeat orders count and single buyers get the population's mean; here the first order counts like any other, which
ranks customers better wherever many bought once.

Assumed: order values vary around a customer's own mean like gamma(p, nu), and nu over customers like gamma(q, gamma);
how much and how often are independent, which `correlation` looks at. Where the fit cannot be used (q <= 1: the mean
would be infinite; no convergence; the two are correlated) the fallback is a mean shrunken by the method of moments
(Buehlmann's credibility), and `note` says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models_ml.btyd.fitting import NoFit, maximise
from models_ml.btyd.histories import Floats, on_distinct

STARTS = (np.log([5.0, 3.0, 5.0]), np.log([1.5, 2.0, 1.0]), np.log([20.0, 5.0, 0.3]), np.log([0.7, 5.0, 8.0]))
CORRELATION_LIMIT = 0.6
FEWEST = 20


@dataclass(frozen=True)
class Spend:
    """What an order is worth: the mean of a customer is (prior_total + his or her total) / (prior_orders + orders).

    With Gamma-Gamma prior_total is gamma, prior_orders (q - 1) / p (2013, equation 5). `shape` p says how far the
    orders of one customer scatter, `q` how far customers do; both serve `second_moment`. Money in the log's unit.
    """

    prior_total: float
    prior_orders: float
    shape: float
    q: float
    correlation: float
    note: str

    def expect(self, orders: Floats, total: Floats) -> Floats:
        """Expected net value of the next order, (n,), never below 0."""
        return (self.prior_total + np.maximum(total, 0.0)) / (self.prior_orders + orders)

    def second_moment(self, orders: Floats, total: Floats) -> tuple[Floats, Floats]:
        """E[mean squared] of a customer's own mean, and E[variance of one order], each (n,).

        A tail so heavy that the second moment is infinite is held to a coefficient of variation of 2.
        """
        mean = self.expect(orders, total)
        degrees = np.maximum(self.shape * orders + self.q - 2, 0.25)
        squared = mean**2 * (1 + 1 / degrees)
        return squared, squared / self.shape


def train(orders: Floats, total: Floats) -> Spend:
    """Fit on customers with `orders` (1 or more) worth `total` net. Raises NoFit when too few earned anything."""
    orders, total = np.asarray(orders, dtype=float), np.asarray(total, dtype=float)
    paying = total > 0
    if paying.sum() < FEWEST:
        raise NoFit(f"Only {int(paying.sum())} customers have net spend above 0; {FEWEST} are needed to learn from.")
    orders, total = orders[paying], total[paying]
    linked = _correlation(orders, total / orders)
    if abs(linked) > CORRELATION_LIMIT:
        return _credibility(orders, total, linked, f"frequency and spend are correlated ({linked:.2f})")
    unit = float((total / orders).mean())
    try:
        top = maximise(likelihood(orders, total / unit), STARTS, float(len(orders)))
    except NoFit as why:
        return _credibility(orders, total, linked, str(why).rstrip("."))
    p, q, gamma = map(float, top.parameters)
    if q <= 1.01:
        return _credibility(orders, total, linked, f"q is {q:.2f}, so the mean would be infinite")
    return Spend(gamma * unit, (q - 1) / p, p, q, linked, "")


def likelihood(orders: Floats, total: Floats) -> Callable[[Floats], tuple[float, Floats]]:
    """log-parameters (p, q, gamma) -> log-likelihood of the mean order values, and its gradient. 2013, equation 1a."""
    from scipy.special import digamma, gammaln

    counts, place = on_distinct(orders)
    many = np.bincount(place, minlength=len(counts)).astype(float)
    log_total = np.log(total)
    by_count = float(orders @ log_total)
    constant = float(np.log(orders).sum() - log_total.sum())

    def at(logs: Floats) -> tuple[float, Floats]:
        p, q, gamma = np.exp(logs)
        size = p * orders + q
        reach = np.log(gamma + total)
        value = (
            many @ (gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q))
            + len(orders) * q * logs[2]
            + p * by_count
            + constant
            - size @ reach
        )
        by_q = digamma(p * counts + q)
        slope = (
            many @ (counts * (by_q - digamma(p * counts))) + by_count - orders @ reach,
            many @ (by_q - digamma(q)) + len(orders) * logs[2] - reach.sum(),
            len(orders) * q / gamma - (size / (gamma + total)).sum(),
        )
        return float(value), np.array(slope) * np.array([p, q, gamma])

    return at


def _correlation(orders: Floats, mean: Floats) -> float:
    """Of the logarithms, over customers who came back; 0 where too few did, or all came or spent alike."""
    repeated = orders > 1
    often, much = np.log(orders[repeated]), np.log(mean[repeated])
    if repeated.sum() < FEWEST or min(np.ptp(often), np.ptp(much)) < 1e-9:
        return 0.0
    return float(np.corrcoef(often, much)[0, 1])


def _credibility(orders: Floats, total: Floats, linked: float, why: str) -> Spend:
    """Buehlmann's credibility with a coefficient of variation of 1 within a customer."""
    mean = float(total.sum() / orders.sum())
    own = total / orders
    between = max(float(np.average((own - mean) ** 2, weights=orders)) - mean**2 * len(own) / float(orders.sum()), 0.0)
    prior = float(np.clip(mean**2 / max(between, 1e-12), 0.2, 50.0))
    return Spend(prior * mean, prior, 1.0, prior + 1.0, linked, f"Shrunken means instead of Gamma-Gamma: {why}.")
