"""Logarithm, exponential, cosine and interpolation that give the same bits on every machine.

NumPy's own differ in the last bit from processor to processor (they use what vector instructions there are), and one
bit can move an order into another second. Addition, multiplication, division and square root are exact by IEEE 754,
so series made of them alone (Abramowitz, Stegun 1964: 4.1.27, 4.2.1, 4.3.66) agree everywhere.
"""

from math import factorial

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LN2 = 0.6931471805599453
TAU = 6.283185307179586


def log(x: Floats) -> Floats:
    """Natural logarithm of positive numbers, to about 1e-15."""
    part, power = np.frexp(x)
    low = part < 0.7071067811865476
    part, power = np.where(low, 2 * part, part), power - low
    s = (part - 1) / (part + 1)
    return power * LN2 + 2 * s * _series(s * s, [1 / (2 * k + 1) for k in range(12)])


def exp(x: Floats) -> Floats:
    """e to the x, for |x| below 700, to about 1e-15."""
    power = np.rint(x / LN2)
    return np.ldexp(_series(x - power * LN2, [1 / factorial(k) for k in range(15)]), power.astype(np.int64))


def cosine_of_turn(turn: Floats) -> Floats:
    """cos(2 pi turn) for 0 <= turn <= 1."""
    off = np.abs(turn - 0.5)
    far = off > 0.25
    angle = TAU * np.where(far, 0.5 - off, off)
    value = _series(angle * angle, [(-1) ** k / factorial(2 * k) for k in range(13)])
    return np.where(far, value, -value)


def interpolate(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Straight lines between (knots, values); knots rise. Outside them the first and last line go on."""
    left = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    share = (x - knots[left]) / (knots[left + 1] - knots[left])
    return values[left] + share * (values[left + 1] - values[left])


def _series(x: Floats, coefficients: list[float]) -> Floats:
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total
