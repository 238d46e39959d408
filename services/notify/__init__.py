"""Hears what happens to tickets and their clocks, decides who is told what and when, and says what became of it."""
