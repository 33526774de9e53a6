"""What was seen of each cell (zone and service) as Gaussian evidence in; the posterior of each cell's weights, out.

A cell's weights are its own level and slope, and the weights of the context, which all cells of the market share. Own ones are sums of four
parts, each shrunk to none: the market's, the service's, the zone's, and the cell's (a crossed random-effects model, Gelman and Hill 2007,
ch. 13). Evidence has its natural parameters, precision (k, k) and information (k,), and adds up, so that forgetting is to multiply it. The
posterior is exact: the cells' parts are eliminated, then the zones' (Schur complements), what is left is solved at once. Nothing here calls
BLAS, whose sums may depend on threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.pricing.contexts import F64, OWN


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of the weights at first, as Gaussians; pairs are of level and slope."""

    mean: tuple[float, float] = (0.5, 4.0)  # of the market
    market_sd: tuple[float, float] = (1.5, 1.5)
    service_sd: tuple[float, float] = (0.7, 0.7)
    zone_sd: tuple[float, float] = (0.4, 0.4)
    cell_sd: tuple[float, float] = (0.3, 0.3)
    context_sd: float = 0.5


@dataclass(frozen=True, slots=True)
class Posterior:
    """Of each cell's weights: mean (zones, services, k), covariance (zones, services, k, k)."""

    mean: F64
    covariance: F64


def posterior(precision: F64, information: F64, prior: Prior) -> Posterior:
    """The posterior of all cells from their evidence, shapes (zones, services, k, k) and (zones, services, k)."""
    own = slice(0, OWN)
    rows = precision[..., own, :]
    spread = _inverse_pairs(rows[..., own] + np.diag(1.0 / np.square(prior.cell_sd)))  # of the cells' own parts
    gain = _product(spread, rows)  # how those follow the rest
    offset = _product(spread, information[..., own, None])
    back = np.swapaxes(rows, -1, -2)
    mean, covariance = _shared(precision - _product(back, gain), information - _product(back, offset)[..., 0], prior)
    mean[..., own] += (offset - _product(gain, mean[..., None]))[..., 0]
    drawn = _product(gain, covariance)  # (2, k): the cells' own parts take that back
    taken = _product(drawn, np.swapaxes(gain, -1, -2))
    covariance[..., own, :] -= drawn
    covariance[..., :, own] -= np.swapaxes(drawn, -1, -2)
    covariance[..., own, own] += taken + spread
    return Posterior(mean, covariance)


def _shared(left: F64, pulled: F64, prior: Prior) -> tuple[F64, F64]:
    """Of the sum of the market's, the service's and the zone's parts and of the context's weights: mean and covariance by cell."""
    zones, services, k = pulled.shape
    own, rest = slice(0, OWN), slice(OWN, k)
    by_zone, rows = left.sum(axis=1), _rows(left)
    spread = _inverse_pairs(by_zone[:, own, own] + np.diag(1.0 / np.square(prior.zone_sd)))  # of the zones' parts
    gain = _product(spread, rows)  # how those follow the fixed ones
    offset = _product(spread, pulled.sum(axis=1)[:, own, None])
    back = np.swapaxes(rows, -1, -2)
    joint, target = _fixed(left, pulled, prior)
    inverse = _inverse(joint - _product(back, gain).sum(axis=0))
    solved = (inverse * (target - _product(back, offset)[..., 0].sum(axis=0))).sum(axis=1)
    context = OWN * (1 + services)
    drawn = inverse[own] + inverse[OWN:context].reshape(services, OWN, -1)  # (services, 2, m): the market's and a service's with all
    across = -_product(gain, inverse)  # (zones, 2, m)
    alone = spread - _product(across, np.swapaxes(gain, -1, -2))
    both = across[:, None, :, own] + across[..., OWN:context].reshape(zones, OWN, services, OWN).swapaxes(1, 2)
    each = np.arange(services)
    pairs = drawn[..., own] + drawn[..., OWN:context].reshape(services, OWN, services, OWN)[each, :, each]
    mean, covariance = np.empty((zones, services, k)), np.empty((zones, services, k, k))
    mean[..., own] = (solved[own] + solved[OWN:context].reshape(services, OWN)) + (offset[..., 0] - (gain * solved).sum(axis=-1))[:, None]
    mean[..., rest] = solved[context:]
    covariance[..., own, own] = pairs + alone[:, None] + both + both.swapaxes(-1, -2)
    covariance[..., own, rest] = drawn[..., context:] + across[:, None, :, context:]
    covariance[..., rest, own] = covariance[..., own, rest].swapaxes(-1, -2)
    covariance[..., rest, rest] = inverse[context:, context:]
    return mean, covariance


