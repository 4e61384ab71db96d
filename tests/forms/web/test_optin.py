"""The loop that a person goes through, over real HTTP."""

from ..declared import GUIDE
from ..world import World, link, text_of


def test_a_visitor_subscribes_confirms_and_leaves(here: World) -> None:
    answer = here.submit("ana@example.org")
    assert (answer.status_code, answer.headers["location"]) == (303, "/check-your-inbox/")
    (mail,) = here.inbox.wait(1)
    path = link(mail, "confirm")
    shown = here.client.get(path)
    assert shown.status_code == 200
    assert "Send me the monthly newsletter." in shown.text
    done = here.client.post(path, data={"do": "confirm", "answer": "a newsletter"})
    assert (done.status_code, done.headers["location"]) == (303, "/confirmed/")
    receipt = here.inbox.wait(2)[-1]
    leave = link(receipt, "unsubscribe")
    assert "The newsletter" in here.client.get(leave).text
    left = here.client.post(leave, data={"do": "leave"})
    assert (left.status_code, left.headers["location"]) == (303, "/unsubscribed/")
    assert here.kinds("ana@example.org") == [
        "permission.requested",
        "permission.confirmed",
        "permission.withdrawn",
    ]


def test_the_guide_arrives_with_the_newsletter_box_left_empty(here: World) -> None:
    path = here.subscribe("ana@example.org", form="guide", purposes=("guide",))
    done = here.client.post(path, data={"do": "confirm"})
    assert done.status_code == 303
    assert done.headers["location"].endswith(path)
    page = here.client.get(path)
    assert "Confirmed" in page.text
    receipt = here.inbox.wait(2)[-1]
    assert here.client.get(link(receipt, "resource")).content == GUIDE
    assert "List-Unsubscribe" not in receipt
    assert "/unsubscribe/" not in text_of(receipt)
