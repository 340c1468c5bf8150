"""Prints medians from JMH's JSON (-rf json -rff FILE), and the ratio to the copy of the same run.

Usage: python medians.py FILE. A benchmark that counts GB or GFLOP is shown by those, another one by
its own score; "best" is the fastest iteration, near the median where the machine is quiet; "of
copy" is the median as a share of the copy's on all cores with the same parameters.
"""

import json
import statistics
import sys

COPY = "memcpyOnAllCores"


def samples(metric):
    return [v for fork in metric["rawData"] for v in fork]


def main():
    with open(sys.argv[1]) as f:
        results = json.load(f)
    copies = {}
    rows = []
    for r in results:
        name = ".".join(r["benchmark"].split(".")[-2:])
        parameters = " ".join(r.get("params", {}).values())
        counters = [(k, samples(m)) for k, m in r["secondaryMetrics"].items()]
        unit, rates = counters[0] if counters else ("ops", samples(r["primaryMetric"]))
        if name.endswith("." + COPY):
            copies[name.split(".")[0], parameters] = statistics.median(rates)
        micros = 1e6 / statistics.median(samples(r["primaryMetric"]))
        rows.append((name, parameters, statistics.median(rates), max(rates), unit, micros))
    print(f"{'benchmark':31} {'parameters':13} {'median':>8} {'best':>8} {'unit':11} {'median time':>13} {'of copy':>7}")
    for name, parameters, rate, best, unit, micros in rows:
        copy = copies.get((name.split(".")[0], parameters))
        share = f"{rate / copy:.2f}" if copy else ""
        print(f"{name:31} {parameters:13} {rate:8.1f} {best:8.1f} {unit + '/s':11} {micros:10.1f} us {share:>7}")


if __name__ == "__main__":
    main()
