"""Tables in Markdown from measured rows."""

from collections import defaultdict
from statistics import median

PROJECT = "raceapp"
CEILING = "ceiling"
ASYNC = "fastapi_async"
# Requests that only the project answers are compared with the bare route most like them.
LIKE = {
    **{"sign-off": "post", "weekend": "list", "readiness": "list", "login": "post"},
    **{"snapshot": "list", "changes": "get", "sync": "post", "keyed post": "post"},
}
NAMES = {
    "ceiling": "bare Flask route",
    "fastapi_sync": "FastAPI, sync",
    "fastapi_async": "FastAPI, async + asyncpg",
    "drf": "Django REST framework",
    "smorest": "plain flask-smorest",
    "raceapp": "this project",
    "granian": "this project, granian",
}
HEAD = (
    "| {} | req/s | p50 ms | p99 ms | of bare | of async | CPU of async "
    "| app µs | pg µs | redis µs | bad |"
)
LINE = "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
ROW = "| {} | {:.0f} | {:.1f} | {:.1f} | {} | {} | {} | {:.0f} | {:.0f} | {:.0f} | {} |"


def rate(run: dict) -> float:
    return run["rps"]


def cpu(run: dict) -> float:
    """Return the CPU µs of one request in all processes but the load's."""
    return run["app_us"] + run["pg_us"] + run["redis_us"]


class Rows:
    """Measured rows by endpoint and target."""

    def __init__(self, runs: list[dict]) -> None:
        self.by_cell = defaultdict(dict)
        for run in runs:
            self.by_cell[run["endpoint"], run["target"]][run["round"]] = run

    @property
    def endpoints(self) -> list[str]:
        return list(dict.fromkeys(endpoint for endpoint, _ in self.by_cell))

    def targets(self, endpoint: str) -> list[str]:
        return [target for name, target in self.by_cell if name == endpoint]

    def typical(self, endpoint: str, target: str, figure: str) -> float:
        return median(run[figure] for run in self.by_cell[endpoint, target].values())

    def bad(self, endpoint: str, target: str) -> int:
        runs = self.by_cell[endpoint, target].values()
        return sum(run["refused"] + run["failed"] for run in runs)

    def ratio(self, endpoint: str, target: str, base: str, figure=rate) -> float | None:
        """Return the median over the rounds of the ratio to `base` within the round."""
        mine = self.by_cell[endpoint, target]
        theirs = self.by_cell.get((LIKE.get(endpoint, endpoint), base), {})
        shared = mine.keys() & theirs.keys()
        if not shared:
            return None
        return median(figure(mine[number]) / figure(theirs[number]) for number in shared)


def tables(result: dict) -> str:
    rows = Rows(result["runs"])
    parts = [
        "{cpu}; Python {python}; {connections} connections; {rounds} rounds of {seconds} s; "
        "{date}; commit {commit}\n".format_map(result)
    ]
    for endpoint in rows.endpoints:
        parts.append(HEAD.format(f"**{endpoint}**"))
        parts.append(LINE)
        parts += [row(rows, endpoint, target) for target in rows.targets(endpoint)]
        parts.append("")
    return "\n".join(parts)


def row(rows: Rows, endpoint: str, target: str) -> str:
    figures = [
        rows.typical(endpoint, target, name)
        for name in ("rps", "p50_ms", "p99_ms", "app_us", "pg_us", "redis_us")
    ]
    ratios = [rows.ratio(endpoint, target, CEILING)]
    for figure in (rate, cpu):
        ratios.append(None if endpoint in LIKE else rows.ratio(endpoint, target, ASYNC, figure))
    bad = rows.bad(endpoint, target)
    return ROW.format(NAMES[target], *figures[:3], *map(share, ratios), *figures[3:], bad)


def share(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def growth_table(result: dict) -> str:
    """Return p50 by request and number of tasks, and the last to the first."""
    sizes = [int(size) for size in result["seeding"]]
    cells = {(row["name"], row["size"]): row["p50_ms"] for row in result["rows"]}
    names = list(dict.fromkeys(row["name"] for row in result["rows"]))
    lines = ["| p50 in ms at | " + " | ".join(f"{size:,}" for size in sizes) + " | grows by |"]
    lines.append("|---|" + "--:|" * (len(sizes) + 1))
    for name in names:
        times = [cells[name, size] for size in sizes]
        shown = " | ".join(f"{time:.1f}" for time in times)
        lines.append(f"| {name} | {shown} | {times[-1] / times[0]:.1f} × |")
    # The smallest size needs hardly any more tasks: its time is that of starting Python.
    rates = (f"{rate:,.0f}" for rate in [*result["seeding"].values()][1:])
    lines.append(
        "\nSeeding all but the first, rows a second with the start of Python: "
        + ", ".join(rates)
        + "."
    )
    return "\n".join(lines)
