"""What a run learns from and is measured by, as the config asks for it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jambot.errors import DatasetError
from jambot.roles.sample import RoleSample, write_sample
from jambot.training.config import TrainConfig
from jambot.training.material import Material
from jambot.training.selection import ENOUGH_TUNES, held_out, learned
from jambot.training.shard import Shard, build_shard

SOLOS = {
    "miles": {"style": "COOL", "performer": "Miles Davis", "year": 1959},
    "herbie": {"style": "FUSION", "performer": "Herbie Hancock", "year": 1973},
    "wynton": {"style": "POSTBOP", "performer": "Wynton Marsalis", "year": 1985},
    "david": {"style": "HARDBOP", "performer": "David Murray", "year": 1991},
    "nobody": {},
}


@pytest.fixture
def solos(tmp_path: Path, make_piece: Callable[..., RoleSample]) -> Shard:
    for name, described in SOLOS.items():
        write_sample(make_piece(name, bars=4, source="wjd", **described), tmp_path / "r" / name)
    write_sample(make_piece("tune", bars=4, source="pop", style="COOL"), tmp_path / "r" / "tune")
    return build_shard(tmp_path / "r", tmp_path / "shard", "train")


def names(shard: Shard) -> list[str]:
    return sorted(stream.sample_id for stream in shard.streams)


def asking(*only: Material, **sources: float) -> TrainConfig:
    return TrainConfig("x", only=only, sources=sources)


@pytest.mark.parametrize(
    ("only", "kept"),
    [
        ([], sorted([*SOLOS, "tune"])),
        ([Material(styles=("COOL",))], ["miles", "tune"]),
        ([Material(performers=("Miles Davis", "David Murray"))], ["david", "miles"]),
        ([Material(from_year=1985)], ["david", "wynton"]),
        ([Material(from_year=1960, to_year=1985)], ["herbie", "wynton"]),
        ([Material(styles=("POSTBOP", "FUSION"), to_year=1980)], ["herbie"]),
        (
            [Material(styles=("POSTBOP", "FUSION")), Material(from_year=1990)],
            ["david", "herbie", "wynton"],
        ),
    ],
)
def test_a_table_asks_for_all_it_names_and_tables_are_alternatives(
    solos: Shard, only: list[Material], kept: list[str]
) -> None:
    assert names(learned(solos, asking(*only))) == kept


def test_a_source_that_is_not_named_or_weighs_nothing_is_left_out(solos: Shard) -> None:
    assert names(learned(solos, asking(Material(styles=("COOL",)), wjd=1.0))) == ["miles"]
    assert names(learned(solos, asking(wjd=0.0, pop=0.5))) == ["tune"]


def test_a_selection_leaves_the_shard_as_it_was(solos: Shard) -> None:
    before = names(solos)
    view = learned(solos, asking(pop=1.0))
    assert names(solos) == before
    assert view.tokens is solos.tokens


def test_material_that_is_not_there_is_said(solos: Shard) -> None:
    with pytest.raises(DatasetError, match=r"train samples of \['wjd'\] that match .*SWING"):
        learned(solos, asking(Material(styles=("SWING",)), wjd=1.0))


def test_too_few_held_out_tunes_of_a_style_give_way_to_all_of_the_sources(
    tmp_path: Path, make_piece: Callable[..., RoleSample]
) -> None:
    for i in range(ENOUGH_TUNES + 3):
        style = "BEBOP" if i < 3 else "SWING"
        sample = make_piece(f"s{i}", "val", 4, source="wjd", style=style)
        write_sample(sample, tmp_path / "r" / f"s{i}")
    write_sample(make_piece("p", "val", 4, source="pop"), tmp_path / "r" / "p")
    shard = build_shard(tmp_path / "r", tmp_path / "shard", "val")

    swing = held_out(shard, asking(Material(styles=("SWING",)), wjd=1.0))
    assert swing is not None
    assert swing.words == "measured on 10 held-out tunes"
    assert {stream.style for stream in swing.shard.streams} == {"SWING"}

    bebop = held_out(shard, asking(Material(styles=("BEBOP",)), wjd=1.0))
    assert bebop is not None
    assert bebop.words.startswith("only 3 held-out tunes are of the selection; measured on all 13")
    assert {stream.source for stream in bebop.shard.streams} == {"wjd"}

    assert held_out(shard, replace(asking(), sources={"lieder": 1.0})) is None
