"""One small organisation and what its people do, told by the tests of the whole story."""

import mailbox
import re

from surveyapp.demo.pages import Reader

STORES = ("office", "who", "box", "answers")
GROUPS = {"Riverside/Days": 26, "Riverside/Nights": 18, "Riverside/Kitchen": 4}
SPEAKING_UP = "fear_speaking_out"


def roster():
    """A roster file of these groups."""
    lines = ["name,email,unit"]
    for unit, size in GROUPS.items():
        name = unit.rpartition("/")[2].lower()
        lines += [f"Person {n},{name}{n}@example.org,{unit}" for n in range(size)]
    return "\n".join(lines).encode()


def answer(app, code, dice):
    """Somebody answers by typed code, all questions on one page, as the dice fall."""
    reader = Reader(app).open("/v/")
    reader.send({"code": code}, reader.forms[0].buttons[0][1])
    if any(button[1] == "start" for form in reader.forms for button in form.buttons):
        reader.send({}, "start")
    reader.send({}, "all")
    form = next(form for form in reader.forms if any(n.startswith("a.") for n in form.names))
    said = {
        name: dice.choice([value for value in form.choices[name] if value])
        for name in form.names
        if name.startswith("a.") and name in form.choices
    }
    text = next(name for name in sorted(form.names) if name.startswith("t."))
    if dice.random() < 0.5:
        said |= {text: "Too many cases and nobody tells us anything.", f"u.{text[2:]}": "themes"}
    reader.send(said, "check").send({}, "send")
    assert reader.heading.startswith("Thank you"), reader.heading
    assert re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", reader.text)


def mail_bodies(app):
    """The text of every message sent so far."""
    box = mailbox.Maildir(app.config["MAILDIR"], create=False)
    return [message.get_payload(decode=True).decode() for message in box]
