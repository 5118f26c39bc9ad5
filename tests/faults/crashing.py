"""A scheduler that is killed at any point of its work, each time on a fresh copy of one instance.

Run as a program it answers one line of JSON for each line it reads: ``{"moments": [...]}`` gives
how many steps the first round takes, and with ``"die"`` the round ends by kill -9 at that step;
then the other rounds are run by a process each, as a scheduler that was started again would. A step
is a call or a return of any function, so a killed round may end anywhere between two of them.
"""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tests import shared_work
from tests.faults import looking

HERE = Path(__file__).resolve().parents[2]


class Scheduler:
    """A process that plays the scheduler; ``looks`` names what is looked at in the end."""

    def __init__(self, instance, looks, **settings):
        shutil.copytree(instance, instance.parent / "template")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crashing", str(instance), looks],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE,
            env={**os.environ, "SCHEDULER_SETTINGS": json.dumps(settings)},
        )

    def rounds(self, *moments, die=None):
        """Run a round at each of these moments; what is to be seen in the end."""
        asked = {"moments": [one.isoformat() for one in moments], "die": die}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the scheduler's process ended"
        return json.loads(answer)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def serve(instance, looks):
    from analysis.text.coder import first_coder
    from surveyapp import create_app, jobs
    from surveyapp.services import publishing

    settings = {"TESTING": True, "SECRET_KEY": "a secret that only tests know"}
    settings |= json.loads(os.environ["SCHEDULER_SETTINGS"])
    app = create_app(settings, instance_path=str(instance))
    shared_work.share_templates(app)
    # Drawing and the sums of the night take seconds and keep nothing that the summary does not say.
    publishing._files, jobs.NIGHT = (lambda *_: []), ()
    first_coder()  # the rounds inherit it; to learn it anew takes each of them seconds
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(app, instance, getattr(looking, looks), line)) + "\n")
        sys.stdout.flush()


def _answer(app, instance, look, line):
    asked = json.loads(line)
    shutil.rmtree(instance)
    shutil.copytree(instance.parent / "template", instance)
    first, *others = [datetime.fromisoformat(one) for one in asked["moments"]]
    done = _apart(lambda: _counted(app, first, asked["die"]))
    # What the first round of all had to load, later ones have from the start.
    for name in done["loaded"] if done else ():
        importlib.import_module(name)
    after = looking.at_files(instance)
    for moment in others:
        _apart(lambda moment=moment: _round(app, moment))
    end = _apart(lambda: look(app))
    return {"steps": done and done["steps"], "after": after, "end": end}


def _apart(act):
    """What ``act`` gives in a process of its own; ``None`` when that was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            os.write(writing, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else None


def _round(app, moment):
    from surveyapp import clock, jobs

    with app.app_context(), clock.as_if(moment):
        jobs.tick(moment)


def _counted(app, moment, die):
    before, steps = set(sys.modules), 0

    def step(*_):
        nonlocal steps
        steps += 1
        if steps == die:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(step)
    _round(app, moment)
    sys.setprofile(None)
    return {"steps": steps, "loaded": [one for one in sys.modules if one not in before]}


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
