"""The command line of Liuhen."""
