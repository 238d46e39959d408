"""Replays files of real records through the whole system: what a column means is data, who answers is simulated."""
