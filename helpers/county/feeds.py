"""What machines read of a site: an Atom feed of its newest reports (RFC 4287), and a site map (sitemaps.org, 0.9)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from helpers.county.listed import FORMATS, Row
from helpers.files.templates import filled
from helpers.report.form import FORM

ENTRIES = 100
"""Most entries of a feed."""

MOST_ADDRESSES = 50_000
"""Addresses that a site map may have."""


def atom(title: str, rows: Sequence[Row], base: str | None) -> str:
    """Return the feed of the reports that have a day of publication, the newest first.

    Parameters
    ----------
    title
        Of the site.
    rows
        Its reports, that of the highest level first: without an address the feed is known by it.
    base
        Address of the site; without it the feed's links are relative to the feed, as RFC 4287 allows.
    """
    published = [row for row in rows if row.published and row.files]
    newest = sorted(published, key=lambda row: (row.published or "", row.year or 0), reverse=True)
    # An entry is known by its identifier, which no two may share.
    entries = list({_identifier(row.organ, row.year): row for row in newest}.items())[:ENTRIES]
    return filled(
        "feed.xml",
        title=title,
        identifier=_identifier(title, base or (rows[0].organ if rows else "")),
        updated=_moment(newest[0].published if newest else None),
        base=base or "",
        entries=[_entry(identifier, row, base or "") for identifier, row in entries],
    )


def _entry(identifier: str, row: Row, base: str) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "title": row.title,
        "organ": row.organ,
        "updated": _moment(row.published),
        "address": base + _main_output(row),
        "summary": FORM.description.format(organ=row.organ, year=row.year),
    }


def _identifier(*parts: object) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, ' '.join(map(str, parts)))}"


def _moment(day: str | None) -> str:
    """Return the first moment of a day in China; the first day there is, where nothing is published yet."""
    return f"{day or '1970-01-01'}T00:00:00+08:00"


def _main_output(row: Row) -> str:
    return row.address(next(kind for kind in FORMATS if kind in row.files))


def site_map(pages: Sequence[str], rows: Iterable[Row], base: str) -> str:
    """Return the site map: every page, and of every report its page, or what else there is of it.

    Parameters
    ----------
    pages
        Addresses of the site's own pages, seen from its root.
    rows
        Its reports.
    base
        Address of the site.
    """
    own = [(base + page, None) for page in pages]
    reports = [(base + _main_output(row), row.published) for row in rows if row.files]
    return filled("sitemap.xml", addresses=[*own, *reports][:MOST_ADDRESSES])
