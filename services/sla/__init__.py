"""Hears the life of tickets and the rules, decides how long each matter may take and whose time it is, says clocks."""
