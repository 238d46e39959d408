"""`liuhen` and `python -m liuhen`."""

from __future__ import annotations

import sys

from liuhen.cli import build


def main() -> None:
    """Run the command line."""
    build(sys.argv[1:])()


if __name__ == "__main__":
    main()
