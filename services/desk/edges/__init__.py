"""The HTTP door, where persons come in."""
