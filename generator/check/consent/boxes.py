"""Check that boxes for consent are visible, optional and not pre-ticked."""

from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Location, error
from ...model.elements import Element


def check_element(element: Element, place: Location) -> Iterator[Diagnostic]:
    """Yield `pre-ticked`, `hidden-consent` and `required-consent`."""
    attributes = element.attributes
    if element.name != "input":
        return
    kind = attributes.get("type", "text").strip().lower()
    name = attributes.get("name")
    is_purpose = name == "purpose"
    is_ticked = "checked" in attributes and "disabled" not in attributes
    if kind == "checkbox" and name and is_ticked:
        message = f"the box '{name}' is pre-ticked"
        hint = "remove `checked`: silence and pre-ticked boxes are not consent"
        yield error("pre-ticked", message, at=place, hint=hint)
    if is_purpose and kind == "checkbox" and "required" in attributes:
        message = "every box is required, even if the form has several"
        hint = "write {% if sheet.boxes | length == 1 %} required{% endif %}"
        yield error("required-consent", message, at=place, hint=hint)
    if is_purpose and kind == "hidden":
        message = "the form sends a permission that the visitor can't see"
        hint = 'make it a box: <input type="checkbox" name="purpose"> next to its wording'
        yield error("hidden-consent", message, at=place, hint=hint)
