"""A plot as a picture on a page: inline SVG, alt text, and the data behind it.

The SVG takes the page's text colour, so that it reads in light and in dark mode.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.internal.checks import positive, shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Flag, named, one, tuple_of

Plot = TypeVar("Plot", bound=Callable[..., Axes])
BLUE, ORANGE, GREEN, PURPLE, GREY = "#3d7fc4", "#d5662a", "#3a9a68", "#9b6bc0", "#808890"
PINK = "#cc4b84"
FIVE = (BLUE, ORANGE, GREEN, PURPLE, PINK)
LINES, MARKERS = ("-", "--", "-.", ":"), ("o", "s", "^", "D", "v")
"""Colour is never the only thing that tells two series of a legend apart."""
DATA_ONLY = "_data:"
"""A label that begins so is a series of the data behind a picture, and not in its legend."""
STYLE: dict[str, Any] = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "font.size": 10,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
}


@checked
def seen_as(alt: str) -> Callable[[Plot], Plot]:
    """Give a plot function its alt text, what one should see, and its door.

    Nothing is drawn until all arguments have passed.
    """

    def attach(plot: Plot) -> Plot:
        plot = checked(plot)
        plot.alt = alt  # type: ignore[attr-defined]
        return plot

    return attach


@dataclass(frozen=True)
class Picture:
    """A drawn figure: inline SVG with its alt text, and the data behind it as CSV text."""

    svg: str
    alt: str
    csv: str
    name: str

    def standalone(self) -> str:
        """Return the SVG as a file of its own, in a grey that reads on white and on black."""
        return self.svg.replace("currentColor", GREY)

    def _repr_html_(self) -> str:
        return f'<div class="picture">{self.svg}{_link(self.name, self.csv, "data (CSV)")}</div>'


@checked
@dataclass(frozen=True)
class Downloads:
    """Tables that a page offers as files: CSV text by name."""

    tables: Annotated[Mapping[str, str], named(str, str)]

    def _repr_html_(self) -> str:
        links = (_link(name, text, f"{name} (CSV)") for name, text in self.tables.items())
        return f'<div class="downloads">{"".join(links)}</div>'


@dataclass(frozen=True)
class Note:
    """A sentence in the place of what cannot be shown here."""

    text: str

    def _repr_html_(self) -> str:
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.text))
        return f'<div class="picture-note" role="note">{words}</div>'


@checked
def note(text: str) -> Note | None:
    """Return the text as a `Note`, or None, which shows nothing, if there is none."""
    return Note(text) if text else None


def _with_alt(name: str, value: Any) -> Any:
    if not callable(value) or not isinstance(getattr(value, "alt", None), str):
        raise ValueError(f"{name} must be a function under `seen_as`, got {shown(value)}")
    return value


@checked
def show(
    plot: Annotated[Callable[..., Axes], _with_alt],
    *args: Any,
    size: Annotated[tuple[float, float], tuple_of(one(positive), one(positive))] = (4.8, 3.3),
    outlined: Flag = True,
    **kwargs: Any,
) -> Picture:
    """Draw `plot(ax, *args, **kwargs)` and return it as a `Picture`. `size` is in inches.

    Letters are `outlined`, the same everywhere, or else text in a font of the reader's: a third
    of the bytes.
    """
    name, alt = plot.__name__.removeprefix("plot_"), plot.alt  # type: ignore[attr-defined]
    letters = {"svg.fonttype": "path" if outlined else "none"}
    with mpl.rc_context({**STYLE, **letters, "svg.hashsalt": name}):  # type: ignore[dict-item]
        figure = Figure(figsize=size, layout="constrained")
        axes = tell_apart(plot(figure.add_subplot(), *args, **kwargs))
        target = io.StringIO()
        whole: dict[str, Any] = {"bbox_inches": "tight"} if axes.child_axes else {}
        figure.savefig(target, format="svg", transparent=True, metadata={"Date": None}, **whole)
    return Picture(_inline(target.getvalue(), alt), alt, _points(axes), name)


def strip(ax: Axes, height: float = 0.3) -> Axes:
    """Return axes below the given ones that share its x axis, for what the curve leaves over."""
    below = ax.inset_axes((0, -height - 0.06, 1, height), sharex=ax)
    below.set_xlabel(ax.get_xlabel())
    ax.tick_params(labelbottom=False)
    ax.xaxis.label.set_visible(False)
    below.axhline(0, color=GREY, linewidth=1)
    return below


@checked
def tell_apart(axes: Axes) -> Axes:
    """Give lines of a legend that differ in colour alone another dash or another marker, in place.

    The first keeps what it has. Styles that other lines of the legend have are not given away.
    """
    shown = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    taken: set[tuple[Any, Any]] = {(line.get_linestyle(), line.get_marker()) for line in shown}
    seen: dict[tuple[Any, Any], Any] = {}
    for line in shown:
        style: tuple[Any, Any] = line.get_linestyle(), line.get_marker()
        if seen.setdefault(style, line.get_color()) == line.get_color():
            continue
        if style[1] in (None, "None", ""):
            choices = [(dash, style[1]) for dash in LINES]
        else:
            choices = [(style[0], marker) for marker in MARKERS]
        free = next((choice for choice in choices if choice not in taken), None)
        if free is not None:
            _restyle(axes, line, *free)
            taken.add(free)
            seen[free] = line.get_color()
    return axes


def _restyle(axes: Axes, line: Line2D, dash: Any, marker: Any) -> None:
    """Restyle a line, and its key in the legend."""
    legend = axes.get_legend()
    keys = [] if legend is None else zip(legend.legend_handles, legend.get_texts(), strict=False)
    for item in [line, *(key for key, text in keys if text.get_text() == line.get_label())]:
        if isinstance(item, Line2D):
            item.set_linestyle(dash)
            item.set_marker(marker)


def _link(name: str, text: str, words: str) -> str:
    """A link that holds the file it downloads."""
    data = base64.b64encode(text.encode()).decode()
    href = f"data:text/csv;base64,{data}"
    return f'<a class="picture-data" download="{name}.csv" href="{href}">{html.escape(words)}</a>'


def _inline(svg: str, alt: str) -> str:
    """Cut the SVG down to what a page needs, in the page's own text colour."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = _with_own_names(svg.replace("#000000", "currentColor"))
    label = html.escape(alt, quote=True)
    attributes = f'role="img" aria-label="{label}" fill="currentColor" stroke-linejoin="round"'
    return svg.replace("<svg ", f"<svg {attributes} ", 1)


