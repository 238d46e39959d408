"""Which category a text is about: the catalogue's keywords and a small model suggest it; and how that is trained."""
