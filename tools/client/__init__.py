"""How anybody outside reaches a running system: its addresses, public and inbound topics, and what trace answers."""
