"""People called what is a word too (Mark, Grace, Will), as others write of them in lower case.

The rules that find such names were made with ``SENTENCES`` and ``MORE``, and measured with those
kept aside.
"""

import random
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from analysis.text.names import spellings
from analysis.text.redact import Redactor
from tests.analysis.planted import Outcome, leaks

SENTENCES = (
    "i told {} about it twice and nothing happened.",
    "{} said we would get a new rota.",
    "we asked {} for help last month.",
    "my manager {} is never on the floor.",
    "{} is the only one who listens.",
    "spoke to {} about my hours, no answer.",
    "i work with {} on nights and it is great.",
    "{} has been off sick since easter.",
    "ever since {} left it has gone downhill.",
    "thanks to {} for keeping us going.",
    "it was {} who sorted the laptops.",
    "{} and i do the late visits alone.",
    "me and {} cover each other's breaks.",
    "nobody dares to say anything to {} any more.",
    "if {} isn't in, nothing gets signed off.",
    "{} never answers emails.",
    "supervision with {} is always cancelled.",
    "i would like more time with {}, she is brilliant.",
    "{}'s team gets all the new cars.",
    "the way {} talks to new staff is awful.",
    "when {} was in charge we had a plan.",
    "please give {} a proper desk.",
    "our team leader {} knows every family.",
    "well done {} and the whole night crew.",
    "i was shouted at by {} in the office.",
    "ask {}, he knows where the keys are.",
    "{} does all the work and gets no thanks.",
    "because {} keeps changing the rota.",
    "only {} ever checks how we are.",
    "i trust {} and nobody else here.",
    "complained to hr about {} and got moved.",
    "{} from finance never replies.",
    "they moved {} to another site without asking.",
    "i think {} should run the whole place.",
    "got an email from {} at midnight.",
    "the new rota {} made is a mess.",
    "we need someone like {} on every shift.",
    "so {} went and told everyone what i said.",
    "i feel safe when {} is on shift.",
    "{} was brilliant when my mum died.",
    "unfair that {} gets every weekend off.",
    "not being able to talk to {} makes it worse.",
    "had a meeting with {} and it was useless.",
    "what {} said in the meeting was not ok.",
    "hr ignored {} for months.",
    "{} always makes time for us.",
    "i reported {} for bullying.",
    "{} can be very rude to agency staff.",
    "everyone is scared of {}.",
    "bring {} back please.",
    "{} went above and beyond for me.",
    "i miss working for {}.",
    "the deputy, {}, is lovely.",
    "{} gave me a chance when nobody else did.",
    "i do not think {} likes me.",
    "{} told us nothing about the move.",
    "my line manager is {} and she is fair.",
    "it all depends on {} being in a good mood.",
    "we lost {} and two others in march.",
    "lovely people, {} especially.",
    "i asked for leave and {} said no without looking up.",
    "honestly {} is the reason i am still here.",
    "our new lead is {} and things are better.",
    "you can tell {} anything and it stays there.",
    "got a warning from {} for being two minutes late.",
    "me, {} and two agency staff on a full ward.",
    "{} walked out last week and nobody talked about it.",
    "i don't want {} to read this.",
    "since {} took over the duty desk it runs well.",
    "went to {} with a concern, it got shared with everyone.",
    "the last shift with {} was the best this year.",
    "{} will not let us swap shifts.",
    "we all know {} gets paid more.",
    "sitting next to {} makes the day better.",
    "if you are friends with {} you get the good rota.",
    "i was told {} would call me back, never happened.",
    "{} shouts and then says sorry with cake.",
    "please listen to {}, who has done this for years.",
    "{}'s door is always open.",
    "after {} complained her hours were cut.",
    "the only person who helped was {}.",
    "{}, our deputy, covers for everyone.",
    "i have worked under {} for ten years.",
    "no one stood up for {} in that meeting.",
    "they gave the job to {} before the interviews.",
    "could {} please come back to our team.",
    "without {} this place would fall apart.",
    "{} and the others were moved with a day's notice.",
    "can we have more people like {}?",
    "i heard {} crying in the store room.",
    "i put my hand up and {} cut me off in front of everyone.",
    "{} is leaving in the spring and i might go too.",
    "feel sorry for {}, two jobs and no help.",
    "my probation was signed off by {} after one chat.",
    "wish more leads were like {} to be honest.",
    "we have {} on mondays and then nobody all week.",
    "{} rolled her eyes when i asked for the form.",
    "what would help? sacking {} for a start.",
    "{} told me to get on with it.",
    "every time i ask, {} sends me to someone else.",
    "i owe {} my sanity.",
    "if it was not for {} i would have gone years ago.",
    "{} and her favourites decide the rota.",
    "got on well with {} until the restructure.",
    "they promoted {} over people with twice the years.",
    "we never see {} on the ward.",
    "{} hasn't spoken to me since i raised it.",
    "i emailed {} three times about the hoist.",
    "nights are fine because {} brings cake and listens.",
    "the trouble started when {} came back.",
    "more like {} please, less like the rest.",
    "you can't argue with {}.",
    "{} makes me feel stupid for asking.",
    "my buddy was {} and she taught me everything.",
    "we were told to go through {} for everything.",
    "a big thank you to {} in the kitchen.",
    "{} should not be left alone with new starters.",
    "i saw {} take the float home.",
    "so proud of {} and the team.",
    "nothing gets past {} around here.",
)
# Short ones that were added later, of which the rules have seen each by now.
MORE = tuple(
    (Path(__file__).parent / "everyday_sentences.txt").read_text(encoding="utf-8").splitlines()
)
# Written when the rules stood, so that they were made for none of these.
KEPT_ASIDE = (
    "{} leans over your shoulder while you type",
    "we all chipped in when {} had her baby",
    "the fire alarm went and {} just sat there",
    "my induction was one hour with {} and a folder",
    "{} folded the sheets while i washed him",
    "feedback from {} always comes with a smirk",
    "nobody replaced {} in the kitchen",
    "{} cleared the whole backlog by herself",
    "is it true {} gets a car",
    "{} used to be one of us",
    "{} cannot spell my name after four years",
    "trainings run by {} are worth going to",
    "{} told me to smile more",
    "i passed the note to {} and heard nothing",
    "{} always locks the office so we cannot get in",
    "no wonder {} went off sick",
    "{} shares the tips fairly",
    "they never should have let {} go",
    "{} and his clipboard make everyone nervous",
    "thank you {} for the lift home",
    "{} went part time and is happier",
    "my flexible working was agreed by {} on the spot",
    "{} read my email out to the whole room",
    "when it snowed {} walked in",
    "{} lives for the job",
    "give {} a raise",
    "{} draws up the rota on the back of an envelope",
    "talking to {} is like talking to a wall",
    "{} phoned my wife when i was in hospital",
    "the weekend {} covered alone was dangerous",
)
NAMES = (
    "mark", "will", "grace", "hope", "joy", "rose", "bill", "may", "june", "grant", "faith",
    "penny", "amber", "drew", "miles", "summer", "pearl", "april", "art", "robin", "max",
)  # fmt: skip
NAMES_KEPT_ASIDE = (
    "angel", "autumn", "blessing", "charity", "chase", "cherry", "cliff", "crystal", "dick",
    "dot", "harmony", "jet", "kit", "lane", "mason", "melody", "mercy", "misty", "olive", "page",
    "patience", "prudence", "reg", "rod", "roman", "trinity",
)  # fmt: skip
SURNAMES = ("Hill", "Young", "Brown", "Green", "White", "King", "Price", "Wood", "Cook", "Short")


def is_name_of(names: Sequence[str]) -> Callable[[str], bool]:
    """The roster of people with these given names and everyday surnames."""
    people = (f"{name.capitalize()} {surname}" for name, surname in product(names, SURNAMES))
    return frozenset().union(*map(spellings, people)).__contains__


def plant_all(
    texts: Sequence[str], names: Sequence[str], sentences: Sequence[str], seed: int = 8
) -> Outcome:
    """Each name in each sentence, in lower case, before or after a real comment."""
    rng = random.Random(seed)
    redactor = Redactor(is_name_of(names))
    outcome = Outcome()
    for name, sentence in product(names, sentences):
        text, said = rng.choice(texts), sentence.format(name)
        text, said = (one if one.endswith((".", "!", "?")) else f"{one}." for one in (text, said))
        whole = rng.choice((f"{text} {said}", f"{said} {text}"))
        outcome.planted[name] += 1
        if leaks(name, redactor.redact(whole).text, text):
            outcome.left.append((name, said))
    return outcome
