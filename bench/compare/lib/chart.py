"""Draws the CSV of a comparison as SVG: what each system's CPU and throughput are, divided by PgBouncer's, case by case.

Ratios are taken within a round and then their median, as in the tables. Without PgBouncer the first pooler stands in its place.
"""

import argparse
import csv
import html
import itertools
import statistics
import sys

# By part: what CPU it costs, how fast it is, and how a case is called.
PARTS = {
    "pgbench": ("cpu_us", "tps", lambda case: case.split("/")),
    "reconnect": ("cpu_us", "tps", lambda case: ["reconnect"]),
    "logins": ("cpu_us", "per_second", lambda case: ["logins"]),
    # The slow readers' bytes are in its CPU as well, so that figure says nothing per transaction.
    "mixed": (None, "tps", lambda case: ["mixed"]),
    "large": ("cpu_seconds", "mb_per_second", lambda case: ["large", case]),
    "copy": ("cpu_seconds", "mb_per_second", lambda case: ["COPY"]),
}

# Told apart by those who see no red or no green as well. (Okabe and Ito)
REFERENCE_COLOUR, DIRECT_COLOUR = "#8c8c8c", "#d5d5d5"
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"]

LEFT, RIGHT, PANEL, GAP, BAR = 76, 28, 240, 96, 15
INK, FAINT = "#222222", "#dddddd"


def read(path):
    """part, case -> system, metric -> round -> value, in the order of the file."""
    cases = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["part"] in PARTS:
                rounds = cases.setdefault((row["part"], row["case"]), {}).setdefault((row["system"], row["metric"]), {})
                rounds[row["round"]] = float(row["value"])
    return cases


def ratio(figures, system, reference, metric):
    own, other = figures.get((system, metric), {}), figures.get((reference, metric), {})
    ratios = [own[number] / other[number] for number in own if other.get(number, 0) > 0]
    return statistics.median(ratios) if ratios else None


