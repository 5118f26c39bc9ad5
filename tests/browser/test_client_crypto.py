"""The script's own arithmetic in a real browser, against published vectors and the server's."""

import hashlib
import json

import pytest

from surveyapp.crypto import ballot, base64url, blind, client, envelope, merkle, receipts
from surveyapp.crypto.canonical import canonical
from surveyapp.respond import hints
from surveyapp.respond.answers import tidy
from tests.browser import harness
from tests.needed import shared

WAVE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def page(browser, sealing):
    """A page of the respondents' address, from which the script's files can be called."""
    with harness.visiting(browser, sealing.address) as visitor:
        yield visitor.open("/v/")


def run(page, body, given=None):
    """Run this with every file of the script at hand; bytes go in and out as hexadecimal."""
    names = ("ballot", "blind", "bytes", "canonical", "checks", "hints", "hpke", "questions")
    return page.evaluate(
        f"""async (given) => {{
          const [{", ".join(names)}] = await Promise.all(
            {json.dumps(names)}.map((name) => import(`/static/client/${{name}}.js`)));
          const {{ hex, unhex }} = bytes;
          {body}
        }}""",
        given,
    )


@pytest.fixture(scope="module")
def vector():
    found = json.loads(shared("vectors/rfc9474.json").read_text())["vectors"]
    one = next(v for v in found if v["name"] == "RSABSSA-SHA384-PSS-Randomized")
    signing = blind.SigningKey.from_primes(*(int(one[name], 16) for name in ("p", "q", "e")))
    return one | {"der": signing.public.der.hex()}


def test_rfc_9474_s_vector(page, vector):
    assert run(
        page,
        """
        const key = await blind.readKey(unhex(given.der));
        const prepared = blind.prepare(unhex(given.msg), () => unhex(given.msg_prefix));
        const r = blind.inverseOf(bytes.toNumber(unhex(given.inv)), key.n);
        const draws = [unhex(given.salt), bytes.toBytes(r, key.size)];
        const { blinded, inverse } = await blind.blind(key, prepared, () => draws.shift());
        const signature = await blind.finalize(key, prepared, unhex(given.blind_sig), inverse);
        return [hex(prepared), hex(blinded), hex(signature)];
        """,
        vector,
    ) == [vector["prepared_msg"], vector["blinded_msg"], vector["sig"]]


def test_candidates_for_r_that_are_out_of_range_are_drawn_anew(page, vector):
    assert run(
        page,
        """
        const key = await blind.readKey(unhex(given.der));
        const prepared = blind.prepare(unhex(given.msg), () => unhex(given.msg_prefix));
        const r = blind.inverseOf(bytes.toNumber(unhex(given.inv)), key.n);
        const draws = [unhex(given.salt), new Uint8Array(key.size), bytes.toBytes(key.n, key.size),
          new Uint8Array(key.size).fill(255), bytes.toBytes(r, key.size)];
        const { blinded } = await blind.blind(key, prepared, () => draws.shift());
        return [hex(blinded), draws.length];
        """,
        vector,
    ) == [vector["blinded_msg"], 0]


def test_an_answer_that_does_not_verify_gives_no_signature(page, vector):
    for change in ("answer[0] ^= 1", "answer[answer.length - 1] ^= 1", "answer = answer.slice(1)"):
        assert run(
            page,
            f"""
            const key = await blind.readKey(unhex(given.der));
            const inverse = bytes.toNumber(unhex(given.inv));
            let answer = unhex(given.blind_sig);
            {change};
            const made = blind.finalize(key, unhex(given.prepared_msg), answer, inverse);
            return made.then(() => "released", (error) => error.message);
            """,
            vector,
        ) in {"The signature has the wrong length.", "The signer’s answer does not verify."}


