"""Change a person's choices in a copy of the handler that has the email of CONTRIBUTING.md.

Run as `python -m tests.forms.changed_email FOLDER`, with an empty folder for the database.
"""

import sys
from pathlib import Path

import forms
from forms.store.database.read_only import open_records
from forms.store.verify import verify

from .world import link, text_of, world


def main(directory: Path) -> None:
    """Check that the email is sent, and that the ledger stays in order."""
    assert Path(forms.__file__).is_relative_to(Path.cwd()), forms.__file__
    with world(directory) as here:
        centre = link(here.confirmed("ana@example.org"), "me")
        choices = {
            "do": "save",
            "on": "newsletter",
            "purpose": here.digest("newsletter"),
            "frequency-newsletter": "weekly",
        }
        assert here.client.post(centre, data=choices).is_redirect
        email = here.inbox.wait(3)[-1]
        assert email["Subject"] == "Your choices at Example"
        assert "Send me the monthly newsletter." in text_of(email)
        assert link(email, "unsubscribe")
        here.settled()
    with open_records(f"sqlite:///{here.database}") as connection:
        assert list(verify(connection)) == []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
