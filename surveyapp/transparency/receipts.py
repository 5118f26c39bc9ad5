"""Was my answer counted? A person's receipt looked up in the list that was published.

What is typed comes in the body of a POST and is kept nowhere: an address would stand in histories
and logs. Whoever has the page with all receipts can look without asking anybody.
"""

import re
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from surveyapp.crypto import receipts, tokens
from surveyapp.extensions import csrf
from surveyapp.permissions import open_to_everyone
from surveyapp.services import noticeboard
from surveyapp.transparency.views import blueprint, promised

SHAPE = re.compile(rf"[{tokens.ALPHABET}]{{{receipts.SHOWN}}}")


@blueprint.route("/trust/<slug>/<int:number>/receipt", methods=["GET", "POST"])
@open_to_everyone
def receipt(slug: str, number: int) -> ResponseReturnValue:
    """Look one receipt up."""
    wave = promised(slug, number)
    opened = next((one.body for one in noticeboard.about(wave.id) if one.type == "OPENED"), None)
    typed = tokens.normalise(request.form.get("receipt", ""))
    problem, answer = "", ""
    if request.method == "POST" and not SHAPE.fullmatch(typed):
        problem = "Type the 15 letters and numbers of your receipt."
    elif request.method == "POST":
        answer = _look_up(typed, opened)
    page = render_template(
        "transparency/receipt.html",
        wave=wave,
        programme=wave.programme,
        opened=opened,
        rejected=sum((opened or {}).get("rejected", {}).values()),
        typed=tokens.grouped(typed[:80], 5, "-"),
        problem=problem,
        answer=answer,
    )
    return page, 422 if problem else 200


# Nothing changes, so nothing is to be abused from another page; and there is no session.
csrf.exempt(receipt)


def _look_up(typed: str, opened: dict[str, Any] | None) -> str:
    if opened is None:
        return "waiting"
    listed = opened.get("receipts", ())
    shown = {tokens.normalise(receipts.shown(bytes.fromhex(one))) for one in listed}
    return "counted" if typed in shown else "missing"
