"""The imperative shell: hears records, runs the lane transaction, publishes what was decided; decides nothing."""
