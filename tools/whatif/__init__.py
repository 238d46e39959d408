"""What would have been: recorded tickets lived again through the services' pure cores, under other rules."""
