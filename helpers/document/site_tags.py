"""The tags by which a government site's detail page is known to harvesters and inspections (国办发〔2017〕47号, annex on tags).

ArticleTitle, PubDate and ContentSource come from the report; what only the site knows stands in ``site`` of report.yml. A tag without a
value is left out: an empty one would be counted as wrong, and a made-up one would be.
"""

import json
from collections.abc import Iterator

from helpers.files.templates import filled
from helpers.report.folder import Report
from helpers.report.form import FORM

_OF_SITE = {
    "SiteName": "name",
    "SiteDomain": "domain",
    "SiteIDCode": "code",
    "ColumnName": "column",
    "ColumnType": "column_type",
}


def markdown(report: Report) -> str:
    """Return the tags as a property of the document, ``site-tags``, for an ``asis`` cell; the page's template prints it."""
    made = filled("site_tags.html", tags=list(tags(report)))
    # A property that ends with a line break is read as blocks; “{{<” is a shortcode to Quarto.
    block = json.dumps(f"```{{=html}}\n{made}\n```\n", ensure_ascii=False).replace("{{", "&#123;&#123;")
    return f"---\nsite-tags: {block}\n---"


def tags(report: Report) -> Iterator[tuple[str, str]]:
    """Yield names and contents, those of the site first."""
    site = report.site
    for name, key in _OF_SITE.items():
        if key in site:
            yield name, site[key]
    yield "ArticleTitle", report.title
    if report.published:
        yield "PubDate", report.published.isoformat()
    yield "ContentSource", report.organ
    yield "KeyWords", ",".join(keywords(report))
    yield "Author", report.organ
    yield "Description", FORM.description.format(organ=report.organ, year=report.year)
    if "url" in site:
        yield "Url", site["url"]


def keywords(report: Report) -> list[str]:
    """Return the words by which the report is to be found."""
    return [report.short_name, str(report.year), *FORM.keywords]
