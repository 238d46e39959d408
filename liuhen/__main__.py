"""`liuhen` and `python -m liuhen`."""

from __future__ import annotations

from liuhen.cli import build


def main() -> None:
    """Run the command line."""
    build()()


if __name__ == "__main__":
    main()
