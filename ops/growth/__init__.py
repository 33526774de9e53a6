"""Feeding, measuring and looking into the growth agent."""
