"""The clocks of a ticket: states, commands, decide, evolve. Pure."""
