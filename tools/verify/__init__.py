"""Whether a running system kept its promises: reads the topics and the tables, trusts neither."""
