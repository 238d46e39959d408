"""The command line of Liuhen, and all that runs the system on one machine."""
