"""How figures are put: one JSON line a measure, with its unit, its spread and how long it was taken."""

import json
import sys
from collections.abc import Sequence
from statistics import median


def tell(measure: str, unit: str, seconds: float, **values: object) -> None:
    """Print one measure; `seconds` is how long it was measured [s]."""
    line = {"measure": measure, **values, "unit": unit, "seconds": round(seconds, 1)}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def spread(values: Sequence[float], digits: int = 2) -> dict[str, float]:
    """Return median, least and most of repeated measurements."""
    return {
        "value": round(median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "repeats": len(values),
    }


def percentiles(values: Sequence[float], digits: int = 2) -> dict[str, float]:
    """Return p50, p99, least and most of many single values, by nearest rank."""
    ordered = sorted(values)
    return {
        "p50": round(ordered[(len(ordered) - 1) // 2], digits),
        "p99": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], digits),
        "min": round(ordered[0], digits),
        "max": round(ordered[-1], digits),
        "n": len(ordered),
    }