def _with_own_names(svg: str) -> str:
    """Keep the names to which the SVG itself refers, made its own; leave out glyphs of nothing."""
    nothing = r'\s*<path(?![^>]* d=")[^>]*/>'
    for name in re.findall(r'<path id="([^"]+)"(?![^>]* d=")[^>]*/>', svg):
        svg = re.sub(rf'\s*<use xlink:href="#{re.escape(name)}"[^>]*/>', "", svg)
    svg = re.sub(nothing, "", svg)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    own = "v" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r' id="([^"]+)"', lambda n: f' id="{own}-{n[1]}"' if n[1] in used else "", svg)
    return re.sub(r'(href="|url\()#', rf"\1#{own}-", svg)


def _points(axes: Axes) -> str:
    """The labelled lines and point sets of the axes, and of a strip below, as rows: series, x, y.

    What is not finite is not drawn, and not here. A label that begins with an underscore is none,
    as in a legend, but for `DATA_ONLY`.
    """
    x_name, y_name = (text.replace(",", ";") for text in (axes.get_xlabel(), axes.get_ylabel()))
    rows = [f"series,{x_name},{y_name}"]
    series: list[tuple[Any, Any]] = []
    for own in (axes, *axes.child_axes):
        series += [(line.get_label(), line.get_xydata()) for line in own.get_lines()]
        series += [(dots.get_label(), dots.get_offsets()) for dots in own.collections]
    for label, points in series:
        label = str(label).removeprefix(DATA_ONLY)
        if not label.startswith("_"):
            quoted = '"' + label.replace('"', "'") + '"'
            xy = np.asarray(points, dtype=float)
            rows += [f"{quoted},{x:.10g},{y:.10g}" for x, y in xy[np.isfinite(xy).all(1)]]
    return "\n".join(rows) + "\n"
