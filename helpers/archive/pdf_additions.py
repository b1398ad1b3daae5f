"""Which additions to a PDF are those of a signature: pyHanko's analysis of differences, with a stricter set of rules.

The rules know what a later revision of a file may change when it is a signature, a timestamp or what proves them
(ISO 32000-1, 12.7.4.5 and 12.8; ETSI EN 319 142-1). All else is refused.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    WhitelistRule,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.form_rules_api import FieldComparisonContext, FormUpdate
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate

__all__ = ["POLICY", "only_signatures"]

_CATALOG = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Perms", "/Version"})
_FORM = {"/Fields", "/SigFlags", "/DR", "/DA", "/Q", "/NeedAppearances"}
_FIELD = frozenset(
    [
        "/AP",
        "/AS",
        "/BS",
        "/Border",
        "/DA",
        "/DR",
        "/F",
        "/FT",
        "/Ff",
        "/H",
        "/Kids",
        "/Lock",
        "/M",
        "/MK",
        "/NM",
        "/P",
        "/Parent",
        "/Rect",
        "/SV",
        "/StructParent",
        "/Subtype",
        "/T",
        "/TM",
        "/TU",
        "/Type",
        "/V",
    ]
)
"""Keys of a signature's field and its widget (ISO 32000-1, tables 164, 188, 220, 232); no action among them."""

_DATES = re.compile(r"\{[^}]*\}(ModifyDate|MetadataDate|Producer|InstanceID|xmptk)")
"""What a program that signs may write into the metadata: that it did, and when."""

