"""Compile declarations into the catalogue of the form handler."""

import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace
from pydantic import ValidationError

from forms.catalogue import (
    RESERVED_FIELDS,
    Catalogue,
    Controller,
    Field,
    Form,
    Kind,
    Option,
    Purpose,
    Resource,
    State,
    Texts,
)

from ...model.diagnostic import Diagnostic, Location, error, nearest, warning
from ...model.document import Source
from ...model.permalink import for_state, title_from
from ...model.reference import translation
from ...model.site import Site
from ...model.wordings import Lock
from .forms import ANY, Declaration, Declarations, FieldFile, FormFile, OptionFile, PurposeFile
from .gates import check_gates
from .wordings import check_wording

SOLVER = "solver.js"
EMAIL = Field(name="email", kind=Kind.EMAIL, required=True, autocomplete="email", max_length=254)
"""Field that every form has, declared or not."""


def compile_catalogue(
    declared: Declarations, gated: Iterable[Source], site: Site, lock: Lock
) -> tuple[Site, tuple[Diagnostic, ...]]:
    """Return the site with its catalogue, or without if it has no form or a finding is an error.

    `lock` has the wordings that were published.
    """
    if not declared.forms:
        return site, ()
    compiler = _Compiler(site, {source.path: source for source in gated}, declared.invalid)
    place = declared.forms[0].at("purposes")
    controller, privacy = compiler.controller(place), compiler.privacy(place)
    purposes = {p.id: compiler.purpose(p) for p in declared.purposes}
    forms = {form.id: compiler.form(form, purposes) for form in declared.forms}
    compiler.findings += check_gates(declared, site)
    solver = compiler.solver(place)
    for purpose in declared.purposes:
        compiler.findings += check_wording(purpose, purposes[purpose.id], lock)
    findings = tuple(dict.fromkeys(compiler.findings))
    has_errors = any(finding.severity == "error" for finding in findings)
    if controller is None or has_errors or declared.invalid:
        return site, findings
    languages = site.settings.languages
    catalogue = Catalogue(
        title={language.code: language.title for language in languages},
        default_language=site.settings.default_language.code,
        languages=tuple(language.code for language in languages),
        controller=controller,
        privacy=privacy,
        states={state: compiler.state(state) for state in State},
        purposes=purposes,
        forms=forms,
        solver=solver,
    )
    return replace(site, catalogue=catalogue, gated=compiler.delivered), findings


