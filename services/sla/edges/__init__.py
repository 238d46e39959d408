"""What operations see of the clocks."""
