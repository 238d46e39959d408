"""The imperative shell: hears records, runs the lane transaction, publishes what was decided; knows no ticket."""
