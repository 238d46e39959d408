"""Measures what the system does on this machine, beside a floor that does the same without faust or chassis."""
