"""What a citizen sees in a browser: where their matter stands (市民查询)."""
