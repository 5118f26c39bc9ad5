"""What every form does with a request that was not made by its page."""

import io

from tests import factories


def test_a_file_sent_as_a_text_is_no_text(app, hr):
    with app.app_context():
        slug = factories.a_programme().slug
        factories.committed()
    sent = {"label": (io.BytesIO(b"on"), "roster.csv")}
    answer = hr.post(f"/programmes/{slug}/waves/new", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
