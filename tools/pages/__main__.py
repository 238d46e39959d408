"""Write every generated page: `make pages`."""

from __future__ import annotations

from tools.layout import ROOT
from tools.pages import pages


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
