"""Hears everything that is said between the services, decides nothing, answers where each ticket stands and why."""
