"""A made-up district: who lives where, what they complain of and in which words, all from one seed."""
