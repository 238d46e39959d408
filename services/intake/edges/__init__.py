"""The HTTP door, where people and other systems come in."""
