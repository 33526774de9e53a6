"""What is asked for and what serves it: shares, hours and ranges of the simulated platform (FACTS, "The platform" and §2)."""

from __future__ import annotations

import numpy as np

from agents.matching.policy import DEFAULT, SERVED_BY, SERVICES, VEHICLES

SERVICE_SHARE = np.array([0.50, 0.16, 0.16, 0.07, 0.07, 0.04])  # of orders, in the order of SERVICES
VEHICLE_SHARE = np.array([0.30, 0.10, 0.05, 0.03, 0.19, 0.09, 0.12, 0.07, 0.05])  # of drivers, in the order of VEHICLES
OFFERS = {vehicle: tuple(s for s in SERVICES if vehicle in SERVED_BY[s]) for vehicle in VEHICLES}
PEOPLE = ("SEDAN", "SUV", "LUXURY_SEDAN", "LUXURY_SUV")  # vehicles with seats, so with features

TIER_SHARE = np.array([0.80, 0.08, 0.06, 0.04, 0.02])  # of orders
TIER_RATING = np.array(DEFAULT.tier_minimum)  # least rating of a driver of the tier

FEATURE_ASKED = np.array([0.04, 0.04, 0.02])  # share of rides that require it
FEATURE_OFFERED = np.array([0.35, 0.40, 0.15])  # share of seated vehicles that have it

SPECIALTIES = ("airport", "events", "night", "long-distance", "fragile")

_COMMUTE = [3, 2, 2, 2, 3, 5, 9, 15, 16, 12, 10, 10, 11, 11, 10, 11, 13, 16, 17, 14, 11, 10, 8, 5]
_MEALS = [2, 1, 1, 1, 1, 1, 2, 4, 5, 4, 5, 11, 16, 13, 7, 5, 6, 10, 17, 19, 15, 9, 6, 3]
_DAYTIME = [1, 1, 1, 1, 1, 2, 4, 8, 12, 15, 16, 16, 15, 14, 14, 14, 13, 12, 10, 8, 5, 3, 2, 1]
_BY_SERVICE = np.array([_COMMUTE, _COMMUTE, _MEALS, _DAYTIME, _DAYTIME, _DAYTIME], dtype=np.float64)
HOURLY = _BY_SERVICE / _BY_SERVICE.mean(axis=1, keepdims=True)  # [service, hour], mean 1 over the day

CRUISE_MPS = 30 / 3.6  # driving speed in traffic
PATIENCE_S = (120, 600)  # how long riders wait for a decision
"""Drawn log-uniformly between the two, in the world's seconds."""

OFFERED = 0.95  # share of orders that a driver may decline; of those from merchants, see merchants.TOLD
OFFER_S = 15.0  # drivers have so long to answer, the world's time, as at Uber and Lyft
GIVES_BACK = 0.02  # share of accepted orders that their drivers give back on the way

SCHEDULED = 0.06  # share of rides that are wanted later
SCHEDULED_S = (600.0, 3600.0)  # from the order to the wished pickup, the world's time