def test_what_has_no_inverse_is_refused(page):
    assert (
        run(
            page,
            """try { return blind.inverseOf(21n, 35n); } catch (error) { return error.message; }""",
        )
        == "The number shares a factor with the key."
    )


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_the_server_signs_what_the_script_blinds(page, bits):
    signing = blind.generate(bits)
    made = run(
        page,
        """
        window.key = await blind.readKey(unhex(given));
        window.prepared = blind.prepare(bytes.random(32));
        window.wish = await blind.blind(key, prepared);
        return [hex(prepared), hex(wish.blinded)];
        """,
        signing.public.der.hex(),
    )
    signed = blind.blind_sign(signing, bytes.fromhex(made[1]))
    signature = run(
        page,
        "return hex(await blind.finalize(key, prepared, unhex(given), wish.inverse));",
        signed.hex(),
    )
    assert blind.verify(signing.public, bytes.fromhex(made[0]), bytes.fromhex(signature))


def test_the_server_opens_what_the_script_seals_and_only_with_the_right_key_and_purpose(page):
    key = envelope.new_key()
    public = envelope.public_bytes(key.public_key())
    for text, info in ((b"", b""), (b"x" * 4096, envelope.inner_info(WAVE)), (b"\0\xff", b"a")):
        sealed = bytes.fromhex(
            run(
                page,
                "return hex(await hpke.seal(...given.map(unhex)));",
                [text.hex(), public.hex(), info.hex()],
            )
        )
        assert len(sealed) == len(text) + envelope.ADDED
        assert envelope.unseal(sealed, key, info) == text
        with pytest.raises(envelope.EnvelopeError):
            envelope.unseal(sealed, key, info + b"x")
        with pytest.raises(envelope.EnvelopeError):
            envelope.unseal(sealed, envelope.new_key(), info)


VALUES = [
    {"b": [1, True, None, False], "a": "é", "": {}},
    {"text": '"\\/\b\f\n\r\t\x00\x1f\x7f  👩‍⚕️ ﬁ', "n": [0, -1, 2**53 - 1, 1 - 2**53]},
    {"A": 1, "a": 2, "_": 3, "a.b": 4, "10": 5, "9": 6},
    [],
    "",
]


def test_canonical_json_is_the_server_s_byte_for_byte(page):
    for value in VALUES:
        made = run(page, "return hex(canonical.canonical(JSON.parse(given)));", json.dumps(value))
        assert bytes.fromhex(made) == canonical(value)
    for wrong in ("1.5", "2 ** 53", "{ é: 1 }", "'\\ud800'", "undefined", "{ a: undefined }"):
        refused = f"try {{ canonical.canonical({wrong}); }} catch {{ return true; }}"
        assert run(page, f"{refused} return false;"), wrong


def test_a_ballot_made_in_the_browser_is_one_for_the_server(page):
    signing = blind.generate(2048)
    inner, *outer = (envelope.new_key() for _ in range(3))
    points = [envelope.public_bytes(key.public_key()).hex() for key in (inner, *outer)]
    begun = run(
        page,
        """
        window.ballotOf = await ballot.begin(await blind.readKey(unhex(given)));
        return hex(ballotOf.blinded);
        """,
        signing.public.der.hex(),
    )
    signed = blind.blind_sign(signing, bytes.fromhex(begun))
    comments = [{"question": "barriers", "text": "né\n“6 am”", "use": "board"}]
    record, nonce, receipt = run(
        page,
        """
        await ballot.accept(ballotOf, unhex(given.signed));
        const said = await ballot.fillIn("R/Days", { a_1: 4, b: -1 }, given.comments);
        const [inner, ...outer] = given.points.map(unhex);
        const made = await ballot.sealed(ballotOf, said.bytes, given.wave, "R/Days",
          { inner, outer, size: 8192 });
        return [hex(made), hex(said.nonce), said.receipt];
        """,
        {"signed": signed.hex(), "comments": comments, "points": points, "wave": WAVE},
    )
    found = ballot.Record.from_bytes(bytes.fromhex(record))
    ballot.verify(found, signing.public, envelopes=2, size=8192)
    for key in outer:
        said = ballot.unseal(ballot.peel(found, key), WAVE, inner)
        assert said.ratings == {"a_1": 4, "b": -1}
        assert said.comments == (ballot.Comment(**comments[0]),)
        assert said.nonce.hex() == nonce
        assert said.nonce not in said.comment_nonces
        assert receipts.shown(said.receipt()) == receipt


