"""A run as TOML says it, and what is said back when it says something else."""

from dataclasses import replace
from pathlib import Path

import pytest

from jambot.errors import UsageError
from jambot.model.adapters import AdapterConfig
from jambot.model.architecture import ModelConfig
from jambot.tokens import VOCABULARY
from jambot.training.batches import Augmentation
from jambot.training.config import TrainConfig, load_runs
from jambot.training.material import Material

CONFIGS = Path(__file__).parents[2] / "configs"


def load(tmp_path: Path, text: str) -> TrainConfig:
    path = tmp_path / "run.toml"
    path.write_text(text, encoding="utf-8")
    return TrainConfig.load(path)


def test_a_config_as_windows_editors_write_it_is_read(tmp_path: Path) -> None:
    """They begin it with a byte order mark."""
    assert load(tmp_path, '\ufeffname = "marked"').name == "marked"


LISTS = [path for path in sorted(CONFIGS.glob("*.toml")) if len(load_runs(path)) > 1]
RUNS = [path for path in sorted(CONFIGS.glob("*.toml")) if path not in LISTS]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_config_loads_and_is_named_like_its_file(path: Path) -> None:
    config = TrainConfig.load(path)
    assert config.name == path.stem
    for start in (config.init_from, config.adapter_from):
        assert start is None or (CONFIGS / f"{Path(start).parts[-2]}.toml").exists()
    ModelConfig(
        VOCABULARY.size, config.layers, config.d_model, config.heads, config.mlp, config.context
    )


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_list_trains_nothing_before_what_it_starts_from(path: Path) -> None:
    done: set[Path] = set()
    for config in load_runs(path):
        starts = {Path(start).parent for start in (config.init_from, config.adapter_from) if start}
        assert starts <= done
        done.add(config.folder)


def test_there_are_configs_and_lists_of_them() -> None:
    assert len(RUNS) >= 7
    assert len(LISTS) >= 2


@pytest.mark.parametrize(
    "text", ["runs = []", "runs = 3", "runs = [3]", 'name = "x"\nruns = ["a.toml"]']
)
def test_a_list_of_anything_but_runs_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"list.toml: a list of runs.*nothing but runs"):
        load_runs(tmp_path / "list.toml")


def test_the_result_of_an_adapters_run_is_the_adapter_on_its_base() -> None:
    base, best = TrainConfig("jazz"), Path("checkpoints/jazz/best")
    assert base.result == (best, None)
    adapted = replace(base, init_from="checkpoints/base/best", adapter=AdapterConfig())
    assert adapted.result == (Path("checkpoints/base/best"), best)
    assert replace(adapted, adapter=None).result == (best, None)


def test_a_config_says_what_it_says_and_leaves_the_rest(tmp_path: Path) -> None:
    text = 'name = "mine"\nsteps = 7\n[sources]\nwjd = 2\n[augmentation]\nsemitones = 3\n'
    config = load(tmp_path, text)
    assert config == TrainConfig(
        "mine", steps=7, sources={"wjd": 2}, augmentation=Augmentation(semitones=3)
    )


