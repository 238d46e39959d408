"""Incidents (多人同诉): what one act for many members comes to; each member lives on as the ticket that it is."""
