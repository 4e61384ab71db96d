"""Compile declarations into the catalogue of the form handler."""

import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
from ...model.permalink import for_state
from ...model.reference import translation
from ...model.site import Site
from ...model.wordings import NONE, Lock
from .forms import ANY, Declaration, Declarations, FieldFile, FormFile, OptionFile, PurposeFile
from .gates import check_gates
from .wordings import check_wording

SOLVER = "solver.js"
EMAIL = Field(name="email", kind=Kind.EMAIL, required=True, autocomplete="email", max_length=254)
"""Field that every form has, declared or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A catalogue, and the gated files that it delivers by path in the handler's tree."""

    catalogue: Catalogue
    gated: Mapping[str, Source]


def compile_catalogue(
    declared: Declarations, gated: Iterable[Source], site: Site, lock: Lock = NONE
) -> tuple[Compiled | None, tuple[Diagnostic, ...]]:
    """Return the catalogue of `site`; None if it has no form, or if a finding is an error.

    `lock` has the wordings that were published.
    """
    if not declared.forms:
        return None, ()
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
        return None, findings
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
    return Compiled(catalogue=catalogue, gated=compiler.delivered), findings


class _Compiler:
    """Resolves the names in declarations; collects errors in `findings`."""

    def __init__(self, site: Site, gated: Mapping[str, Source], invalid: frozenset[str]) -> None:
        self.site, self.gated, self.settings, self.invalid = site, gated, site.settings, invalid
        self.delivered: dict[str, Source] = {}
        self.findings: list[Diagnostic] = []

    def controller(self, place: Location) -> Controller | None:
        if self.settings.controller is None:
            hint = "add `controller:` with `name` and a postal `address` to site.yaml"
            message = "a form collects personal data, and site.yaml names no controller"
            self.findings.append(error("no-controller", message, at=place, hint=hint))
        return self.settings.controller

    def privacy(self, place: Location) -> Texts:
        if not self.settings.privacy:
            hint = "write one, and add it to site.yaml: `privacy: privacy.md`"
            message = "a form collects personal data without a privacy notice"
            self.findings.append(error("no-privacy-notice", message, at=place, hint=hint))
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
        self.findings.append(error("no-solver", message, at=place, hint=hint))
        return ""

    def state(self, state: State) -> Texts:
        return {
            language.code: self.settings.link(for_state(state.value, language.prefix))
            for language in self.settings.languages
        }

    def purpose(self, declared: Declaration[PurposeFile]) -> Purpose:
        written = declared.value
        name = self._texts(declared, "name", written.name)
        resources = {
            code: resource
            for code, path in self._texts(declared, "resource", written.resource).items()
            if (resource := self._resource(path, declared.at("resource")))
        }
        return Purpose(
            id=declared.id,
            version=written.version,
            lasts=written.lasts,
            name=name or self._for_every_language(_title_from(declared.id)),
            wording=self._wording(declared, written.wording),
            resource=resources,
            frequencies=written.frequencies,
            topics=self._options(declared, ("topics",), written.topics),
        )

    def form(self, declared: Declaration[FormFile], purposes: Mapping[str, Purpose]) -> Form:
        written = declared.value
        for i, purpose in enumerate(written.purposes):
            if purpose not in purposes and purpose not in self.invalid:
                hint = nearest(purpose, purposes) or "declare it in content/_purposes/"
                place = declared.at("purposes", i)
                message = f"unknown purpose '{purpose}'"
                self.findings.append(error("unknown-purpose", message, at=place, hint=hint))
        return Form(
            id=declared.id,
            purposes=written.purposes,
            fields=self._fields(declared),
            title=self._texts(declared, "title", written.title),
            intro=self._texts(declared, "intro", written.intro),
            button=self._texts(declared, "button", written.button),
            question=self._texts(declared, "question", written.question),
            after_submit=self._page(declared, "after_submit", written.after_submit),
            after_confirm=self._page(declared, "after_confirm", written.after_confirm),
        )

    def _fields(self, declared: Declaration[FormFile]) -> tuple[Field, ...]:
        fields: list[Field] = []
        for i, field in enumerate(declared.value.fields):
            place = declared.at("fields", i, "name")
            if field.name in RESERVED_FIELDS:
                message = f"the field name '{field.name}' is reserved"
                self.findings.append(error("field-name", message, at=place))
            elif field.name in {known.name for known in fields}:
                message = f"two fields have the name '{field.name}'"
                self.findings.append(error("field-name", message, at=place))
            fields.append(self._field(declared, i, field))
        if not any(field.name == EMAIL.name for field in fields):
            fields.insert(0, EMAIL)
        return tuple(fields)

    def _field(self, declared: Declaration[FormFile], number: int, written: FieldFile) -> Field:
        path = ("fields", number)
        label = self._texts(declared, (*path, "label"), written.label)
        hint = self._texts(declared, (*path, "hint"), written.hint)
        options = self._options(declared, (*path, "options"), written.options)
        if written.name == EMAIL.name:
            return EMAIL.model_copy(update={"label": label, "hint": hint})
        return Field(
            name=written.name,
            kind=written.kind,
            required=written.required,
            label=label,
            hint=hint,
            options=options,
            max_length=written.max_length,
            autocomplete=written.autocomplete,
        )

    def _options(
        self,
        declared: Declaration[FormFile] | Declaration[PurposeFile],
        path: tuple[str | int, ...],
        written: tuple[OptionFile, ...],
    ) -> tuple[Option, ...]:
        return tuple(
            Option(
                value=option.value,
                label=self._texts(declared, (*path, i, "label"), option.label)
                or self._for_every_language(option.value),
            )
            for i, option in enumerate(written)
        )

    def _for_every_language(self, text: str) -> Texts:
        return {language.code: text for language in self.settings.languages}

    def _texts(
        self,
        declared: Declaration[FormFile] | Declaration[PurposeFile],
        path: str | tuple[str | int, ...],
        texts: Texts,
    ) -> Texts:
        """Return a text by language; one without a language is for every language."""
        if ANY in texts:
            return self._for_every_language(texts[ANY])
        known = [language.code for language in self.settings.languages]
        for code in texts:
            if code not in known:
                place = declared.at(*((path,) if isinstance(path, str) else path), code)
                message = f"the site has no language '{code}'"
                hint = nearest(code, known) or f"its languages are {', '.join(known)}"
                self.findings.append(error("unknown-language", message, at=place, hint=hint))
        return texts

    def _wording(self, declared: Declaration[PurposeFile], texts: Texts) -> Texts:
        """Return the wording, which must exist in every language of the site."""
        place = declared.at("wording")
        wording = texts
        if ANY in texts:
            wording = {self.settings.default_language.code: texts[ANY]}
        else:
            self._texts(declared, "wording", texts)
        for language in self.settings.languages:
            if not wording.get(language.code, "").strip():
                message = f"the wording is missing in '{language.code}'"
                hint = f"add `{language.code}:` with a translation of the exact text"
                self.findings.append(error("no-wording", message, at=place, hint=hint))
        return wording

    def _page(self, declared: Declaration[FormFile], key: str, source: str) -> Texts:
        return self._pages(source, declared.at(key)) if source else {}

    def _pages(self, source: str, place: Location, *, complete: bool = False) -> Texts:
        """Return the address of the page `source` by language; with `complete`, in every one."""
        pages = {}
        for language in self.settings.languages:
            if document := translation(self.site, source, language):
                pages[language.code] = self.settings.link(document.url)
        if not pages:
            message = f"unknown page '{source}'"
            hint = "name a published file of content/, such as welcome.md"
            self.findings.append(error("unknown-page", message, at=place, hint=hint))
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
            if not hint:
                hint = "put it in a folder `_gated/` next to its document"
            message = f"unknown gated file '{path}'"
            self.findings.append(error("unknown-resource", message, at=place, hint=hint))
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
            self.findings.append(error("resource-name", message, at=place, hint=hint))
            return None
        self.delivered[resource.path] = source
        return resource


def _title_from(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()
