"""Draw benchmarks/results/*.json into docs/images: the ratio per endpoint, and growth.

Runs in the environment of the peers, which has matplotlib.
"""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "the same figures make the same file"

import matplotlib.pyplot as plt  # noqa: E402
from report import CEILING, LIKE, NAMES, PROJECT, Rows  # noqa: E402

HERE = Path(__file__).parent
IMAGES = HERE.parent / "docs" / "images"
COLOURS = dict(
    zip(
        NAMES,
        ("#888", "#7fb3d5", "#2471a3", "#58a55c", "#e0a458", "#c0392b", "#8e44ad"),
        strict=True,
    )
)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, draw in (("compare", ratios), ("growth", growth)):
        results = HERE / "results" / f"{name}.json"
        if results.exists():
            figure = draw(json.loads(results.read_text()))
            figure.savefig(IMAGES / f"performance-{name}.svg", metadata={"Date": None})
            print(f"Wrote docs/images/performance-{name}.svg")


def ratios(result: dict):
    """Draw requests a second as a share of the bare route's, side by side per endpoint."""
    rows = Rows(result["runs"])
    measured = {target for _, target in rows.by_cell}
    targets = [name for name in NAMES if name != CEILING and name in measured]
    figure, axes = plt.subplots(figsize=(10, 4.5), layout="constrained")
    width = 0.8 / len(targets)
    for place, target in enumerate(targets):
        shares = [share(rows, endpoint, target) for endpoint in rows.endpoints]
        at = [number + (place - len(targets) / 2 + 0.5) * width for number in range(len(shares))]
        bars = axes.bar(at, shares, width, label=NAMES[target], color=COLOURS[target])
        if target == PROJECT:
            axes.bar_label(bars, fmt="%.2f", fontsize=8)
    labels = [
        f"{name}\n(of bare {LIKE[name]})" if name in LIKE else name for name in rows.endpoints
    ]
    axes.set_xticks(range(len(labels)), labels)
    axes.set_ylabel("requests/s as a share of a bare Flask route")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def share(rows: Rows, endpoint: str, target: str) -> float:
    if (endpoint, target) not in rows.by_cell:
        return 0.0
    return rows.ratio(endpoint, target, CEILING) or 0.0


def growth(result: dict):
    """Draw the median time of each request over the number of tasks."""
    figure, axes = plt.subplots(figsize=(10, 5.5), layout="constrained")
    sizes = [int(size) for size in result["seeding"]]
    lines = {}
    for row in result["rows"]:
        lines.setdefault(row["name"], []).append(row["p50_ms"])
    for number, (name, times) in enumerate(lines.items()):
        style = ("-", "--", ":")[number // 10]
        axes.plot(sizes, times, style, marker="o", markersize=3, label=name)
    axes.set(xscale="log", yscale="log", xlabel="tasks", ylabel="p50 of one request, ms")
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
