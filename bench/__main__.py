"""`python -m bench [name …] [--size 1e3,1e5,1e6] [--rounds N]`, on the database that DATABASE_URL names.

`./concord bench` brings a server for it and throws it away afterwards.
"""

import argparse
import os
import sys
from collections.abc import Sequence

NAMES = ("commands", "queue", "insight", "claims", "sweep", "weeks", "periods", "imports")


def main(words: Sequence[str]) -> int:
    """Measure what was asked for, and print it; 1 when a goal was missed."""
    asked = _parser().parse_args(words)
    import django

    django.setup()
    from bench import run

    return run.run(asked.names or NAMES, asked.size, asked.rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="concord bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name", help=", ".join(NAMES))
    parser.add_argument("--size", type=_sizes, default=_sizes("1e3,1e5,1e6"), help="open tasks, such as 1e3,1e5,1e6")
    parser.add_argument("--rounds", type=int, default=200, help="how often each command is measured")
    return parser


def _sizes(text: str) -> list[int]:
    """Sizes as they are typed: `1e3,100000`."""
    try:
        sizes = sorted({int(float(each)) for each in text.split(",")})
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers such as 1e3,1e5,1e6") from error
    if not sizes or sizes[0] < 1000 or sizes[-1] > 10_000_000:
        raise argparse.ArgumentTypeError("take sizes from 1e3 to 1e7")
    return sizes


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    sys.exit(main(sys.argv[1:]))