class _Compiler:
    """Resolves the names in declarations; collects errors in `findings`."""

    def __init__(self, site: Site, gated: Mapping[str, Source], invalid: frozenset[str]) -> None:
        self.site, self.gated, self.settings, self.invalid = site, gated, site.settings, invalid
        self.delivered: dict[str, Source] = {}
        self.findings: list[Diagnostic] = []

    def _error(self, code: str, message: str, place: Location, hint: str) -> None:
        self.findings.append(error(code, message, at=place, hint=hint))

    def controller(self, place: Location) -> Controller | None:
        if self.settings.controller is None:
            message = "a form collects personal data, and site.yaml names no controller"
            hint = "add `controller:` with `name` and a postal `address` to site.yaml"
            self._error("no-controller", message, place, hint)
        return self.settings.controller

    def privacy(self, place: Location) -> Texts:
        if not self.settings.privacy:
            message = "a form collects personal data without a privacy notice"
            hint = "write one, and add it to site.yaml: `privacy: privacy.md`"
            self._error("no-privacy-notice", message, place, hint)
            return {}
        return self._pages(self.settings.privacy, Location(path="site.yaml"), complete=True)

    def solver(self, place: Location) -> str:
        """Return the address of the theme's `static/solver.js`, empty without proof of work."""
        if not self.settings.proof_of_work:
            return ""
        for name, source in self.site.assets.items():
            if source.path.endswith(f"/static/{SOLVER}"):
                return self.settings.link(f"/assets/{name}")
        message = f"forms.proof_of_work is on, and the theme has no static/{SOLVER}"
        hint = "copy it from the default theme, and load it in handler/form.html as that does"
        self._error("no-solver", message, place, hint)
        return ""

    def state(self, state: State) -> Texts:
        return {
            language.code: self.settings.link(for_state(state.value, language.prefix))
            for language in self.settings.languages
        }

    def purpose(self, declared: Declaration[PurposeFile]) -> Purpose:
        written = declared.value
        name = self._texts(declared, written.name, "name")
        resources = {
            code: resource
            for code, path in self._texts(declared, written.resource, "resource").items()
            if (resource := self._resource(path, declared.at("resource")))
        }
        resolved = {
            "name": name or self._for_every_language(title_from(declared.id)),
            "wording": self._wording(declared, written.wording),
            "resource": resources,
            "topics": self._options(declared, written.topics, "topics"),
        }
        return Purpose(id=declared.id, **dict(written) | resolved)

    def form(self, declared: Declaration[FormFile], purposes: Mapping[str, Purpose]) -> Form:
        written = declared.value
        for i, purpose in enumerate(written.purposes):
            if purpose not in purposes and purpose not in self.invalid:
                message = f"unknown purpose '{purpose}'"
                hint = nearest(purpose, purposes) or "declare it in content/_purposes/"
                self._error("unknown-purpose", message, declared.at("purposes", i), hint)
        values = dict(written)
        for key in ("title", "intro", "button", "question"):
            values[key] = self._texts(declared, values[key], key)
        for key in ("after_submit", "after_confirm"):
            values[key] = self._pages(values[key], declared.at(key)) if values[key] else {}
        return Form(id=declared.id, **values | {"fields": self._fields(declared)})

    def _fields(self, declared: Declaration[FormFile]) -> tuple[Field, ...]:
        fields: list[Field] = []
        for i, field in enumerate(declared.value.fields):
            place = declared.at("fields", i, "name")
            if field.name in RESERVED_FIELDS:
                message = f"the field name '{field.name}' is reserved"
                self._error("field-name", message, place, "choose another name")
            elif field.name in {known.name for known in fields}:
                message = f"two fields have the name '{field.name}'"
                self._error("field-name", message, place, "rename one of them")
            fields.append(self._field(declared, i, field))
        if not any(field.name == EMAIL.name for field in fields):
            fields.insert(0, EMAIL)
        return tuple(fields)

    def _field(self, declared: Declaration[FormFile], number: int, written: FieldFile) -> Field:
        path = ("fields", number)
        label = self._texts(declared, written.label, *path, "label")
        hint = self._texts(declared, written.hint, *path, "hint")
        options = self._options(declared, written.options, *path, "options")
        if written.name == EMAIL.name:
            return EMAIL.model_copy(update={"label": label, "hint": hint})
        return Field(**dict(written) | {"label": label, "hint": hint, "options": options})

    def _options(
        self, declared: Declaration[Any], options: tuple[OptionFile, ...], *path: str | int
    ) -> tuple[Option, ...]:
        labels = [self._texts(declared, o.label, *path, i, "label") for i, o in enumerate(options)]
        return tuple(
            Option(value=option.value, label=label or self._for_every_language(option.value))
            for option, label in zip(options, labels, strict=True)
        )

    def _for_every_language(self, text: str) -> Texts:
        return {language.code: text for language in self.settings.languages}

    def _texts(self, declared: Declaration[Any], texts: Texts, *path: str | int) -> Texts:
        """Return a text by language; one without a language is for every language."""
        if ANY in texts:
            return self._for_every_language(texts[ANY])
        known = [language.code for language in self.settings.languages]
        for code in texts:
            if code not in known:
                message = f"the site has no language '{code}'"
                hint = nearest(code, known) or f"its languages are {', '.join(known)}"
                self._error("unknown-language", message, declared.at(*path, code), hint)
        return texts

    def _wording(self, declared: Declaration[PurposeFile], texts: Texts) -> Texts:
        """Return the wording, which must exist in every language of the site."""
        place = declared.at("wording")
        wording = texts
        if ANY in texts:
            wording = {self.settings.default_language.code: texts[ANY]}
        else:
            self._texts(declared, texts, "wording")
        for language in self.settings.languages:
            if not wording.get(language.code, "").strip():
                message = f"the wording is missing in '{language.code}'"
                hint = f"add `{language.code}:` with a translation of the exact text"
                self._error("no-wording", message, place, hint)
        return wording

    def _pages(self, source: str, place: Location, *, complete: bool = False) -> Texts:
        """Return the address of the page `source` by language; with `complete`, in every one."""
        pages = {}
        for language in self.settings.languages:
            if document := translation(self.site, source, language):
                pages[language.code] = self.settings.link(document.url)
        if not pages:
            hint = "name a published file of content/, such as welcome.md"
            self._error("unknown-page", f"unknown page '{source}'", place, hint)
        for language in self.settings.languages if pages and complete else ():
            if language.code not in pages:
                message = f"'{source}' is not translated into '{language.code}'"
                hint = "visitors see it in another language until you add a translation"
                self.findings.append(warning("untranslated", message, at=place, hint=hint))
                pages[language.code] = next(iter(pages.values()))
        return pages

    def _resource(self, path: str, place: Location) -> Resource | None:
        source = self.gated.get(f"content/{path.lstrip('/')}")
        if source is None:
            hint = nearest(path, (known.removeprefix("content/") for known in self.gated))
            hint = hint or "put it in a folder `_gated/` next to its document"
            self._error("unknown-resource", f"unknown gated file '{path}'", place, hint)
            return None
        with source.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        media_type = mimetypes.guess_type(source.name)[0] or "application/octet-stream"
        size = source.file.stat().st_size
        try:
            resource = Resource(name=source.name, digest=digest, size=size, media_type=media_type)
        except ValidationError:
            message = f"'{source.name[:40]}…' can't be the name of a download"
            hint = "give the file a short name with letters, digits and hyphens"
            self._error("resource-name", message, place, hint)
            return None
        self.delivered[resource.path] = source
        return resource
