"""Declarations -> forms.catalogue: checked, every name resolved, every text in its language."""

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
from .gates import unopened
from .wordings import changed

SOLVER = "solver.js"
EMAIL = Field(name="email", kind=Kind.EMAIL, required=True, autocomplete="email", max_length=254)
"""The field that every form has, declared or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A catalogue and the gated files that it delivers: path in the handler's tree -> source."""

    catalogue: Catalogue
    gated: Mapping[str, Source]


def compile_catalogue(
    declared: Declarations, gated: Iterable[Source], site: Site, lock: Lock = NONE
) -> tuple[Compiled | None, tuple[Diagnostic, ...]]:
    """What the handler needs to know of `site`; None where there is no form, or an error.

    `lock` says which wordings were published.
    """
    if not declared.forms:
        return None, ()
    compiler = _Compiler(site, {source.path: source for source in gated})
    compiler.left_out = declared.left_out
    asks = declared.forms[0].at("purposes")
    controller, privacy = compiler.controller(asks), compiler.privacy(asks)
    purposes = {p.id: compiler.purpose(p) for p in declared.purposes}
    forms = {form.id: compiler.form(form, purposes) for form in declared.forms}
    compiler.findings += unopened(declared, site)
    solver = compiler.solver(asks)
    for each in declared.purposes:
        compiler.findings += changed(each, purposes[each.id], lock)
    findings = tuple(dict.fromkeys(compiler.findings))
    wrong = any(finding.severity == "error" for finding in findings)
    if controller is None or wrong or declared.left_out:
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
    return Compiled(catalogue=catalogue, gated=compiler.taken), findings