_RDF, _XML = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}", "{http://www.w3.org/XML/1998/namespace}"


def only_signatures(reader: PdfFileReader, original: int) -> str | None:
    """Judge every revision after the original.

    Parameters
    ----------
    reader
        The whole file, read strictly.
    original
        Number of the original's last revision, counted from 0.

    Returns
    -------
    str or None
        What is no signature's addition, in pyHanko's words; None where all is.
    """
    resolver = reader.get_historical_resolver(original)
    if "/AcroForm" not in resolver.root:
        # Without a form is as with one of no fields, which is what pyHanko compares with.
        form = DictionaryObject({NameObject("/Fields"): ArrayObject()})
        resolver.root[NameObject("/AcroForm")] = form
    judged = POLICY.review_file(reader, resolver)
    return None if isinstance(judged, DiffResult) else str(judged)


def _refuse(condition: bool, what: str) -> None:
    if condition:
        raise SuspiciousModification(what)


def _raw(place: Any, key: str) -> Any:
    """Return what stands under a key, a reference as such; None where nothing does."""
    return place.raw_get(key) if key in place else None


def _value(place: Any, key: str) -> Any:
    """Return what stands under a key, a reference followed; None where nothing does."""
    found = place.raw_get(key) if key in place else None
    return None if found is None else found.get_object()


class _SignatureForm(FormUpdatingRule):
    """The form: signature fields and what a form needs around them; nothing that computes or is filled in."""

    def apply(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        form = _value(new.root, "/AcroForm")
        if form is None:
            return
        _refuse(not isinstance(form, DictionaryObject), "form is no dictionary")
        _refuse(not set(form) <= _FORM, f"form has {sorted(set(form) - _FORM)}")
        _refuse(bool(_value(form, "/NeedAppearances")), "form asks the reader to draw its fields")
        yield from super().apply(old, new)


class _PlainSignatureField(SigFieldCreationRule):
    """New fields are signatures with nothing in them but what a signature needs: no action, no layer, no second field."""

    def __init__(self) -> None:
        super().__init__(allow_new_visible_after_certify=True)  # type: ignore[no-untyped-call]  # pyHanko's

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            if spec.old_field_ref is None and spec.new_field is not None:
                _require_plain(name, spec.new_field)
        yield from super().apply(context)


def _require_plain(name: str, field: Any, depth: int = 0) -> None:
    _refuse(not set(field) <= _FIELD, f"field {name} has {sorted(set(field) - _FIELD)}")
    kids = _list(_value(field, "/Kids"))
    _refuse(depth > 0 and bool(kids), f"field {name} has fields in fields")
    for kid in kids:
        _require_plain(name, kid.get_object(), depth + 1)


class _Permissions(WhitelistRule):
    """``/Perms`` of a certifying signature: points to that signature and to nothing else."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        raw = _raw(new.root, "/Perms")
        _refuse(raw is None and "/Perms" in old.root, "permissions were taken away")
        if raw is None:
            return
        given = raw.get_object()
        _refuse(
            not isinstance(given, DictionaryObject) or set(given) != {"/DocMDP"},
            "permissions of another kind",
        )
        values = [_raw(field.get_object(), "/V") for field in _fields(new)]
        _refuse(given.raw_get("/DocMDP") not in values, "permissions by no signature")
        if isinstance(raw, IndirectObject):
            _refuse(not old.is_ref_unassignable(raw.reference), "permissions in the place of something else")
            yield ReferenceUpdate(raw.reference)


class _DatesOfMetadata(WhitelistRule):
    """Title, author, language and standard stay; that and when a program wrote may change."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        yield from self._information(old, new)
        before, after = _raw(old.root, "/Metadata"), _raw(new.root, "/Metadata")
        _refuse((before is None) != (after is None), "metadata came or went")
        if after is None:
            return
        _refuse(_statements(before) != _statements(after), "metadata says something else")
        if before == after or old.is_ref_unassignable(after.reference):
            yield ReferenceUpdate(after.reference)

    @staticmethod
    def _information(old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        before, after = _raw(old.trailer_view, "/Info"), _raw(new.trailer_view, "/Info")
        if after is None:
            return
        texts = [
            {key: str(given[key]) for key in given if key not in {"/ModDate", "/Producer"}}
            for given in (
                one.get_object() if one is not None else DictionaryObject() for one in (before, after)
            )
        ]
        _refuse(texts[0] != texts[1], "the document's information says something else")
        if before == after or old.is_ref_unassignable(after.reference):
            yield ReferenceUpdate(after.reference)


def _statements(metadata: Any) -> list[tuple[str, str]]:
    """Return what XMP says, name and value, in whichever of RDF's spellings; dates and programs are left out."""
    stream = metadata.get_object()
    _refuse(not isinstance(stream, StreamObject), "metadata is no stream")
    try:
        root = etree.fromstring(stream.data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise SuspiciousModification("metadata is no XML") from None
    said = [statement for element in root.iter(etree.Element) for statement in _said(element)]
    return sorted((name, value) for name, value in said if not _DATES.fullmatch(name))


def _said(element: Any) -> Iterator[tuple[str, str]]:
    named = element
    while named.tag.startswith(_RDF) and named.getparent() is not None:
        named = named.getparent()
    for name, value in element.attrib.items():
        if name == f"{_RDF}resource":
            yield named.tag, value
        elif name.startswith("{") and not name.startswith((_RDF, _XML)):
            yield name, value
    if element.text and element.text.strip():
        yield named.tag, element.text.strip()


class _NumbersNotUsed(WhitelistRule):
    """A number may be given back that no object ever had, as iText does; an object of the original may not."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        for freed in new.refs_freed_in_revision():
            _refuse(not old.is_ref_unassignable(freed), "an object was taken away")
            yield ReferenceUpdate(freed)


class _FormElements(WhitelistRule):
    """The tag tree: a ``Form`` element for a visible signature may be added, as PDF/UA asks (ISO 14289-1, 7.18.4)."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[ReferenceUpdate]:
        before, after = _raw(old.root, "/StructTreeRoot"), _raw(new.root, "/StructTreeRoot")
        if not isinstance(before, IndirectObject) or before != after:
            return  # what else was done to it is unexplained
        old_tree, new_tree = before.get_object(), after.get_object()
        if _all_but(old_tree) == _all_but(new_tree):
            return
        changed = ("/K", "/ParentTree", "/ParentTreeNextKey")
        _refuse(
            _all_but(old_tree, *changed) != _all_but(new_tree, *changed), "the root of the tags is another"
        )
        widgets = {field.reference for field in _fields(new)} - {field.reference for field in _fields(old)}
        added: list[IndirectObject] = []
        yield from map(ReferenceUpdate, _compared_children(old_tree, new_tree, widgets, added))
        _require_keys(old_tree, new_tree, added)
        _refuse(
            not all(old.is_ref_unassignable(one.reference) for one in added), "a tag in the place of another"
        )
        yield from (ReferenceUpdate(one.reference) for one in (after, *added))


def _compared_children(
    before: Any, after: Any, widgets: set[Reference], added: list[IndirectObject]
) -> Iterator[Reference]:
    """Compare an element's children: the same, then ``Form`` elements; yield the document's element where it has some."""
    old_kids, new_kids = _kids(before), _kids(after)
    _refuse(new_kids[: len(old_kids)] != old_kids, "tags were changed")
    for kid in new_kids[len(old_kids) :]:
        _require_form_element(kid, widgets)
        added.append(kid)
    if len(old_kids) != 1 or not isinstance(old_kids[0], IndirectObject):
        return
    old_inner, new_inner = old_kids[0].get_object(), new_kids[0].get_object()
    if isinstance(old_inner, DictionaryObject) and _all_but(old_inner) != _all_but(new_inner):
        _refuse(_all_but(old_inner, "/K") != _all_but(new_inner, "/K"), "a tag was changed")
        yield from _compared_children(old_inner, new_inner, widgets, added)
        yield old_kids[0].reference


def _require_form_element(kid: Any, widgets: set[Reference]) -> None:
    """Require an element that says nothing but where the signature's field is."""
    element = kid.get_object() if isinstance(kid, IndirectObject) else None
    plain = {"/Type", "/S", "/P", "/Pg", "/K", "/Alt", "/T", "/Lang"}
    _refuse(not isinstance(element, DictionaryObject) or not set(element) <= plain, "a tag of another kind")
    _refuse(_value(element, "/S") != "/Form", "a tag that is no form's")
    place = _value(element, "/K")
    place = place[0] if isinstance(place, ArrayObject) and len(place) == 1 else place
    _refuse(
        not isinstance(place, DictionaryObject) or _value(place, "/Type") != "/OBJR", "a tag with content"
    )
    target = _raw(place, "/Obj")
    _refuse(
        not isinstance(target, IndirectObject) or target.reference not in widgets, "a tag of no signature"
    )


def _require_keys(before: Any, after: Any, added: list[IndirectObject]) -> None:
    """Compare the tree that leads from content to tags: what is new leads to new tags only."""
    old_tree, new_tree = _raw(before, "/ParentTree"), _raw(after, "/ParentTree")
    _refuse(
        not isinstance(old_tree, DictionaryObject) or not isinstance(new_tree, DictionaryObject),
        "no tree of parents",
    )
    _refuse(_all_but(old_tree, "/Nums") != _all_but(new_tree, "/Nums"), "the tree of parents is another")
    old_pairs, new_pairs = _list(_raw(old_tree, "/Nums")), _list(_raw(new_tree, "/Nums"))
    _refuse(new_pairs[: len(old_pairs)] != old_pairs, "the tree of parents was changed")
    more = new_pairs[len(old_pairs) :]
    _refuse(any(target not in added for target in more[1::2]), "the tree of parents leads elsewhere")
    _refuse(any(number <= max(old_pairs[::2], default=-1) for number in more[::2]), "a number is given twice")


def _all_but(given: Any, *keys: str) -> dict[str, Any]:
    return {key: given.raw_get(key) for key in given if key not in keys}


def _kids(element: Any) -> list[Any]:
    raw = _raw(element, "/K")
    return _list(raw) if isinstance(raw, ArrayObject) else [] if raw is None else [raw]


def _list(array: Any) -> list[Any]:
    """Return what an array holds, references as they are; nothing of what is no array."""
    return list(array) if isinstance(array, ArrayObject) else []


def _fields(resolver: HistoricalResolver) -> list[IndirectObject]:
    form = _value(resolver.root, "/AcroForm") or DictionaryObject()
    return [field for field in _list(_value(form, "/Fields")) if isinstance(field, IndirectObject)]


POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=_CATALOG),
        *(
            rule.as_qualified(ModificationLevel.LTA_UPDATES)
            for rule in (
                ObjectStreamRule(),
                XrefStreamRule(),
                DSSCompareRule(),
                _Permissions(),
                _DatesOfMetadata(),
                _FormElements(),
                _NumbersNotUsed(),
            )
        ),
    ],
    form_rule=_SignatureForm(
        field_rules=[_PlainSignatureField(), SigFieldModificationRule()],
        ignored_acroform_keys=_FORM,
    ),
    reject_object_freeing=False,  # _NumbersNotUsed judges it
)
