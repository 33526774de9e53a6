"""What was seen of each cell (zone and service) as Gaussian evidence in; the posterior of each cell's weights, out.

A cell's weights are its own level and slope, and the weights of the context, which all cells of the market share. Own ones are sums of four
parts, each shrunk to none: the market's, the service's, the zone's, and the cell's (a crossed random-effects model, Gelman and Hill 2007,
ch. 13). Evidence has its natural parameters, precision (k, k) and information (k,), and adds up, so that forgetting is to multiply it. The
posterior is exact: the cells' parts are eliminated (Schur complement), what is left is solved at once. Nothing here calls BLAS, whose
sums may depend on threads.
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
    context_sd: float = 0.7


@dataclass(frozen=True, slots=True)
class Posterior:
    """Of each cell's weights: mean (zones, services, k), covariance (zones, services, k, k)."""

    mean: F64
    covariance: F64


def posterior(precision: F64, information: F64, prior: Prior) -> Posterior:
    """The posterior of all cells from their evidence, shapes (zones, services, k, k) and (zones, services, k)."""
    own_rows = precision[..., :OWN, :]
    spread = _inverse_pairs(precision[..., :OWN, :OWN] + np.diag(1.0 / np.square(prior.cell_sd)))  # of the cells' own parts
    gain = _product(spread, own_rows)  # how those follow the rest
    offset = _product(spread, information[..., :OWN, None])
    left = precision - _product(np.swapaxes(own_rows, -1, -2), gain)
    pulled = information - _product(np.swapaxes(own_rows, -1, -2), offset)[..., 0]
    mean, covariance = _shared(left, pulled, prior)
    k = precision.shape[-1]
    follow = np.broadcast_to(np.eye(k), precision.shape).copy()
    follow[..., :OWN, :] -= gain
    cell_mean = _product(follow, mean[..., None])[..., 0]
    cell_mean[..., :OWN] += offset[..., 0]
    cell_covariance = _product(_product(follow, covariance), np.swapaxes(follow, -1, -2))
    cell_covariance[..., :OWN, :OWN] += spread
    return Posterior(cell_mean, cell_covariance)


def _shared(left: F64, pulled: F64, prior: Prior) -> tuple[F64, F64]:
    """Of the sum of the market's, the service's and the zone's parts and of the context's weights: mean and covariance by cell."""
    zones, services, k = pulled.shape
    parts = [slice(OWN * i, OWN * (i + 1)) for i in range(1 + services + zones)]  # market, services, zones; then the context
    context = slice(OWN * len(parts), OWN * len(parts) + k - OWN)
    joint, target = _joint(left, pulled, prior)
    inverse = _inverse(joint)
    solved = (inverse * target).sum(axis=1)
    mean, covariance = np.empty((zones, services, k)), np.empty((zones, services, k, k))
    own, rest = slice(0, OWN), slice(OWN, k)
    mean[..., rest], covariance[..., rest, rest] = solved[context], inverse[context, context]
    columns = np.stack([inverse[:, parts[0]] + inverse[:, parts[1 + s]] for s in range(services)])  # (services, all, 2)
    sums = np.stack([solved[parts[0]] + solved[parts[1 + s]] for s in range(services)])
    for z in range(zones):
        here = parts[1 + services + z]
        mean[z, :, own] = sums + solved[here]
        both = columns + inverse[:, here]
        for s in range(services):
            covariance[z, s, own, own] = both[s, parts[0]] + both[s, parts[1 + s]] + both[s, here]
            covariance[z, s, rest, own] = both[s, context]
        covariance[z, :, own, rest] = np.swapaxes(covariance[z, :, rest, own], -1, -2)
    return mean, covariance


def _joint(left: F64, pulled: F64, prior: Prior) -> tuple[F64, F64]:
    """Precision (d, d) and information (d,) of the market's, services' and zones' parts and the context's weights, prior included."""
    zones, services, k = pulled.shape
    d = OWN * (1 + services + zones) + k - OWN
    joint, target = np.zeros((d, d)), np.zeros(d)
    by_service, by_zone = left.sum(axis=0), left.sum(axis=1)
    context = slice(d - (k - OWN), d)
    blocks = [(0, left.sum(axis=(0, 1)), pulled.sum(axis=(0, 1)))]
    blocks += [(1 + s, by_service[s], pulled[:, s].sum(axis=0)) for s in range(services)]
    blocks += [(1 + services + z, by_zone[z], pulled[z].sum(axis=0)) for z in range(zones)]
    for i, block, towards in blocks:
        at = slice(OWN * i, OWN * (i + 1))
        joint[at, at], joint[at, context], target[at] = block[:OWN, :OWN], block[:OWN, OWN:], towards[:OWN]
        joint[:OWN, at] = block[:OWN, :OWN]
    joint[context, context], target[context] = blocks[0][1][OWN:, OWN:], blocks[0][2][OWN:]
    crossed = np.swapaxes(left[..., :OWN, :OWN], 0, 1)  # (services, zones, 2, 2)
    first, last = OWN, OWN * (1 + services)
    joint[first:last, last : d - (k - OWN)] = crossed.transpose(0, 2, 1, 3).reshape(OWN * services, OWN * zones)
    joint = np.triu(joint)
    joint += np.triu(joint, 1).T
    sds = np.concatenate(
        [prior.market_sd, np.tile(prior.service_sd, services), np.tile(prior.zone_sd, zones), np.full(k - OWN, prior.context_sd)]
    )
    joint[np.diag_indices(d)] += 1.0 / np.square(sds)
    target[:OWN] += np.divide(prior.mean, np.square(prior.market_sd))
    return joint, target


def _inverse(matrix: F64) -> F64:
    """Of a symmetric positive definite matrix (d, d), by sweeping each row (Goodnight 1979)."""
    out = matrix.copy()
    for i in range(len(out)):
        row = out[i] / out[i, i]
        column = out[:, i].copy()
        column[i] = 0.0
        pivot = out[i, i]
        out -= column[:, None] * row
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
