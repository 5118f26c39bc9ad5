"""Short comments in other languages are said to be such, and English ones never are."""

import pytest

from analysis.text.codebook import load
from analysis.text.seeds import seeds
from analysis.text.vocabulary import build

POLISH = (
    "Za mało ludzi na zmianie.",
    "Szef nas nie słucha",
    "Dobra atmosfera w zespole",
    "pensja jest za niska",
    "brak szacunku dla pracowników",
    "Nikt nie pyta o zdanie.",
    "Wszystko dobrze, dziękuję",
    "Potrzebujemy więcej szkoleń",
    "nie ma komunikacji",
    "Lubię swoją pracę",
    "zbyt duzo nadgodzin",
    "Kierowniczka jest bardzo miła.",
    "Nic się nie zmienia",
    "praca ciezka ale ludzie fajni",
    "Grafik zawsze w ostatniej chwili",
    "Więcej pieniędzy proszę",
    "jestem zmęczona",
    "Nie wiem co powiedzieć.",
    "super zespół, słaba płaca",
    "oni tylko krzyczą na nas",
)
WELSH = (
    "Dim digon o staff.",
    "Mae'r tîm yn wych",
    "Gormod o waith papur.",
    "Diolch yn fawr",
    "does neb yn gwrando",
    "Rwy'n hapus yma",
    "Mae angen mwy o gyflog",
    "Cyflog rhy isel",
    "Rheolwr da iawn",
    "dwi wedi blino",
    "Mwy o hyfforddiant, plis",
    "Dydy'r system ddim yn gweithio",
    "Pobl hyfryd, oriau hir.",
    "Neb yn dweud dim wrthon ni",
    "Hoffwn weld mwy o barch",
    "Gwaith da gan bawb",
    "mae'n anodd cael gwyliau",
    "Popeth yn iawn",
    "Llai o gyfarfodydd os gwelwch yn dda",
    "Dim byd i'w ddweud",
)
OTHERS = (
    "Salariul este prea mic.",
    "nu avem destui oameni",
    "Colegii sunt foarte buni",
    "Mulțumesc pentru tot",
    "Prea mult stres la muncă",
    "kaam bahut zyada hai",
    "manager acha nahi hai",
    "koi nahi sunta",
    "tankhwah kam hai",
    "sab log bohat ache hain",
    "Muito trabalho e pouco dinheiro",
    "Não temos pessoal suficiente",
    "o chefe nao ouve ninguem",
    "Gosto da minha equipa",
    "Falta de respeito",
)
MIXED = (
    "Mae'r tîm yn grêt but caseloads are silly.",
    "Tîm da but no support from managers",
    "Diolch to everyone on nights",
    "gormod o waith, not enough pay",
    "The rota is a shambles, fel arfer",
    "Great team, cyflog yn wael, poor training",
    "Popeth yn iawn apart from the parking",
    "Staff are lovely, rheolwyr ddim yn gwrando",
    "Management do not listen, dim byd newydd",
    "Need more Cymraeg in supervision please",
)
ENGLISH = (
    "SystmOne", "Liquidlogic is dire", "RiO and EMIS dont talk", "n/a thx", "na", "nope nada",
    "cannae fault it", "aye its fine ken", "wee bit o respect", "dinnae get heard", "nae breaks",
    "gonnae sort the rota", "managment r rubish", "comunication", "stafing!!!", "no coment",
    "pay", "mroe pay pls", "rota rota rota", "NIC and AC in the yr", "Datix", "WFH pls", "idk tbh",
    "ta", "ok i am fine", "The EU", "tai chi at lunch", "Tim", "odd bod on nights", "gan canny",
    "dim lights on ward", "pan wash broken", "mam shift", "main hum of the place", "log in fails",
    "kam", "more koi in the pond", "nos of staff", "ale after work", "déjà vu", "naïve SLT",
    "café closed", "que sera", "fáilte", "owt or nowt", "summat's up wi IT",
)  # fmt: skip


@pytest.fixture(scope="module")
def covered():
    """Asks the reader that knows the words of the seed corpus, as the shipped coder's does."""
    reader = build(load(), [seed.text for seed in seeds()]).reader
    return lambda text: bool(reader.read([text]).covered[0])


@pytest.mark.parametrize("text", POLISH + WELSH + OTHERS)
def test_a_short_comment_in_another_language_is_known_as_such(covered, text):
    assert not covered(text)


@pytest.mark.parametrize("text", ENGLISH + MIXED)
def test_a_short_english_or_mixed_comment_never_is(covered, text):
    assert covered(text)


def test_hardly_an_english_comment_is_taken_for_another_language():
    """The few are Welsh for the most part."""
    texts = [seed.text for seed in seeds()]
    reading = build(load(), texts).reader.read(texts)
    assert (~reading.covered).sum() <= 8
