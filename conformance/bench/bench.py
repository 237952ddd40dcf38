#!/usr/bin/env python3
"""Measures the gateway against named baselines in the same run, and writes the report.

Everything that is measured is started here: the gateway, the baselines (a hyper server with a fixed
answer, `cryptography`, `moto[server]`) and Redis. Cases and baselines run in interleaved pairs; a
ratio is the median of its pairs. `--report` writes docs/performance.md with its plots; without it the
table is printed only.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "docs/performance"
sys.path.insert(0, str(HERE.parent))

import against_moto  # noqa: E402
import flames  # noqa: E402
import footprint  # noqa: E402
import generation  # noqa: E402
import report  # noqa: E402
import scale  # noqa: E402
import throughput  # noqa: E402
from workbench import Tools, venv  # noqa: E402

GROUPS = {
    "footprint": footprint.rows,
    "ceiling": throughput.rows,
    "generation": generation.rows,
    "moto": against_moto.rows,
    "scale": scale.rows,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", type=pathlib.Path, default=ROOT / "target/release", help="where the programs are")
    parser.add_argument("--report", action="store_true", help="write docs/performance.md and its plots")
    parser.add_argument("--no-graphs", action="store_true", help="draw no flame graphs, which takes minutes")
    parser.add_argument("--micro", type=pathlib.Path, help="what the micro-benchmarks printed, for the report")
    parser.add_argument("--pairs", type=int, default=5, help="turns that a case and its baseline take")
    parser.add_argument("--seconds", type=float, default=2.0, help="of a turn")
    parser.add_argument("--largest", type=int, default=1_000_000, help="key pairs in one store at most")
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(GROUPS)}; all of them if none is named")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.groups if name not in GROUPS]
    if unknown:
        parser.error(f"no such group: {', '.join(unknown)}")
    examples = arguments.release / "examples"
    cache = HERE.parent / ".cache"
    cache.mkdir(exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        tools = Tools(
            keyglot=(arguments.release / "keyglot").resolve(),
            fixed_body=(examples / "fixed_body").resolve(),
            load=(examples / "load").resolve(),
            python=venv(cache / "venv-bench", HERE / "baselines.txt"),
            work=pathlib.Path(work),
            pairs=arguments.pairs,
            seconds=arguments.seconds,
            largest=arguments.largest,
        )
        # First, because it would be a pity to lose the rows if a graph cannot be drawn.
        graphs = flames.draw(tools, cache, FOLDER) if arguments.report and not arguments.no_graphs else {}
        for name in arguments.groups or GROUPS:
            print(f"--- {name}", flush=True)
            for row in GROUPS[name](tools):
                row.show()
                rows.append(row)
        if arguments.report:
            report.write(rows, graphs, arguments.micro, tools, ROOT / "docs")
    missed = [row.case for row in rows if row.reached is False]
    print(f"{len(rows)} rows, {len(missed)} short of what is wanted" + "".join(f"\n  {case}" for case in missed))


if __name__ == "__main__":
    main()
