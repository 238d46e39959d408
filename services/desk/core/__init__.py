"""What the desk decides, without any I/O: whose act it is, whether it can be said, and what became of it."""
