"""What a timeline says about a ticket: pure projections of entries to rows."""
