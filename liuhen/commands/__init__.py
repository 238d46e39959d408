"""One module per group of commands; each has `register(app)`, and is found by standing here."""
