"""What doors have in common: who is logged in, what they may do, and what is said of an act that cannot be taken."""
