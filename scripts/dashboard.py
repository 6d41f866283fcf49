#!/usr/bin/env python3
"""Draws docs/pictures/dashboard.svg: the panels of examples/dashboards/grafana.json, with the data of a real run.

    python3 scripts/dashboard.py [--prometheus PATH] [--seconds 90]

Runs the example with `--serve`, lets Prometheus (Debian's package has it) scrape it every second, and asks it the
queries of the panels. Panels without data, such as those of a fleet, are left out.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE_PORT, PROMETHEUS_PORT = 19464, 19465
WIDTH, HEIGHT, COLUMNS, GAP = 430, 250, 3, 14
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"]
LIMITS = {"orange": "#e69f00", "red": "#c0392b"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prometheus", default="prometheus")
    parser.add_argument("--seconds", type=int, default=90)
    return parser.parse_args()


def measured(panels, args):
    """Runs the example, and gives the series of each panel: (legend, [(second, value), ..])."""
    subprocess.run(["cargo", "build", "--quiet", "-p", "dashboards"], cwd=ROOT, check=True)
    example = [ROOT / "target/debug/dashboards", "--serve", "--port", str(EXAMPLE_PORT)]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: dashboards\n    static_configs:\n"
            f"      - targets: ['127.0.0.1:{EXAMPLE_PORT}']\n"
        )
        prometheus = [
            args.prometheus,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
            "--log.level=error",
        ]
        scraping = subprocess.Popen(prometheus)
        job = None
        try:
            wait_for(PROMETHEUS_PORT)
            began = time.time()
            job = subprocess.Popen(example, stdout=subprocess.DEVNULL)
            time.sleep(args.seconds)
            return [[s for t in panel["targets"] for s in asked(t, began, args.seconds)] for panel in panels]
        finally:
            for process in filter(None, [job, scraping]):
                process.terminate()
                process.wait()


def wait_for(port):
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready").close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    sys.exit("Prometheus does not start")


def asked(target, began, seconds):
    query = target["expr"].replace("$__rate_interval", "8s").replace("$function", ".*")
    parameters = {"query": query, "start": began, "end": began + seconds, "step": 1}
    url = f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/query_range?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url) as answer:
        result = json.load(answer)["data"]["result"]
    for series in result:
        points = [(float(at) - began, float(value)) for at, value in series["values"]]
        points = [(at, value) for at, value in points if math.isfinite(value)]
        if points:
            yield legend(target["legendFormat"], series["metric"]), points


def legend(text, labels):
    for name, value in labels.items():
        text = text.replace("{{" + name + "}}", value)
    while "{{" in text:
        text = text[: text.index("{{")] + text[text.index("}}") + 2 :]
    return text.strip()


def nice(value):
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


def number(value, unit):
    if unit == "percentunit":
        return f"{100 * value:.0f} %"
    return f"{value:g}" + {"s": " s", "reqps": "/s"}.get(unit, "")


def drawn(panel, series, left, top, seconds):
    """A panel as SVG."""
    defaults = panel["fieldConfig"]["defaults"]
    unit, plot = defaults["unit"], (left + 58, top + 34, WIDTH - 74, HEIGHT - 112)
    x0, y0, width, height = plot
    highest = max(value for _, points in series for _, value in points)
    most = defaults.get("max") or nice(max(highest, 0.001))
    x = lambda at: x0 + width * at / seconds
    y = lambda value: y0 + height * (1 - min(max(value, 0), most) / most)
    out = [
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="#fff" stroke="#ddd" rx="3"/>',
        f'<text x="{left + 12}" y="{top + 21}" font-weight="bold" font-size="13">{escape(panel["title"])}</text>',
    ]
    for part in (0, 0.5, 1):
        at = y(part * most)
        out.append(f'<path d="M{x0} {at:.1f}h{width}" stroke="#e4e4e4"/>')
        out.append(f'<text x="{x0 - 6}" y="{at + 4:.1f}" text-anchor="end">{number(part * most, unit)}</text>')
    for at in range(0, seconds + 1, 30):
        out.append(f'<text x="{x(at):.1f}" y="{y0 + height + 15}" text-anchor="middle">{at} s</text>')
    for step in defaults["thresholds"]["steps"][1:]:
        if step["value"] <= most:
            out.append(
                f'<path d="M{x0} {y(step["value"]):.1f}h{width}" stroke="{LIMITS[step["color"]]}" stroke-dasharray="5 3"/>'
            )
    for place, (name, points) in enumerate(series):
        color = COLORS[place % len(COLORS)]
        line = "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in points)
        out.append(f'<path d="M{line}" fill="none" stroke="{color}" stroke-width="1.6"/>')
        if place < 4:
            row = top + HEIGHT - 52 + 14 * place
            out.append(f'<path d="M{left + 14} {row - 4}h14" stroke="{color}" stroke-width="3"/>')
            out.append(f'<text x="{left + 34}" y="{row}">{escape(name)}</text>')
    return "\n".join(out)


def main():
    args = arguments()
    panels = json.loads((ROOT / "examples/dashboards/grafana.json").read_text())["panels"]
    found = [(panel, series) for panel, series in zip(panels, measured(panels, args)) if series]
    rows = math.ceil(len(found) / COLUMNS)
    width, height = COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP
    drawings = [
        drawn(panel, series, GAP + place % COLUMNS * (WIDTH + GAP), GAP + place // COLUMNS * (HEIGHT + GAP), args.seconds)
        for place, (panel, series) in enumerate(found)
    ]
    picture = ROOT / "docs/pictures/dashboard.svg"
    picture.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11" fill="#282828">\n'
        f'<rect width="{width}" height="{height}" fill="#f4f5f5"/>\n' + "\n".join(drawings) + "\n</svg>\n"
    )
    print(f"{picture}: {len(found)} panels")


if __name__ == "__main__":
    main()
