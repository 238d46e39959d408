"""`python -m bench`: measure, and print figures with the aims beside them."""

from __future__ import annotations

from bench.app import main

if __name__ == "__main__":
    main()
