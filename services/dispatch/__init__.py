"""Hears what came in and what the clocks say, decides each step of a ticket's life, tells all whom it concerns."""
