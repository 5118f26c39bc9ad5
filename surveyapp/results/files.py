"""Charts and downloads: kept with the publication; a chart that is not is drawn once."""

from collections import OrderedDict

from flask import Response
from werkzeug.datastructures import Headers

from analysis.summary import Summary
from analysis.trend import trend
from analysis.usual_range import long_series
from surveyapp.errors import NotFound
from surveyapp.results.reading import Reading
from surveyapp.services import results

# What a reader may download, in the order shown: name, what it is, why one would want it.
DOWNLOADS = (
    ("report.pdf", "Report (PDF)", "The figures and what they say, to print or to send."),
    ("report.html", "Report (web page)", "The same report in one file for a browser."),
    ("figures.xlsx", "Figures (Excel)", "Every figure shown, as a workbook."),
    ("figures.csv", "Figures (CSV)", "The same figures as plain text, for any spreadsheet."),
    ("models.txt", "How the questions work (text)", "Do they measure what they should?"),
    ("summary.json", "Figures (JSON)", "The exact bytes that were published, for a program."),
)
OPENS_IN_PLACE = ("application/pdf", "image/svg+xml")

_KEPT = 200
_drawn: OrderedDict[tuple[str, ...], bytes] = OrderedDict()


def send(reading: Reading, name: str) -> Response:
    """One file of a publication. Raises :class:`NotFound` for a name it does not have."""
    kept = results.file_of(reading.publication, name)
    if kept is not None:
        return _response(name, kept.media_type, kept.body)
    drawn = _chart(reading, name)
    if drawn is None:
        raise NotFound("There is no such file with these results. Choose one from the list.")
    return _response(name, "image/svg+xml", drawn)


def _response(name: str, media_type: str, body: bytes) -> Response:
    headers = Headers()
    place = "inline" if media_type in OPENS_IN_PLACE else "attachment"
    headers.add("Content-Disposition", place, filename=name)
    return Response(body, mimetype=media_type, headers=headers)


def _chart(reading: Reading, name: str) -> bytes | None:
    """A chart drawn from the publications it shows; their fingerprints are its key."""
    shown = (results.publication_of(wave) for wave, _ in reading.history)
    key = (name, *(publication.sha256 for publication in shown if publication))
    if key not in _drawn:
        picture = _draw(reading.summaries, name)
        if picture is None:
            return None
        _drawn[key] = picture
        while len(_drawn) > _KEPT:
            _drawn.popitem(last=False)
    return _drawn[key]


def _draw(summaries: tuple[Summary, ...], name: str) -> bytes | None:
    # Charts are kept with every publication, so a web worker hardly ever loads matplotlib.
    from analysis import plots  # noqa: PLC0415

    now = summaries[-1]
    if name == "themes.svg":
        return plots.themes_svg(now)
    for theme in now.themes:
        if name == f"trend-{theme.id}.svg":
            usual = long_series(summaries, theme.id).usual
            return plots.trend_svg(trend(summaries, theme.id), theme, usual)
        if name == f"items-{theme.id}.svg":
            return plots.items_svg(now, theme.id)
    return None
