#!/usr/bin/env python3
"""Prints the JSON lines of the benchmarks as a table."""
import json
import sys


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


rows = [["benchmark", "value", "unit", "reference", "its value", "ratio", "aim", "met"]]
for line in sys.stdin:
    if not line.startswith("{"):
        continue
    b = json.loads(line)
    rows.append([b["name"], number(b["value"]), b["unit"], b["reference"] or "-", number(b["reference_value"]),
                 number(b["ratio"]), str(b["aim"] or "-"), {True: "yes", False: "no", None: "-"}[b["met"]]])
widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
for i, row in enumerate(rows):
    print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip())
    if i == 0:
        print("  ".join("-" * w for w in widths))
