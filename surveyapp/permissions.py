"""Closed by default: a view that does not say who may open it is refused at start."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, g, redirect, request, url_for

from surveyapp.errors import NotAllowed
from surveyapp.models.accounts import Account, Role

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE = "everyone"
NOT_COVERED = "Your account does not cover this page. Ask your administrator."


class UndeclaredAccess(RuntimeError):
    """A view carries neither ``open_to`` nor ``open_to_everyone``."""


def viewer() -> Account | None:
    """Who is signed in, if anybody. Set for staff routes by ``surveyapp.auth``."""
    account: Account | None = g.get("viewer")
    return account


def signed_in() -> Account:
    """Who is signed in; only inside a view that is ``open_to`` some role."""
    account = viewer()
    if account is None:
        raise NotAllowed("Please sign in first.")
    return account


def open_to(*roles: Role, otherwise: str = NOT_COVERED) -> Callable[[View], View]:
    """Let in signed-in people with one of these roles; send others to sign in, or away with the
    sentence ``otherwise``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            account = viewer()
            if account is None:
                return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
            if not account.has(*roles):
                raise NotAllowed(otherwise)
            return view(*args, **kwargs)

        guarded.access = frozenset(roles)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def open_to_everyone(view: View) -> View:
    """Let anybody in, signed in or not."""
    view.access = EVERYONE  # type: ignore[attr-defined]
    return view


def check(app: Flask) -> None:
    """Refuse an application with a view whose access nobody declared."""
    open_by_nature = {"static"}
    for endpoint, view in app.view_functions.items():
        if endpoint not in open_by_nature and not hasattr(view, "access"):
            raise UndeclaredAccess(f"{endpoint} says neither open_to(…) nor open_to_everyone.")
