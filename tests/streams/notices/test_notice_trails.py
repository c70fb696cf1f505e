"""What leads to minerals where a notice names none: acts by number, codes, firms, all dual-use items."""

import msgspec
import pytest

from services.feeds.documents import groups_of
from streams.errors import BadReference
from streams.notices.documents import Document
from streams.notices.reader import packaged_reader, reader_over
from streams.notices.readings import Reading
from streams.reference import load, packaged, packaged_files

READER = packaged_reader()
REFERENCE = packaged()


def read(title: str, text: str = "", language: str = "en", published_on: str = "2025-11-07") -> Reading:
    """The reading of one document."""
    return READER.read(Document(document_id="x", language=language, title=title, text=text, published_on=published_on))


@pytest.mark.parametrize(
    ("title", "language", "minerals"),
    [
        ("China suspends export control Announcement No. 10 of 2025", "en", ("bismuth", "indium")),
        ("China bans exports of goods under tariff lines 28053012 and 28053013", "en", ("dysprosium", "terbium")),
        ("China bans exports of goods under HS 8112.92.90.10", "en", ("gallium",)),
        ("India bans exports of goods under HS 2825.80", "en", ("antimony",)),
        ("商务部决定对1C905、1C904项下物项实施出口管制", "zh", ("dysprosium", "terbium")),
        ("商务部公告2024年第46号自即日起暂停实施出口管制", "zh", ("gallium", "germanium")),
    ],
)
def test_numbers_and_codes_lead_to_minerals(title: str, language: str, minerals: tuple[str, ...]) -> None:
    """Another act by its number, a tariff line of the state that acts, six digits, an entry of a control list."""
    reading = read(title, language=language)
    assert reading.is_relevant
    assert set(minerals) <= set(reading.minerals)
    assert {span.field for span in reading.spans} >= {"minerals"}


def test_a_code_is_read_in_the_tariff_of_the_state_that_acts() -> None:
    """Eight digits of China's tariff say nothing of another state's; there six digits decide, if they are one group."""
    assert read("China bans exports of goods under tariff line 28053012").minerals == ("dysprosium",)
    assert read("Vietnam bans exports of goods under tariff line 28053012").minerals == ("rare_earths",)


def test_all_dual_use_items_lead_to_the_states_own_list() -> None:
    """The reading names no mineral; the groups are those of the list of the state that acts."""
    reading = read("China bans exports of all dual-use items to Japanese military users")
    assert (reading.minerals, reading.dual_use, reading.targets) == ((), True, ("JPN",))
    groups = groups_of(reading, REFERENCE)
    assert {"gallium", "rare_earths", "tungsten"} <= set(groups)
    nowhere = msgspec.structs.replace(reading, actor="ISL")
    assert groups_of(nowhere, REFERENCE) == ("all_minerals",)


def test_one_firms_licence_is_no_act() -> None:
    """A firm that obtains or uses its licence changes no restriction; a state that stops its exports does."""
    assert not read("Freeport wins six-month permit to export copper concentrate").is_relevant
    assert not read("MP Materials stops exports of rare earth concentrate to China").is_relevant
    assert read("Guinea suspends exports of bauxite by GAC").is_relevant


def test_a_row_of_an_overlay_is_read() -> None:
    """A tariff line that an operator adds leads the reader made over that reference data."""
    row = "country_iso3,code,mineral_ids,publisher,publication,published,address,confidence\n"
    row += "KAZ,81129290,gallium,Customs,Tariff,2024,https://tariff.example.org/,B\n"
    reader = reader_over(load(packaged_files(), [{"tariff_lines.csv": row.encode()}]))
    title = "Kazakhstan bans exports of goods under tariff line 81129290"
    assert reader.read(Document(document_id="x", language="en", title=title, text="")).minerals == ("gallium",)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("known_acts.csv", "country_iso3,act,mineral_ids\nCHN,23 of 2023,gallium"),
        ("control_items.csv", "country_iso3,code,mineral_ids\nCHN,C1905,dysprosium"),
        ("tariff_lines.csv", "country_iso3,code,mineral_ids\nCHN,811292,gallium"),
    ],
)
def test_rows_without_source_or_form_are_refused(file: str, row: str) -> None:
    """A row with a key of another form, or without a source that can be opened, is refused by file and row."""
    header, cells = row.split("\n")
    columns = "publisher,publication,published,address,confidence"
    source = "Ministry,Announcement,2023,https://www.mofcom.gov.cn/,A"
    with pytest.raises(BadReference, match=file.replace(".", r"\.") + ".*such as|.*digits"):
        load(packaged_files(), [{file: f"{header},{columns}\n{cells},{source}\n".encode()}])
    good = cells.replace("23 of 2023", "2023-99").replace("C1905", "9C999").replace("CHN,811292", "CHN,81129299")
    with pytest.raises(BadReference, match="cannot be opened"):
        load(packaged_files(), [{file: f"{header},{columns}\n{good},Ministry,Announcement,2023,here,A\n".encode()}])
