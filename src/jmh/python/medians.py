"""Prints medians from JMH's JSON (-rf json -rff FILE), and the ratio to the copy of the same run.

Usage: python medians.py FILE. A counter's median comes first where a benchmark has one (GB/s or
GFLOP/s); "time" is the median duration of one operation; the last column is the counter as a
share of memcpy's on all cores with the same parameters.
"""

import json
import statistics
import sys

COPY = "memcpyOnAllCores"


def median(metric):
    return statistics.median(v for fork in metric["rawData"] for v in fork)


def main():
    with open(sys.argv[1]) as f:
        results = json.load(f)
    copies = {}
    rows = []
    for r in results:
        name = ".".join(r["benchmark"].split(".")[-2:])
        parameters = " ".join(r.get("params", {}).values())
        counters = [(k, median(m)) for k, m in r["secondaryMetrics"].items()]
        unit, rate = counters[0] if counters else ("steps", median(r["primaryMetric"]))
        if name.endswith("." + COPY):
            copies[name.split(".")[0], parameters] = rate
        rows.append((name, parameters, rate, unit, 1e6 / median(r["primaryMetric"])))
    print(f"{'benchmark':34} {'parameters':14} {'median':>10} {'unit':12} {'time':>12} {'of copy':>8}")
    for name, parameters, rate, unit, micros in rows:
        copy = copies.get((name.split(".")[0], parameters))
        share = f"{rate / copy:.2f}" if copy else ""
        print(f"{name:34} {parameters:14} {rate:10.1f} {unit + '/s':12} {micros:9.1f} us {share:>8}")


if __name__ == "__main__":
    main()
