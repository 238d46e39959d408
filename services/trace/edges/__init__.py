"""What was noted, as people and operations ask for it."""
