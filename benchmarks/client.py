"""What locking a ballot costs a respondent's device: ``python -m benchmarks client``.

Chromium runs the respondents' own script on a page of a served pulse, at full speed and slowed down
four times, as an old phone is. Medians of some rounds, in milliseconds.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.telling import say
from surveyapp.crypto import blind, envelope
from tests.browser import harness, locks

SLOWER = (1, 4)
REACH_MS = 100
BEGIN = """async (der) => {
  const [bytes, ballots, signatures] = await Promise.all(
    ["bytes", "ballot", "blind"].map((name) => import(`/static/client/${name}.js`)));
  const start = performance.now();
  const key = await signatures.readKey(bytes.unhex(der));
  window.made = await ballots.begin(key);
  return [performance.now() - start, bytes.hex(made.blinded)];
}"""
FINISH = """async ([signed, points, wave]) => {
  const [bytes, ballots] = await Promise.all(
    ["bytes", "ballot"].map((name) => import(`/static/client/${name}.js`)));
  const [inner, ...outer] = points.map(bytes.unhex);
  const start = performance.now();
  await ballots.accept(made, bytes.unhex(signed));
  const accepted = performance.now();
  const said = await ballots.fillIn("Riverside", { a: 1 }, []);
  await ballots.sealed(made, said.bytes, wave, "Riverside", { inner, outer, size: 4096 });
  return [accepted - start, performance.now() - accepted];
}"""


def main(arguments: Sequence[str] = ()) -> int:
    """Print the milliseconds of each step; 1 when the slow device is over its reach."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks client", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(arguments).rounds
    signing = blind.generate()
    points = [envelope.public_bytes(envelope.new_key().public_key()).hex() for _ in range(2)]
    say(f"{machine.describe('playwright', 'cryptography')}\n")
    say("| processor | key made and blinded | credential checked | sealed and signed | together |")
    say("|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory() as folder,
        harness.chromium() as browser,
        locks.served(Path(folder)) as poll,
        harness.visiting(browser, poll.address) as visitor,
    ):
        page = visitor.open("/v/")
        tools = visitor.context.new_cdp_session(page)
        for rate in SLOWER:
            tools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            taken = []
            for _ in range(rounds):
                begun, blinded = page.evaluate(BEGIN, signing.public.der.hex())
                signed = blind.blind_sign(signing, bytes.fromhex(blinded)).hex()
                taken.append((begun, *page.evaluate(FINISH, [signed, points, "a pulse"])))
            steps = [statistics.median(step) for step in zip(*taken, strict=True)]
            cells = " | ".join(f"{step:.1f}" for step in (*steps, sum(steps)))
            say(f"| {rate}× slower | {cells} |" if rate > 1 else f"| as it is | {cells} |")
    return int(sum(steps) > REACH_MS)
