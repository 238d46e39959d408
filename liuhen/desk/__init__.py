"""What people of office, departments and channels do in a terminal: see what waits, act, hear the answer."""
