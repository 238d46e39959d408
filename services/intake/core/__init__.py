"""What the door decides, without any I/O: reading, checking, numbering, answering."""
