"""The life of a ticket: states, commands, decide, evolve. Pure."""
