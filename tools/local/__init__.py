"""Broker, database and services as processes of this machine, in git-ignored folders of the clone."""
