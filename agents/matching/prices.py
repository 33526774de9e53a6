"""An assignment in; each driver's price, and the proof that the assignment is optimal, out.

A driver's price is what it is worth to the other orders: the least dual prices of the assignment problem. With them every order pays
least, price included, for the driver it got. That such prices exist, with none for a driver nobody got, *is* optimality (linear programming
duality); a driver nobody got would have got an order had its cost been lower by more than ``slack``, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.optimal import Choices
from columns.table import I64, Mask


@dataclass(frozen=True, slots=True)
class Prices:
    """Milliseconds: ``price`` (drivers + 1,), the last for padding; ``pays`` (orders,), an order's cost with the price of its driver.

    ``proven`` (orders,): no other choice of the order would have cost it less, and going without would not have either.
    """

    price: I64
    pays: I64
    proven: Mask

    def slack(self, choices: Choices) -> I64:
        """By how much the cost of each choice would have to fall to be chosen, shape as ``choices.cost``; 0 for the chosen."""
        out: I64 = choices.cost + self.price[choices.driver] - self.pays[:, None]
        return out


def prices(choices: Choices, place: I64) -> Prices:
    """The least prices under which each order's choice at ``place`` (orders,), -1 for none, costs it least."""
    matched = np.flatnonzero(place >= 0)
    own: I64 = choices.outside.copy()
    own[matched] = choices.cost[matched, place[matched]]
    holds: I64 = np.full(len(choices), choices.drivers, np.int64)
    holds[matched] = choices.driver[matched, place[matched]]
    owner: I64 = np.full(choices.drivers + 1, -1, np.int64)
    owner[holds[matched]] = matched
    price: I64 = np.zeros(choices.drivers + 1, np.int64)
    rising: I64 = np.arange(len(choices))
    # a driver costs at least what another order would have saved by it; a rise goes on to what its own order might take instead
    for _ in range(len(choices) + 1):
        if len(rising) == 0:
            break
        bound = own[rising, None] + price[holds[rising], None] - choices.cost[rising]
        higher = bound > price[choices.driver[rising]]
        higher &= choices.driver[rising] != holds[rising, None]
        drivers = choices.driver[rising][higher]
        np.maximum.at(price, drivers, bound[higher])
        owners = owner[np.unique(drivers)]
        rising = owners[owners >= 0]
    pays = own + price[holds]
    free = owner[:-1] < 0
    sound = (choices.cost + price[choices.driver] >= pays[:, None]).all(axis=1) & (pays <= choices.outside)
    sound &= ~((price[:-1] > 0) & free)[np.minimum(choices.driver, choices.drivers - 1)].any(axis=1) if choices.drivers else True
    return Prices(price, pays, sound)
