"""What HR sends through the pages to set up a programme: a roster, a pulse, its promises."""

from datetime import timedelta

from bs4 import BeautifulSoup

from surveyapp import clock

ROSTER = "name,email,unit\n" + "".join(
    f"Person {number},p{number}@example.org,Riverside/{'Days' if number % 2 else 'Nights'}\n"
    for number in range(30)
)


def page(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


def send(client, slug, data):
    """Post a roster file. Written out by hand: the client would leave a large one open on disk."""
    data = data if isinstance(data, bytes) else data.encode()
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="roster.csv"\r\n\r\n'
    return client.post(
        f"/programmes/{slug}/roster",
        data=head + data + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
    )


def with_roster(hr, slug):
    hr.post(send(hr, slug, ROSTER).location)


def new_wave(hr, slug, **fields):
    today = clock.now().date()
    form = {
        "label": "Winter pulse",
        "questions": "check",
        "opens": today + timedelta(days=1),
        "closes": today + timedelta(days=15),
        "publishes": today + timedelta(days=22),
        "answers": 10,
        **fields,
    }
    return hr.post(f"/programmes/{slug}/waves/new", data=form)


def committed_wave(hr, slug):
    with_roster(hr, slug)
    address = new_wave(hr, slug).location
    hr.post(f"{address}commit")
    return address
