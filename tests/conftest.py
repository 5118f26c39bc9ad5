"""What every test may ask for: an application on four fresh in-memory databases."""

import pytest
from sqlalchemy.pool import StaticPool

MEMORY = {"connect_args": {"check_same_thread": False}, "poolclass": StaticPool}


@pytest.fixture
def app(tmp_path):
    from surveyapp import create_app
    from surveyapp.extensions import db

    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a secret that only tests know",
            "WTF_CSRF_ENABLED": False,
            "DATABASES": dict.fromkeys(("office", "who", "box", "answers"), "sqlite://"),
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, **MEMORY},
        },
        instance_path=str(tmp_path / "instance"),
    )
    with app.app_context():
        db.create_all(bind_key="__all__")
    return app


@pytest.fixture
def client(app):
    return app.test_client()
