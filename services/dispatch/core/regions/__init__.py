"""The small machines that run beside the main state of a ticket, one module each."""
