"""Who is told what, and what became of each notice: pure."""
