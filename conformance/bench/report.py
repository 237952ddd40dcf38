"""The report: a table, plots, flame graphs."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

from workbench import Row, Tools

GROUPS = {
    "footprint": "Start and memory",
    "ceiling": "Against the ceiling of the HTTP stack",
    "generation": "Keys that are made while callers wait",
    "moto": "Against moto[server]",
    "scale": "Many key pairs",
}
# What the profiles show to be in the way, in words.
LIMITS = pathlib.Path(__file__).with_name("limits.md")
NOTES = {
    "ceiling": "The ceiling is a hyper server that reads a body and answers 320 fixed bytes, on the same cores and "
               "with the same load: 64 connections, one request at a time on each. The load generator and whatever "
               "else takes part share the two cores with the server. Tencent's rate limit is on, and never reached.",
    "generation": "Generation is held against the newest `cryptography` wheel, one process a core. A get is held "
                  "against one of a gateway at rest.",
    "moto": "Eight connections: moto's server spends a thread on each and closes it behind each answer.",
    "scale": "Four connections; key pairs from everywhere among those held. What is held against is the same call on "
             "the smallest size in the same store.",
}


def write(rows: list[Row], graphs: dict[str, str], micro: pathlib.Path | None, tools: Tools, docs: pathlib.Path) -> None:
    folder = docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    plot(rows, tools, folder)
    parts = ["# Performance", "", "Written by `make bench`; every number is from one run.", "", *machine(tools)]
    for group, title in GROUPS.items():
        of_group = [row for row in rows if row.group == group]
        if not of_group:
            continue
        parts += ["", f"## {title}", ""]
        parts += [NOTES[group], ""] if group in NOTES else []
        parts += [f"![{title}](performance/{group}.svg)", ""] if any(row.ratio for row in of_group) else []
        parts += ["| case | seen | baseline | ratio | wanted | |", "|---|---|---|---|---|---|"]
        parts += [line(row) for row in of_group]
    if micro is not None:
        parts += ["", "## Single steps", "", "| step | time |", "|---|---|", *steps(micro.read_text())]
    if graphs:
        parts += ["", "## Where the time goes", "", "Flame graphs of the gateway's threads under load "
                  "(open them by themselves to zoom):", ""]
        parts += [f"* [{title}](performance/{name})" for name, title in graphs.items()]
    parts += ["", LIMITS.read_text().strip()]
    (docs / "performance.md").write_text("\n".join(parts) + "\n")


def line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    if len(row.spread) > 1:
        ratio += f" ({min(row.spread):.2f}–{max(row.spread):.2f})"
    word = {None: "", True: "reached", False: "**missed**"}[row.reached]
    return f"| {row.case} | {row.seen} | {row.baseline} | {ratio} | {row.wanted} | {word} |"


def steps(printed: str) -> list[str]:
    """The rows of what criterion printed: the middle one of its three estimates."""
    found = re.findall(r"^(.+?)\s+time:\s+\[\S+ \S+ (\S+ \S+) ", printed, re.MULTILINE)
    return [f"| {step.replace('/', ': ')} | {time} |" for step, time in found]


def machine(tools: Tools) -> list[str]:
    model = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    listed = subprocess.run([tools.python, "-m", "pip", "list", "--format", "freeze"], check=True,
                            capture_output=True, text=True).stdout
    versions = [item for item in listed.splitlines() if item.startswith(("cryptography==", "moto=="))]
    keyglot = subprocess.run([tools.keyglot, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return [
        f"* {keyglot}; baselines {', '.join(versions)}",
        f"* {os.cpu_count()} cores, {model.group(1) if model else platform.machine()}, "
        f"Linux {platform.release().split('-')[0]}",
        f"* {tools.pairs} pairs of {tools.seconds:g} s for most cases; at most {tools.largest:,} key pairs in a store".replace(",", " "),
        f"* {datetime.date.today()}. The machine is a shared virtual one: ratios move by a tenth from run to run, and "
        "the span of the pairs stands in brackets.",
    ]


PLOT = """
import json, sys
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
matplotlib.rcParams["svg.hashsalt"] = "keyglot"
matplotlib.rcParams["font.size"] = 9
for plot in json.load(sys.stdin):
    names = [bar["case"] for bar in plot["bars"]]
    figure, axes = plt.subplots(figsize=(9, 0.9 + 0.42 * len(names)))
    for at, bar in enumerate(plot["bars"]):
        colour = {None: "#7a8794", True: "#2e7d5b", False: "#c0504d"}[bar["reached"]]
        axes.barh(at, bar["ratio"], color=colour, height=0.6)
        for one in bar["spread"]:
            axes.plot(one, at, "|", color="black", markersize=7)
        if bar["wanted"] is not None:
            axes.plot([bar["wanted"]] * 2, [at - 0.4, at + 0.4], color="black", linewidth=2)
    if plot["log"]:
        axes.set_xscale("log")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("ratio to the baseline; thin lines: single pairs, thick: what is wanted")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(plot["file"], bbox_inches="tight", metadata={"Date": None})
"""


def plot(rows: list[Row], tools: Tools, folder: pathlib.Path) -> None:
    """Bars of a group's ratios."""
    plots = []
    for group in GROUPS:
        bars = [row for row in rows if row.group == group and row.ratio]
        if not bars:
            continue
        wanted = [re.search(r"[≥≤] ([\d.]+)", row.wanted) for row in bars]
        plots.append({"file": str(folder / f"{group}.svg"), "log": group == "moto", "bars": [
            {"case": row.case, "ratio": row.ratio, "spread": row.spread, "reached": row.reached,
             "wanted": float(bound.group(1)) if bound else None}
            for row, bound in zip(bars, wanted)]})
    subprocess.run([tools.python, "-c", PLOT], input=json.dumps(plots), text=True, check=True)
