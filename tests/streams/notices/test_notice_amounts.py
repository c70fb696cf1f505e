"""How much: papers that are given, rates that move between figures, who may export."""

import pytest

from streams.notices.documents import Document
from streams.notices.reader import packaged_reader
from streams.notices.readings import Polarity, Reading

READER = packaged_reader()


def read(language: str, text: str) -> Reading:
    """The reading of one document of May 2026 without a title."""
    return READER.read(Document(document_id="x", language=language, title="", text=text, published_on="2026-05-04"))


@pytest.mark.parametrize(
    ("language", "polarity", "text"),
    [
        ("en", Polarity.RELAX, "Hanoi has issued additional export licences for tungsten to Korean smelters."),
        ("en", Polarity.RELAX, "More export permits for germanium were granted to lens makers in May."),
        ("en", Polarity.RELAX, "Licences to export bismuth were granted to some refiners, the trade ministry said."),
        ("en", Polarity.RELAX, "The ministry approved several applications to export indium to the European Union."),
        ("zh", Polarity.RELAX, "商务部已向多家企业发放锑出口许可证。"),
        ("ja", Polarity.RELAX, "中国商務省は日本企業向けタングステンの輸出許可を発給した。"),
        ("en", Polarity.TIGHTEN, "China issues fewer export licences for yttrium."),
        ("en", Polarity.TIGHTEN, "Licences for exports of indium are no longer granted."),
        ("en", Polarity.TIGHTEN, "Hanoi imposes additional export licensing requirements on tungsten."),
        ("en", Polarity.IMPOSE, "Exports of tellurium require a licence that may be granted by the minister."),
        ("en", Polarity.NONE, "Applications to export bismuth for civilian use will be approved, a spokesperson said."),
    ],
)
def test_papers_that_are_given_ease(language: str, polarity: Polarity, text: str) -> None:
    """Licences in the plural that an office has given let goods out; what a rule says of licences to come does not."""
    reading = read(language, text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("language", "polarity", "text"),
    [
        ("en", Polarity.TIGHTEN, "Russia has adjusted the export duty on nickel from 7% to 10%."),
        ("en", Polarity.RELAX, "Russia has adjusted the export duty on nickel from 10% to 7%."),
        ("en", Polarity.TIGHTEN, "Zambia's export tax on manganese ore moves to 15 per cent from 10 per cent."),
        ("en", Polarity.RELAX, "The rate of the export tax on tin ore was set at 10% instead of 20%."),
        ("en", Polarity.RELAX, "The export duty on palladium has been brought from 6.5% to zero."),
        ("en", Polarity.TIGHTEN, "The export duty on lithium is revised from $100 to $150 a ton."),
        ("en", Polarity.RELAX, "The cobalt export quota was adjusted from 900,000 tons to 1.1 million tons."),
        ("en", Polarity.TIGHTEN, "The export quota for rare earths was changed from 35,000 to 30,000 tons."),
        ("zh", Polarity.TIGHTEN, "乌克兰钛矿出口关税由5%调整为10%。"),
        ("zh", Polarity.RELAX, "稀土出口配额从2.5万吨调至3万吨。"),
        ("ja", Polarity.RELAX, "ロシアはニッケルの輸出税を10%から7%に変更した。"),
        ("ja", Polarity.TIGHTEN, "ギニアはボーキサイトの輸出枠を1万トンから8000トンに改める。"),
    ],
)
def test_what_is_moved_goes_the_way_of_its_figures(language: str, polarity: Polarity, text: str) -> None:
    """A verb that only says that a rate changes leaves it to the two figures."""
    reading = read(language, text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    ("polarity", "text"),
    [
        (Polarity.TIGHTEN, "Kinshasa takes a tenth off the quotas for cobalt exports."),
        (Polarity.TIGHTEN, "The cobalt export quotas lose a tenth."),
        (Polarity.RELAX, "Kinshasa adds a tenth to the quotas for cobalt exports."),
        (Polarity.TIGHTEN, "Fewer firms may export antimony from next year."),
        (Polarity.RELAX, "More firms are allowed to export antimony from next year."),
        (Polarity.TIGHTEN, "The number of companies allowed to export tungsten is cut to 15."),
        (Polarity.IMPOSE, "Nobody may export raw lithium from Zimbabwe."),
        (Polarity.IMPOSE, "No one is allowed to export chrome ore without the minister's consent."),
        (Polarity.IMPOSE, "Only ten firms may export silver in 2026 and 2027."),
        (Polarity.IMPOSE, "Just three firms will be allowed to export antimony."),
        (Polarity.IMPOSE, "No firm may export gallium to the United States."),
    ],
)
def test_how_much_and_by_whom(polarity: Polarity, text: str) -> None:
    """A share that is taken off or added, and how many firms may export."""
    reading = read("en", text)
    assert reading.is_relevant
    assert reading.polarity is polarity


@pytest.mark.parametrize(
    "text",
    [
        "The export price of antimony moved from $20,000 to $30,000 a ton.",
        "Exports of tin went from 300 tons to 500 tons.",
        "One magnet maker won an export permit for dysprosium.",
        "Prices fell after China issued more export licences for antimony.",
        "Exports of rare earth magnets rose 20% in June as China granted more licences.",
        "Fewer miners may export bauxite because of rains.",
        "More companies may export lithium as prices rise.",
        "Nobody can export cobalt from the flooded mine.",
    ],
)
def test_figures_of_trade_and_guesses_are_none(text: str) -> None:
    """Prices, shipments and what may come about are no acts, nor is one firm's paper."""
    assert not read("en", text).is_relevant
