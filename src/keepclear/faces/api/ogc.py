"""OGC API Features, Part 1, Core and GeoJSON: maps open what one may see.

A collection for each kind of declaration. Its features are drawn as polygons that hold what was
declared, with stand-off and stated error, because a map shows a circle as a dot; what was declared is
beside it in ``declared``. The layer of sites needs an action of its own, and whoever reads it reads on
the record. A page may be short before the last one; the link ``next`` says whether there is more.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from keepclear.domain.access import Action
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.faces.api import forms
from keepclear.faces.api.asking import cursor_of, name_of, wanted
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import GEOJSON, JSON, Asked, Gate, Reply, Route
from keepclear.formats.writers.drawn import drawn
from keepclear.node import views
from keepclear.node.ledger import Node

__all__ = ["COLLECTIONS", "ROUTES"]

COLLECTIONS: Final = {
    "operations": (Kind.OPERATION, "Operations"),
    "movements": (Kind.MOVEMENT, "Movements"),
    "restrictions": (Kind.RESTRICTION, "Restrictions"),
    "areas": (Kind.AREA, "Areas of activity"),
}
"""By name: kind and title. Sites stand apart."""
_SITES: Final = "sites"
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CONFORMS: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
_LIMIT_MAX: Final = 250
"""They are drawn while others wait."""


class Landing(forms.Out, frozen=True):
    """Where everything is."""

    title: str
    description: str
    links: list[forms.Link]


class Conformance(forms.Out, frozen=True):
    """What is kept to."""

    conformsTo: list[str]  # noqa: N815 - the standard's name


class Collection(forms.Out, frozen=True):
    """One layer."""

    id: str
    title: str
    itemType: str  # noqa: N815 - the standard's name
    crs: list[str]
    links: list[forms.Link]


class Collections(forms.Out, frozen=True):
    """All layers."""

    links: list[forms.Link]
    collections: list[Collection]


class ItemsQuery(forms.In, frozen=True):
    """Which features."""

    limit: int = 100
    """At most 250; a larger one is taken for that."""
    bbox: str | None = None
    datetime: str | None = None
    cursor: str | None = None


def landing(_asked: Asked, _node: Node) -> Reply:
    """The way in."""
    links = [
        _link("/ogc", "self"),
        _link("/ogc/conformance", "conformance"),
        _link("/ogc/collections", "data"),
        forms.Link("/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1"),
    ]
    return Reply(Landing("keepclear node", "What the one who asks may see", links))


def conformance(_asked: Asked, _node: Node) -> Reply:
    """What is kept to."""
    return Reply(Conformance(list(_CONFORMS)))


def collections(asked: Asked, _node: Node) -> Reply:
    """The layers that are there for the one who asks."""
    found = [_collection(name, title) for name, (_, title) in COLLECTIONS.items()]
    if asked.who.may(Action.SITES):
        found.append(_collection(_SITES, "Notified sites"))
    return Reply(Collections([_link("/ogc/collections", "self")], found))


def collection(asked: Asked, _node: Node) -> Reply:
    """One layer."""
    name = asked.path["collection"]
    if name == _SITES and asked.who.may(Action.SITES):
        return Reply(_collection(_SITES, "Notified sites"))
    _, title = _known(name)
    return Reply(_collection(name, title))


def items(asked: Asked, node: Node) -> Reply:
    """The features of a layer."""
    kind, _ = _known(asked.path["collection"])
    return _items(asked, node, asked.path["collection"], kind)


def sites(asked: Asked, node: Node) -> Reply:
    """The features of the layer of sites; that they were read is kept."""
    return _items(asked, node, _SITES, Kind.SITE)


def item(asked: Asked, node: Node) -> Reply:
    """One feature."""
    kind, _ = _known(asked.path["collection"])
    return _item(asked, node, kind)


def site(asked: Asked, node: Node) -> Reply:
    """One site; that it was read is kept."""
    return _item(asked, node, Kind.SITE)


def _items(asked: Asked, node: Node, name: str, kind: Kind) -> Reply:
    query, who = asked.query, asked.who
    if query.limit < 1:
        raise Problem(400, "query.limit", "expected a limit of 1 or more")
    limit = min(query.limit, _LIMIT_MAX)
    fits = wanted(query.bbox, None, kind.value, query.datetime)
    found = views.page(
        node.memory,
        who,
        fits,
        after=name_of(query.cursor),
        limit=limit,
        sites=kind is Kind.SITE,
    )
    views.read(node, who, found.views)
    features = [feature for view in found.views for feature in _features(view)]
    here = f"/ogc/collections/{name}/items"
    links = [forms.Link(here, "self", GEOJSON), _link(f"/ogc/collections/{name}", "collection")]
    if found.after:
        more = {"limit": limit, "bbox": query.bbox, "datetime": query.datetime}
        said = {key: value for key, value in more.items() if value is not None}
        next_ = urlencode({**said, "cursor": cursor_of(found.after)})
        links.append(forms.Link(f"{here}?{next_}", "next", GEOJSON))
    return Reply(
        forms.Items(
            type="FeatureCollection",
            features=features,
            links=links,
            numberReturned=len(features),
            timeStamp=format_instant(node.now_us()),
        )
    )


def _item(asked: Asked, node: Node, kind: Kind) -> Reply:
    subject, _, number = asked.path["item"].rpartition("#")
    view = views.view_of(node.memory, asked.who, subject)
    features = _features(view)
    if view.case.kind is not kind or not (number.isascii() and number.isdigit()):
        raise _nothing()
    at = int(number[:6]) - 1
    if not 0 <= at < len(features):
        raise _nothing()
    views.read(node, asked.who, [view])
    name = asked.path.get("collection", _SITES)
    return Reply({**features[at], "links": [_collection_link(name)]})


def _features(view: views.View) -> list[dict[str, Any]]:
    """As they are listed elsewhere, but drawn."""
    said = view.declaration
    found = []
    for part, feature in zip(said.parts, views.features_of(view), strict=True):
        properties = {**feature["properties"], "declared": feature["geometry"]}
        geometry = drawn(said.kind, part, said.standoff_m, said.position_error_m)
        found.append({**feature, "properties": properties, "geometry": geometry})
    return found


def _known(name: str) -> tuple[Kind, str]:
    if name not in COLLECTIONS:
        raise _nothing()
    return COLLECTIONS[name]


def _nothing() -> Problem:
    return Problem(404, "ogc.nothing", "there is no such layer or feature that you may see")


def _collection(name: str, title: str) -> Collection:
    here = f"/ogc/collections/{name}"
    links = [_link(here, "self"), forms.Link(f"{here}/items", "items", GEOJSON)]
    return Collection(name, title, "feature", [_CRS84], links)


def _collection_link(name: str) -> dict[str, Any]:
    return msgspec.to_builtins(_link(f"/ogc/collections/{name}", "collection"))


def _link(href: str, rel: str) -> forms.Link:
    return forms.Link(href, rel, JSON)


_ALL: Final = "/ogc/collections"
_NAMED: Final = f"{_ALL}/{{collection}}"
ROUTES: Final = (
    Route("GET", "/ogc", Gate.KNOWN, "Landing page", landing, answer=Landing),
    Route("GET", "/ogc/conformance", Gate.KNOWN, "Conformance", conformance, answer=Conformance),
    Route("GET", _ALL, Action.LOOK, "Layers", collections, answer=Collections),
    Route(
        "GET",
        f"{_ALL}/{_SITES}/items",
        Action.SITES,
        "Notified sites; that they are read is kept and shown to who notified them",
        sites,
        query=ItemsQuery,
        answer=forms.Items,
        media=GEOJSON,
    ),
    Route(
        "GET",
        f"{_ALL}/{_SITES}/items/{{item}}",
        Action.SITES,
        "One notified site; that it is read is kept",
        site,
        answer=dict[str, Any],
        media=GEOJSON,
    ),
    Route("GET", _NAMED, Action.LOOK, "One layer", collection, answer=Collection),
    Route(
        "GET",
        f"{_NAMED}/items",
        Action.LOOK,
        "Features of a layer",
        items,
        query=ItemsQuery,
        answer=forms.Items,
        media=GEOJSON,
    ),
    Route(
        "GET",
        f"{_NAMED}/items/{{item}}",
        Action.LOOK,
        "One feature",
        item,
        answer=dict[str, Any],
        media=GEOJSON,
    ),
)