class Drawing:
    def __init__(self):
        self._parts = []

    def text(self, x, y, words, size=12, anchor="start", weight="normal", colour=INK, turn=None, halo=False):
        rotation = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        if halo:
            # White below the letters, for those that stand on a line.
            rotation += ' stroke="#ffffff" stroke-width="3" paint-order="stroke"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{colour}"{rotation}>{html.escape(words)}</text>'
        )

    def box(self, x, y, width, height, colour, title=None):
        inside = f"<title>{html.escape(title)}</title>" if title else ""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.5):.1f}" fill="{colour}">{inside}</rect>'
        )

    def line(self, x1, y1, x2, y2, colour, width=1.0, dashes=None):
        dashing = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashing}/>'
        )

    def document(self, width, height):
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="DejaVu Sans, Verdana, sans-serif">'
        )
        return "\n".join([head, f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>', *self._parts, "</svg>"])


def draw_panel(drawing, top, width, title, groups, reference, colours):
    """groups: (label lines, {system: ratio}) each as wide as its place. The reference is the line at 1 and has no bars."""
    highest = max([1.0, *(value for _, bars in groups for value in bars.values())])
    # A single giant (a connection without a pooler, say) must not flatten the rest.
    step = 0.25 if highest <= 1.5 else 0.5 if highest <= 4 else 1.0
    ceiling = min((int(highest * 1.12 / step) + 1) * step, 4.0)
    bottom = top + PANEL

    def y(value):
        return bottom - min(value, ceiling) / ceiling * PANEL

    drawing.text(LEFT, top - 14, title, size=14, weight="bold")
    drawing.text(24, top + PANEL / 2, f"ratio to {reference}", size=11, anchor="middle", turn=-90)
    tick = 0.0
    while tick <= ceiling + 1e-9:
        drawing.line(LEFT, y(tick), width - RIGHT, y(tick), FAINT)
        drawing.text(LEFT - 8, y(tick) + 4, f"{tick:.2f}", size=11, anchor="end")
        tick += step
    drawing.line(LEFT, y(1), width - RIGHT, y(1), REFERENCE_COLOUR, 2, "6 3")
    x, place = LEFT, (width - LEFT - RIGHT) / len(groups)
    for label, bars in groups:
        left = x + (place - BAR * len(bars)) / 2
        for number, (name, value) in enumerate(bars.items()):
            at = left + number * BAR
            drawing.box(at + 1, y(value), BAR - 2, bottom - y(value), colours[name], f"{' '.join(label)}, {name}: {value:.2f}")
            if value > ceiling * 0.88:
                # Cut off, or so high that its figure would stand in the title.
                drawing.text(at + BAR / 2 + 4, y(value) + 4, f"{value:.2f}", size=10, anchor="end", colour="#ffffff", weight="bold", turn=-90)
            else:
                drawing.text(at + BAR / 2 + 4, y(value) - 4, f"{value:.2f}", size=10, turn=-90, halo=True)
        for number, words in enumerate(label):
            drawing.text(x + place / 2, bottom + 17 + 14 * number, words, size=11, anchor="middle")
        x += place
    drawing.line(LEFT, bottom, width - RIGHT, bottom, INK)
    drawing.line(LEFT, top, LEFT, bottom, INK)


def main():
    parser = argparse.ArgumentParser(description="Draws a comparison.")
    parser.add_argument("--order", required=True, help="the systems, with blanks between them")
    parser.add_argument("--note", action="append", default=[], help="a line about the machine or the settings")
    parser.add_argument("csv")
    options = parser.parse_args()
    order, cases = options.order.split(), read(options.csv)
    poolers = [name for name in order if name != "direct"]
    if not poolers or not cases:
        return 1
    reference = "pgbouncer" if "pgbouncer" in poolers else poolers[0]

    panels = []
    for place, title in ((0, "CPU of the pooler per unit of work (less is better)"), (1, "Throughput (more is better)")):
        groups = []
        for (part, case), figures in cases.items():
            metric = PARTS[part][place]
            others = [name for name in order if metric and name != reference]
            bars = {name: value for name in others if (value := ratio(figures, name, reference, metric)) is not None}
            groups.append((PARTS[part][2](case), bars))
        panels.append((title, groups))
    # A case stands at the same place in both, or in none.
    drawn = [number for number in range(len(cases)) if any(groups[number][1] for _, groups in panels)]
    panels = [(title, [groups[number] for number in drawn]) for title, groups in panels]
    if not drawn:
        return 1
    names = [name for name in order if any(name in bars for _, groups in panels for _, bars in groups)]
    palette = itertools.cycle(COLOURS)
    colours = {name: DIRECT_COLOUR if name == "direct" else next(palette) for name in names}

    width = max(900, LEFT + RIGHT + len(drawn) * max(BAR * len(names) + 18, 72))
    called = "PgBouncer" if reference == "pgbouncer" else reference
    drawing = Drawing()
    drawing.text(LEFT, 34, f"Transaction poolers side by side, {called} = 1.00", size=19, weight="bold")
    for number, note in enumerate(options.note):
        drawing.text(LEFT, 56 + 16 * number, note, size=11, colour="#555555")
    top = 56 + 16 * len(options.note) + 14
    drawing.line(LEFT, top - 4, LEFT + 24, top - 4, REFERENCE_COLOUR, 2, "6 3")
    drawing.text(LEFT + 30, top, called)
    x = LEFT + 58 + 8 * len(called)
    for name in names:
        words = "PostgreSQL without a pooler" if name == "direct" else name
        drawing.box(x, top - 10, 12, 12, colours[name])
        drawing.text(x + 18, top, words)
        x += 44 + 7.2 * len(words)
    top += 58
    for title, groups in panels:
        draw_panel(drawing, top, width, title, groups, called, colours)
        top += PANEL + GAP
    drawing.text(LEFT, top - 40, "Medians of the ratios within a round. Numbers below a mode of pgbench are its clients.", size=11, colour="#555555")
    print(drawing.document(width, top - 20))
    return 0


if __name__ == "__main__":
    sys.exit(main())