class _Compiler:
    """Resolves what declarations name; what is wrong gathers in `findings`."""

    def __init__(self, site: Site, gated: Mapping[str, Source]) -> None:
        self.site, self.gated, self.settings = site, gated, site.settings
        self.taken: dict[str, Source] = {}
        self.left_out: frozenset[str] = frozenset()
        self.findings: list[Diagnostic] = []

    def controller(self, asks: Location) -> Controller | None:
        if self.settings.controller is None:
            hint = "add `controller:` with `name` and `address` (a postal one) to site.yaml"
            message = "a form asks for personal data, and nobody answers for it"
            self.findings.append(error("no-controller", message, at=asks, hint=hint))
        return self.settings.controller

    def privacy(self, asks: Location) -> Texts:
        if not self.settings.privacy:
            hint = "write one, and name it in site.yaml: `privacy: privacy.md`"
            message = "a form asks for personal data without a privacy notice"
            self.findings.append(error("no-privacy-notice", message, at=asks, hint=hint))
            return {}
        return self._pages(self.settings.privacy, Location(path="site.yaml"), complete=True)

    def solver(self, asks: Location) -> str:
        """The path of the theme's `static/solver.js`, where the site asks for its work."""
        if not self.settings.proof_of_work:
            return ""
        for name, source in self.site.assets.items():
            if source.path.endswith(f"/static/{SOLVER}"):
                return self.settings.link(f"/assets/{name}")
        message = f"forms.proof_of_work is on, and the theme has no static/{SOLVER}"
        hint = "copy the one of the default theme, and load it in handler/form.html as that does"
        self.findings.append(error("no-solver", message, at=asks, hint=hint))
        return ""

    def state(self, state: State) -> Texts:
        return {
            language.code: self.settings.link(for_state(state.value, language.prefix))
            for language in self.settings.languages
        }

    def purpose(self, declared: Declaration[PurposeFile]) -> Purpose:
        written = declared.value
        resources = {
            code: resource
            for code, path in self._texts(declared, "resource", written.resource).items()
            if (resource := self._resource(path, declared.at("resource")))
        }
        return Purpose(
            id=declared.id,
            version=written.version,
            lasts=written.lasts,
            name=self._texts(declared, "name", written.name) or self._every(_humane(declared.id)),
            wording=self._complete(declared, written.wording),
            resource=resources,
            frequencies=written.frequencies,
            topics=self._options(declared, ("topics",), written.topics),
        )

    def form(self, declared: Declaration[FormFile], purposes: Mapping[str, Purpose]) -> Form:
        written = declared.value
        for i, purpose in enumerate(written.purposes):
            if purpose not in purposes and purpose not in self.left_out:
                hint = nearest(purpose, purposes) or "declare it in content/_purposes/"
                place = declared.at("purposes", i)
                message = f"there is no purpose '{purpose}'"
                self.findings.append(error("unknown-purpose", message, at=place, hint=hint))
        return Form(
            id=declared.id,
            purposes=written.purposes,
            fields=self._fields(declared),
            title=self._texts(declared, "title", written.title),
            intro=self._texts(declared, "intro", written.intro),
            button=self._texts(declared, "button", written.button),
            question=self._texts(declared, "question", written.question),
            after_submit=self._named(declared, "after_submit", written.after_submit),
            after_confirm=self._named(declared, "after_confirm", written.after_confirm),
        )

    def _fields(self, declared: Declaration[FormFile]) -> tuple[Field, ...]:
        fields: list[Field] = []
        for i, field in enumerate(declared.value.fields):
            place = declared.at("fields", i, "name")
            if field.name in RESERVED_FIELDS:
                message = f"'{field.name}' is a name that forms need for themselves"
                self.findings.append(error("field-name", message, at=place))
            elif field.name in {known.name for known in fields}:
                message = f"there are two fields '{field.name}'"
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
                or self._every(option.value),
            )
            for i, option in enumerate(written)
        )

    def _every(self, text: str) -> Texts:
        return {language.code: text for language in self.settings.languages}

    def _texts(
        self,
        declared: Declaration[FormFile] | Declaration[PurposeFile],
        path: str | tuple[str | int, ...],
        texts: Texts,
    ) -> Texts:
        """One text written once is that text in every language; `path` is where they stand."""
        if ANY in texts:
            return self._every(texts[ANY])
        known = [language.code for language in self.settings.languages]
        for code in texts:
            if code not in known:
                place = declared.at(*((path,) if isinstance(path, str) else path), code)
                message = f"the site has no language '{code}'"
                hint = nearest(code, known) or f"it has {', '.join(known)}"
                self.findings.append(error("unknown-language", message, at=place, hint=hint))
        return texts

    def _complete(self, declared: Declaration[PurposeFile], texts: Texts) -> Texts:
        """The text that asks for permission must exist in every language of the site."""
        place = declared.at("wording")
        whole = texts
        if ANY in texts:
            whole = {self.settings.default_language.code: texts[ANY]}
        else:
            self._texts(declared, "wording", texts)
        for language in self.settings.languages:
            if not whole.get(language.code, "").strip():
                message = f"there is no wording in '{language.code}'"
                hint = f"add `{language.code}:` with the exact text, translated"
                self.findings.append(error("no-wording", message, at=place, hint=hint))
        return whole

    def _named(self, declared: Declaration[FormFile], key: str, source: str) -> Texts:
        return self._pages(source, declared.at(key)) if source else {}

    def _pages(self, source: str, place: Location, *, complete: bool = False) -> Texts:
        """Language -> path of the page that `source` names, with the base path."""
        found = {}
        for language in self.settings.languages:
            if document := translation(self.site, source, language):
                found[language.code] = self.settings.link(document.url)
        if not found:
            message = f"there is no page '{source}'"
            hint = "name a source below content/ that is published, such as welcome.md"
            self.findings.append(error("unknown-page", message, at=place, hint=hint))
        for language in self.settings.languages if found and complete else ():
            if language.code not in found:
                message = f"'{source}' does not exist in '{language.code}'"
                hint = "visitors of that language are led to another one"
                self.findings.append(warning("untranslated", message, at=place, hint=hint))
                found[language.code] = next(iter(found.values()))
        return found

    def _resource(self, path: str, place: Location) -> Resource | None:
        source = self.gated.get(f"content/{path.lstrip('/')}")
        if source is None:
            hint = nearest(path, (known.removeprefix("content/") for known in self.gated))
            if not hint:
                hint = "gated files lie in a folder `_gated/` beside their document"
            message = f"there is no gated file '{path}'"
            self.findings.append(error("unknown-resource", message, at=place, hint=hint))
            return None
        with source.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        media_type = mimetypes.guess_type(source.name)[0] or "application/octet-stream"
        size = source.file.stat().st_size
        try:
            resource = Resource(name=source.name, digest=digest, size=size, media_type=media_type)
        except ValidationError:
            message = f"'{source.name[:40]}…' is no name for a download"
            hint = "give the file a short name of letters, digits and hyphens"
            self.findings.append(error("resource-name", message, at=place, hint=hint))
            return None
        self.taken[resource.path] = source
        return resource


def _humane(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()
