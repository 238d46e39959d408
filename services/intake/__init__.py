"""intake hears everything from outside, decides whether it can be taken, and says what came in and who is answered."""
