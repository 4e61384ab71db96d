"""New keys, as the page on operations says: what goes on working, what ends, what refuses."""

from pathlib import Path

import pytest

from ..commands.running import run
from ..evidence.history import KEY, OTHER, OWNER, SECRET as SIGNING
from ..world import SECRET, SUPPRESSION, link, world

NEW = "a-new-secret-that-took-the-place-of-the-old-one"
BOTH = ("guide", "newsletter")
LEADS = ("unsubscribe", "me", "resource")


@pytest.mark.parametrize("between", [" ", ", "])
def test_links_of_old_mails_go_on_working_behind_a_new_key(tmp_path: Path, between: str) -> None:
    with world(tmp_path) as before:
        receipt = before.confirmed("ana@example.org", form="guide", purposes=BOTH)
        waiting = before.subscribe("bob@example.org")
    with world(tmp_path, ATRAE_SECRET_KEY=f"{NEW}{between}{SECRET}") as after:
        for each in LEADS:
            assert after.client.get(link(receipt, each)).status_code == 200, each
        assert after.client.post(waiting, data={"do": "confirm"}).status_code == 303
        assert after.kinds("bob@example.org")[-1] == "permission.confirmed"
        (theirs,) = after.inbox.wait(1)
        left = after.client.post(link(receipt, "unsubscribe"), data={"do": "leave"})
        assert left.status_code == 303
        assert after.kinds("ana@example.org")[-1] == "permission.withdrawn"
    # What was mailed since is signed with the new key alone, so that the old one can go one day.
    with world(tmp_path, ATRAE_SECRET_KEY=NEW) as later:
        assert later.client.get(link(theirs, "me")).status_code == 200


def test_without_the_old_key_the_links_end_and_the_page_says_so(tmp_path: Path) -> None:
    with world(tmp_path) as before:
        receipt = before.confirmed("ana@example.org", form="guide", purposes=BOTH)
        waiting = before.subscribe("bob@example.org")
    with world(tmp_path, ATRAE_SECRET_KEY=NEW) as after:
        for path in (waiting, *(link(receipt, each) for each in LEADS)):
            answer = after.client.get(path)
            assert answer.status_code == 404
            assert "<h1" in answer.text
        assert after.client.post(waiting, data={"do": "confirm"}).status_code == 404
        assert after.kinds("bob@example.org") == ["permission.requested"]
        # Asking again is the way on, and it is open once the cool-down is over.
        assert after.submit("eva@example.org").status_code == 303
        after.inbox.wait(1)


def test_another_suppression_key_is_refused_at_the_start(tmp_path: Path) -> None:
    with world(tmp_path):
        pass
    known = {"ATRAE_DATABASE_URL": f"sqlite:///{tmp_path / 'forms.db'}"}
    told = run("purge", directory=tmp_path, environ={**known, "ATRAE_SUPPRESSION_KEY": NEW})
    assert told.returncode == 1
    assert "set the old key" in told.stderr


def test_a_new_checkpoint_key_stands_in_front_of_the_old_one(tmp_path: Path) -> None:
    """Both mails can be held against the record; the new key alone vouches for its end."""
    new = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q"
    with world(tmp_path, ATRAE_CHECKPOINT_KEY=SIGNING, ATRAE_OWNER=OWNER) as before:
        before.confirmed("ana@example.org")
        before.inbox.wait(2)
        before.settled()
    known = {
        "ATRAE_DATABASE_URL": f"sqlite:///{tmp_path / 'forms.db'}",
        "ATRAE_SUPPRESSION_KEY": SUPPRESSION,
        "ATRAE_OWNER": OWNER,
        "ATRAE_MAIL_FROM": "Ana of Example <ana@example.org>",
    }
    files = []
    for number, keys in enumerate((SIGNING, f"{new} {SIGNING}")):
        sealed = run("seal", directory=tmp_path, environ={**known, "ATRAE_CHECKPOINT_KEY": keys})
        assert sealed.returncode == 0, sealed.stderr
        files.append(tmp_path / f"checkpoint-{number}.txt")
        files[-1].write_text(sealed.stdout)
        with world(tmp_path, ATRAE_CHECKPOINT_KEY=keys) as here:
            assert here.submit(f"somebody-{number}@example.org").status_code == 303
            here.settled()
    both = {**known, "ATRAE_CHECKPOINT_KEY": f"{new} {SIGNING}"}
    for file in files:
        told = run("verify", "--checkpoint", str(file), directory=tmp_path, environ=both)
        assert (told.returncode, told.stderr) == (0, "")
    for key, code in ((OTHER, 0), (KEY, 1)):
        told = run("verify", "--key", key.public.hex, directory=tmp_path, environ=known)
        assert told.returncode == code, told.stderr
