"""What is up, what waits, what is wrong with a running system, and what to do next."""
