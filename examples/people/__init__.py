"""Simulated people: they read only their public topics and write only their inbound topics, as real ones would."""
