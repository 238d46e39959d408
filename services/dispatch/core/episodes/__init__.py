"""The life of a ticket, one module for each episode: its state, what is legal when, what is decided, what facts change.

Read a module from the top: the region of the ticket that the episode keeps, then each step with the states in which it
is legal, the guards that must hold and where it can lead, then how each fact changes the ticket and who hears of it.
"""