def _rows(left: F64) -> F64:
    """Of a zone's level and slope with the fixed weights (m,): the market's, the services', the context's; (zones, 2, m)."""
    zones, services = left.shape[:2]
    total, pairs = left.sum(axis=1)[:, :OWN], left[..., :OWN, :OWN].swapaxes(1, 2).reshape(zones, OWN, services * OWN)
    return np.concatenate([total[..., :OWN], pairs, total[..., OWN:]], axis=-1)


def _fixed(left: F64, pulled: F64, prior: Prior) -> tuple[F64, F64]:
    """Precision (m, m) and information (m,) of the market's and the services' parts and the context's weights, prior included."""
    _, services, k = pulled.shape
    context = OWN * (1 + services)
    by_service = left.sum(axis=0)
    everywhere = by_service.sum(axis=0)
    joint = np.zeros((context + k - OWN, context + k - OWN))
    joint[:OWN] = _rows(by_service[None])[0]
    for i in range(services):
        at = slice(OWN * (1 + i), OWN * (2 + i))
        joint[at, :OWN], joint[at, at], joint[at, context:] = (
            by_service[i, :OWN, :OWN],
            by_service[i, :OWN, :OWN],
            by_service[i, :OWN, OWN:],
        )
    joint[context:, :context], joint[context:, context:] = joint[:context, context:].T, everywhere[OWN:, OWN:]
    own = np.concatenate([np.square(prior.market_sd), np.tile(np.square(prior.service_sd), services)])
    joint[np.diag_indices(len(joint))] += 1.0 / np.concatenate([own, np.full(k - OWN, prior.context_sd**2)])
    total = pulled.sum(axis=0)
    target = np.concatenate([total.sum(axis=0)[:OWN], total[:, :OWN].ravel(), total.sum(axis=0)[OWN:]])
    target[:OWN] += np.divide(prior.mean, np.square(prior.market_sd))
    return joint, target


def _inverse(matrix: F64) -> F64:
    """Of a symmetric positive definite matrix (d, d), by sweeping each row (Goodnight 1979)."""
    out, change = matrix.copy(), np.empty_like(matrix)
    for i in range(len(out)):
        row = out[i] / out[i, i]
        column = out[:, i].copy()
        column[i] = 0.0
        pivot = out[i, i]
        np.multiply(column[:, None], row, out=change)
        out -= change
        out[i] = row
        out[:, i] = -column / pivot
        out[i, i] = 1.0 / pivot
    return (out + out.T) / 2


def _inverse_pairs(matrices: F64) -> F64:
    """Of symmetric matrices (..., 2, 2)."""
    a, b, c = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    determinant = a * c - b * b
    return np.stack([c, -b, -b, a], axis=-1).reshape(matrices.shape) / determinant[..., None, None]


def _product(left: F64, right: F64) -> F64:
    """Of matrices (..., i, j) and (..., j, l), summed in the order of j."""
    out = left[..., :, :1] * right[..., :1, :]
    for j in range(1, left.shape[-1]):
        out += left[..., :, j : j + 1] * right[..., j : j + 1, :]
    return out
