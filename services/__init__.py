"""The six services; they speak through topics and never import one another."""
