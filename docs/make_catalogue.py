"""Adds finished runs to the catalogue and writes docs/catalogue.md:

python docs/make_catalogue.py runs/mini-meld-validation-emotion
"""

import sys
from pathlib import Path

from sentio.errors import SentioError
from sentio.evaluation import catalogue
from sentio.evaluation.catalogue import own, reading
from sentio.evaluation.catalogue.page import page

PAGE = Path(__file__).parent / "catalogue.md"


def main(runs: list[str]) -> int:
    """Add the runs, tell which are refused and why, write the page; 1 where one is damaged or not finished."""
    rows, refused = catalogue.ours(), 0
    for run in runs:
        try:
            rows = own.merged(rows, own.from_run(Path(run)))
        except SentioError as error:
            refused += not isinstance(error, own.NoResult)
            print(error, file=sys.stderr)
    reading.write(rows, reading.OWN)
    PAGE.write_text(page((*catalogue.published(), *catalogue.ours())), "utf8")
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
