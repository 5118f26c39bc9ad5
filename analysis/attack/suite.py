"""All attacks on a release, and their report in words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.attack import (
    bounds,
    channels,
    derived,
    differences,
    inversion,
    linear,
    phrases,
    sentences,
    widths,
    words,
)
from analysis.attack.facts import Version, versions
from analysis.attack.files import AttackError, load
from analysis.attack.findings import ATTACKS, Finding, Limits, Severity, worst_first
from analysis.attack.model import Range, Release
from analysis.attack.system import systems

Say = Callable[[str], None]


def attack(
    release: Release,
    limits: Limits | None = None,
    answers: Range | None = None,
    say: Say = lambda sentence: None,
) -> list[Finding]:
    """Everything that can be recovered, most serious first."""
    used = limits or Limits()
    found = versions(release, answers)
    findings = list(channels.attack(release, found, used))
    for several in found.values():
        for version in several:
            say(f"Attacking {version.wave or 'the release'} …")
            findings.extend(_version(version, release, used))
    say("Comparing waves and versions …")
    findings.extend(differences.attack(found, release, used))
    findings.extend(words.attack(found, release))
    findings.extend(sentences.attack(found, release, used))
    findings.extend(phrases.attack(found, release, used))
    findings.extend(derived.attack(found, release, used))
    return _without_doubles(worst_first(_as_guessed(findings, release)))


def _as_guessed(findings: Sequence[Finding], release: Release) -> list[Finding]:
    """Nothing is known for certain that follows from a guess at what a column holds."""
    guesses = {(line.source, line.measure): line.guess for line in release.lines if line.guess}
    made = []
    for one in findings:
        told = [guesses[file, one.measure] for file in one.files if (file, one.measure) in guesses]
        if told and one.attack not in ("A14", "A16"):
            severity: Severity = "medium" if one.severity == "high" else one.severity
            one = replace(one, severity=severity, known=f"{one.known}, {told[0]}")
        made.append(one)
    return made


def _version(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    yield from inversion.attack(version, release, limits)
    yield from widths.attack(version, release, limits)
    for measure in version.measures.values():
        yield from linear.shown_small(measure, release, limits)
        yield from linear.shown_alike(measure, release)
        for system in systems(version, measure):
            yield from linear.attack(system, release, limits)
            yield from bounds.attack(system, release, limits)


def _without_doubles(findings: Sequence[Finding]) -> list[Finding]:
    """Bounds are left out where subtraction said as much of the same group."""
    sharper = {
        (f.wave, f.measure, f.group) for f in findings if f.attack in ("A1", "A2", "A3", "A6")
    }
    return [f for f in findings if f.attack != "A4" or (f.wave, f.measure, f.group) not in sharper]


def read(paths: Sequence[Path], named: Mapping[str, str]) -> Release:
    """Read files, and refuse when nothing in them could be attacked."""
    release = load(paths, named)
    if not (release.lines or release.comments or release.hidden or release.read):
        raise AttackError("\n".join(["I understood none of the files.", *release.unread]))
    return release


def understood(release: Release) -> list[str]:
    """What was read and what was not, in sentences."""
    files = len(release.files)
    head = f"I read {files} {'file' if files == 1 else 'files'}: {', '.join(release.files[:8])}"
    head += f" and {files - 8} more." if files > 8 else "."
    waves = [wave for wave in release.waves() if wave]
    if waves:
        head += f" Waves: {', '.join(waves)}."
    charts = [line for line in release.read if line.endswith(": a chart.")]
    lines = [line for line in release.read if line not in charts]
    if charts:
        lines.append(f"{len(charts)} {'chart' if len(charts) == 1 else 'charts'}.")
    return [head, *lines, *(f"Not understood: {line}" for line in release.unread)]


def summary(findings: Sequence[Finding]) -> str:
    """One paragraph on what was found.

    >>> summary([])
    'Nothing was found that these attacks look for. That is no proof that nothing can be found.'
    """
    if not findings:
        return (
            "Nothing was found that these attacks look for. "
            "That is no proof that nothing can be found."
        )
    by_attack = Counter(finding.attack for finding in findings)
    by_severity = Counter(finding.severity for finding in findings)
    parts = [
        f"{attack} ({ATTACKS[attack]}): {many}"
        for attack, many in sorted(by_attack.items(), key=lambda item: int(item[0][1:]))
    ]
    total = len(findings)
    return (
        f"{total} {'finding' if total == 1 else 'findings'}: "
        f"{by_severity['high']} high, {by_severity['medium']} medium, {by_severity['low']} low. "
        f"{'; '.join(parts)}."
    )