def test_what_the_server_makes_for_basic_has_the_same_form(page):
    """The record and the plaintext name the same things as those of the test above."""
    signing = blind.generate(2048)
    keys = [envelope.new_key().public_key() for _ in range(2)]
    lid = client.Lid(WAVE, keys[0], (keys[1],), 4096)
    seed = client.new_seed()
    wish = client.begin(seed, WAVE, "R/Days", signing.public)
    said = client.fill_in(seed, "R/Days", {"a": 1}, [ballot.Comment("c", "t", "board")])
    theirs = client.finish(wish, blind.blind_sign(signing, wish.blinded), said, lid, counter=1)
    mine = run(
        page,
        """
        const said = await ballot.fillIn("R/Days", { a: 1 },
          [{ question: "c", text: "t", use: "board" }]);
        return new TextDecoder().decode(said.bytes);
        """,
    )

    def form(value):
        if isinstance(value, dict):
            return {name: form(part) for name, part in value.items()}
        return [form(part) for part in value] if isinstance(value, list) else type(value)

    assert form(json.loads(mine)) == form(json.loads(said.to_bytes()))
    assert len(mine) == len(said.to_bytes())
    assert len(theirs.outer[0]) == ballot.sealed_size(4096)


CHOICES = [
    ("R/Days", {"b": -1, "a_1": 4}, [], ()),
    ("R/Days", {}, [("c", ' Ü\r\n“€” 👩🏽‍⚕️ \\ \u2028 "q" ', "board"), ("d", "x", "themes")], ()),
    (ballot.not_given("R"), {"a_1": 5}, [("c", "y", "publish")], (bytes(32), b"\xff" * 32)),
]


@pytest.mark.parametrize(("label", "ratings", "texts", "tags"), CHOICES)
def test_the_same_choices_and_chance_give_the_same_bytes_as_basic(
    page, label, ratings, texts, tags
):
    """What is typed goes through the server’s reading on one side, the script’s on the other."""
    seed = client.new_seed()
    comments = [ballot.Comment(name, tidy(text), use) for name, text, use in texts]
    basic = client.fill_in(seed, label, ratings, comments, tags)
    draw = client.Derived(seed, "nonce")
    given = {
        "label": label,
        "ratings": ratings,
        "texts": [{"question": name, "text": text, "use": use} for name, text, use in texts],
        "tags": [tag.hex() for tag in tags],
        "chance": [draw(receipts.NONCE_BYTES).hex() for _ in range(1 + len(texts))],
    }
    made, receipt = run(
        page,
        """
        const chance = crypto.getRandomValues;
        crypto.getRandomValues = (array) => (array.set(unhex(given.chance.shift())), array);
        try {
          const answers = questions.noAnswers();
          answers.ratings = given.ratings;
          for (const one of given.texts) {
            answers.texts[one.question] = questions.tidy(one.text);
            answers.uses[one.question] = one.use;
          }
          const order = given.texts.map((one) => ({ id: one.question }));
          const said = await ballot.fillIn(given.label, answers.ratings,
            questions.comments(answers, order), given.tags.map(unhex));
          return [hex(said.bytes), said.receipt];
        } finally {
          crypto.getRandomValues = chance;
        }
        """,
        given,
    )
    assert bytes.fromhex(made) == basic.to_bytes()
    assert receipt == receipts.shown(basic.receipt())
    assert ballot.Plaintext.from_bytes(bytes.fromhex(made)) == basic


