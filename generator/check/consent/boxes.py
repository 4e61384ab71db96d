"""A box is ticked by the person alone, and each asks for itself."""

from collections.abc import Iterator

from ...model.diagnostic import Diagnostic, Location, error
from ...model.elements import Element


def check(element: Element, place: Location) -> Iterator[Diagnostic]:
    """`pre-ticked`, `hidden-consent` and `required-consent`, of HTML that somebody wrote."""
    given = element.attributes
    if element.name != "input":
        return
    kind = given.get("type", "text").strip().lower()
    asks = given.get("name") == "purpose"
    if kind == "checkbox" and "checked" in given and given.get("name") and "disabled" not in given:
        message = f"the box '{given['name']}' is ticked before anybody saw it"
        hint = "leave `checked` out: silence and boxes ticked beforehand are no consent"
        yield error("pre-ticked", message, at=place, hint=hint)
    if asks and kind == "checkbox" and "required" in given:
        message = "every box is required, whatever else the form offers"
        hint = "write {% if sheet.boxes | length == 1 %} required{% endif %}"
        yield error("required-consent", message, at=place, hint=hint)
    if asks and kind == "hidden":
        message = "a permission is sent that nobody was asked for"
        hint = 'make it a box: <input type="checkbox" name="purpose">, with its wording beside it'
        yield error("hidden-consent", message, at=place, hint=hint)