def test_an_adapter_and_alternatives_of_material_are_tables(tmp_path: Path) -> None:
    text = """name = "mine"\ninit_from = "base"\n[adapter]\nrank = 4
    [[only]]\nstyles = ["POSTBOP"]\n[[only]]\nfrom_year = 1990\n"""
    config = load(tmp_path, text)
    assert config.adapter == AdapterConfig(rank=4)
    assert config.only == (Material(styles=("POSTBOP",)), Material(from_year=1990))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps = 3", "no `name`"),
        ('name = "x"\nlearnig_rate = 1', r"unknown keys \['learnig_rate'\].*learning_rate"),
        ('name = "x"\n[augmentation]\npitch = 1', "augmentation.*pitch"),
        ('name = "x"\naugmentation = 3', "augmentation"),
        ("name = ", "is not TOML"),
        ('name = "x"\nsteps = "many"', "steps is 'many'"),
        ('name = "x"\nsteps = 2.5', "steps is 2.5"),
        ('name = "x"\nsteps = true', "steps is True"),
        ('name = "x"\nrows = 0', "rows is 0"),
        ('name = "x"\ncompile = 1', "compile is 1"),
        ('name = "x"\nprecision = "fp8"', "precision is 'fp8'"),
        ('name = "x"\nlearning_rate = -1', "learning_rate is -1"),
        ('name = "x"\nlearning_rate = nan', "learning_rate is nan"),
        ('name = "x"\ndropout = 1.0', "dropout is 1.0"),
        ('name = "x"\n[augmentation]\nname_control = 7', "name_control is 7"),
        ('name = ""', "name is ''"),
        ('name = "../x"', "name is '../x'"),
        ('name = "x"\nroles = 4', "roles is 4"),
        ('name = "x"\ninit_from = 4', "init_from is 4"),
        ("name = 4", "name is 4"),
        ('name = "x"\nsources = ["wjd"]', "sources is"),
        ('name = "x"\n[sources]\nwjd = "all"', "sources.*all"),
        ('name = "x"\n[augmentation]\nsemitones = -1', "augmentation.*-1"),
        ('name = "x"\n[augmentation]\nmisremember = 2', "misremember is 2"),
        ('name = "x"\nof_start = 0.5', "of_start is 0.5.*init_from"),
        ('name = "x"\ninit_from = "b"\nof_start = 1.0', "of_start is 1.0.*0 to 1"),
        ('name = "x"\ninit_from = "b"\nof_start = 0.5\n[adapter]', r"no \[adapter\]"),
        ('name = "x"\n[loss]\nrhythm = 1', r"\[loss\].*'rhythm'.*timing"),
        ('name = "x"\n[loss]\npitch = -1', "loss.*-1"),
        ('name = "x"\n[contrast]\nrows = 1.5', r"\[contrast\].*1.5"),
        ('name = "x"\n[contrast]\nmargin = -1', "contrast.*-1"),
        ('name = "x"\n[distillation]\nguidance = -1', "distillation.*-1"),
        ('name = "x"\n[distillation]\nsteps = 0', r"\[distillation\] steps = 0"),
        (
            'name = "x"\n[loss]\ntiming = 0\npitch = 0\nduration = 0\nvelocity = 0\ncolour = 0',
            "0 for every part",
        ),
        ('name = "x"\n[adapter]\nrank = 8', "without init_from"),
        ('name = "x"\ninit_from = "b"\nadapter_from = "a"', r"adapter_from without \[adapter\]"),
        ('name = "x"\ninit_from = "b"\n[adapter]\nrank = 0', r"\[adapter\] rank is 0"),
        ('name = "x"\ninit_from = "b"\n[adapter]\nrank = 2.5', r"\[adapter\] rank is 2.5"),
        ('name = "x"\ninit_from = "b"\n[adapter]\ndropout = 1.5', r"\[adapter\] dropout is 1.5"),
        ('name = "x"\n[only]\nstyles = ["COOL"]', r"opened by \[\[only\]\]"),
        ('name = "x"\n[[only]]\nstyle = ["COOL"]', r"\[\[only\]\].*'style'.*styles"),
        ('name = "x"\n[[only]]\nstyles = "COOL"', "styles is 'COOL', not a list"),
        ('name = "x"\n[[only]]\nfrom_year = "1990"', "from_year is '1990', not a year"),
        ('name = "x"\n[[only]]', "asks for nothing"),
        ('name = "x"\nd_model = 100\nheads = 3', "d_model 100 over 3 heads.*multiple of 6"),
    ],
)
def test_a_config_that_makes_no_run_is_refused_by_name(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        load(tmp_path, text)


def test_a_config_that_is_not_there_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no training config at .*none\.toml.*see configs/"):
        TrainConfig.load(tmp_path / "none.toml")


def test_a_config_that_is_not_even_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(UsageError, match="is not TOML"):
        TrainConfig.load(path)


def test_chords_are_struck_as_usual_unless_the_config_says_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path, 'name = "x"').chord_bias is None
    assert load(tmp_path, 'name = "x"\nchord_bias = -0.25').chord_bias == -0.25
    with pytest.raises(UsageError, match="chord_bias"):
        load(tmp_path, 'name = "x"\nchord_bias = "many"')