def test_the_list_s_proofs_are_the_server_s(page):
    def check(entry, index, size, proof, root):
        told = entry | {"roster": {"index": index, "size": size, "proof": proof}}
        return run(
            page,
            """
            const { told, root, size } = given;
            const covenant = { roster: { root, size } };
            return checks.rosterRow(covenant, told, told.salt).then(() => true, () => false);
            """,
            {"told": told, "root": root, "size": size},
        )

    for size in (1, 2, 3, 6, 7):
        rows = [
            {"wave": WAVE, "unit": f"U{n}", "class": "C", "salt": f"{n:032x}"} for n in range(size)
        ]
        leaves = [canonical(row) for row in rows]
        root = merkle.root(leaves).hex()
        for at, row in enumerate(rows):
            proof = [step.hex() for step in merkle.inclusion_proof(at, leaves)]
            assert check(row, at, size, proof, root)
            assert not check(row | {"unit": "X"}, at, size, proof, root)
            assert not check(row, at, size, [*proof, root], root)
            if proof:
                assert not check(row, at, size, proof[:-1], root)


ONE, TWO, THREE = (envelope.public_bytes(envelope.new_key().public_key()).hex() for _ in range(3))


@pytest.mark.parametrize(
    ("promise", "witnesses", "outer", "size", "fits"),
    [
        ("blind", [], [ONE], 4096, True),
        ("sealed", [ONE], [ONE], 8192, True),
        ("sealed", [ONE, TWO], [ONE, TWO], 16384, True),
        ("blind", [], [ONE, TWO], 4096, False),
        ("blind", [ONE], [ONE], 4096, False),
        ("sealed", [], [], 4096, False),
        ("sealed", [], [ONE], 4096, False),
        ("sealed", [ONE, TWO], [ONE], 4096, False),
        ("sealed", [ONE], [TWO], 4096, False),
        ("sealed", [ONE], [ONE, TWO], 4096, False),
        ("blind", [], [ONE[:-2]], 4096, False),
        ("blind", [], [ONE], 5000, False),
    ],
)
def test_the_locks_are_those_of_the_witnesses(page, promise, witnesses, outer, size, fits):
    covenant = {
        "promise": promise,
        "witnesses": [{"key": key, "name": "W"} for key in witnesses],
        "keys": {"inner": THREE, "outer": outer, "size": size},
    }
    found = run(
        page,
        "try { return checks.envelopesOf(given).outer.map(hex); } catch (e) { return e.message; }",
        covenant,
    )
    assert (found == outer) is fits


TEXTS = [
    "Rotas come at 6 am Sunday and AGED 41, I'm 38; I WAS THE ONLY man on 3 March",
    "Call 01632 960001 or write to a.b@example.org, see www.example.org, ask @mobell",
    "My manager Brian said so. Dr Okafor-Smith too, and then Jane Doe left",
    "order AB-1234, 12/3/2024, at 17:30, 5 o'clock, 12 years old, the only Woman",
    "Nothing to see. Too much work for the hours we have.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_hints_are_those_of_the_server(page, text):
    found = run(page, "return hints.find(given).map((one) => [one.kind, one.found]);", text)
    assert found == [[one.kind, one.found] for one in hints.find(text)]


def test_texts_are_tidied_as_the_server_does(page):
    for text in (" a\r\nb\rc ", "e\u0301\u202ex\x07y\u00a0z", "\t x \n", "fine"):
        assert run(page, "return questions.tidy(given);", text) == tidy(text)


def test_every_hash_and_code_of_bytes_comes_back(page):
    data = bytes(range(256)) * 3
    assert run(
        page,
        """
        const data = unhex(given);
        return [bytes.base64url(data), hex(bytes.unbase64url(bytes.base64url(data))),
          hex(await bytes.hash(data))];
        """,
        data.hex(),
    ) == [base64url.encode(data), data.hex(), hashlib.sha256(data).hexdigest()]
