"""Samples become medians, ratios, exponents and verdicts."""

import json

import pytest
from hypothesis import given, strategies as st

from .figures import exponent, growth, judge, summarise
from .machine import Machine
from .phases import Phase, Sample
from .report import Outcome, to_json, to_markdown

MACHINE = Machine(
    processor="a processor",
    cores=2,
    memory_gb=8,
    system="Linux 6",
    python="3.11",
    file_system="ext4",
    load=0.5,
)


def sample(phase: Phase, generator: str, value: float, size: int = 1000, turn: int = 0) -> Sample:
    return Sample(size=size, phase=phase, generator=generator, round=turn, value=value)


def outcome(*samples: Sample, fast: bool = True) -> Outcome:
    return Outcome(
        machine=MACHINE,
        versions={"Atrae": "1", "Hugo": "2"},
        left_out={"pelican": "it could not be installed"},
        fast=fast,
        size=1000,
        rounds=1,
        once=(),
        seed=1,
        samples=samples,
        minutes=3,
    )


@given(
    scale=st.floats(0.001, 100),
    power=st.floats(0, 3),
    sizes=st.sets(st.integers(10, 10**6), min_size=2, max_size=5),
)
def test_the_exponent_of_a_power_law_is_found(scale: float, power: float, sizes: set[int]) -> None:
    values = {size: scale * size**power for size in sizes}
    assert exponent(values) == pytest.approx(power, abs=1e-6)


def test_one_disturbed_round_does_not_move_the_median() -> None:
    times = [1.0, 1.1, 30.0]
    samples = [sample(Phase.COLD, "Hugo", value, turn=turn) for turn, value in enumerate(times)]
    figure = summarise(samples)[1000, Phase.COLD, "Hugo"]
    assert (figure.value, figure.low, figure.high, figure.samples) == (1.1, 1.0, 30.0, 3)


def test_a_goal_is_met_at_its_limit_and_missed_above_it() -> None:
    hugo = sample(Phase.COLD, "Hugo", 10.0)
    for value, met in ((8.0, True), (8.1, False)):
        figures = summarise([hugo, sample(Phase.COLD, "Atrae", value)])
        assert [v.met for v in judge(figures, 1000, fast=True) if v.value is not None] == [met]


def test_a_goal_of_the_fast_parser_is_not_judged_without_it() -> None:
    figures = summarise([sample(Phase.COLD, "Hugo", 10.0), sample(Phase.COLD, "Atrae", 1.0)])
    verdicts = [v for v in judge(figures, 1000, fast=False) if v.value is not None]
    assert [(v.value, v.met) for v in verdicts] == [(0.1, None)]


def test_a_goal_without_its_peer_has_no_value() -> None:
    figures = summarise([sample(Phase.COLD, "Atrae", 1.0), sample(Phase.SERVE_SAVE, "Atrae", 0.03)])
    measured = [v for v in judge(figures, 1000, fast=True) if v.value is not None]
    assert [(v.goal.phase, v.met) for v in measured] == [(Phase.SERVE_SAVE, True)]


def test_an_edit_is_measured_against_a_cold_build_and_beside_it_against_the_same_edit() -> None:
    hugo = [sample(Phase.COLD, "Hugo", 10.0), sample(Phase.BODY, "Hugo", 20.0)]
    figures = summarise([*hugo, sample(Phase.BODY, "Atrae", 0.3)])
    (verdict,) = (v for v in judge(figures, 1000, fast=True) if v.value is not None)
    assert (verdict.own, verdict.value, verdict.likewise, verdict.met) == (0.3, 0.03, 0.015, True)


def test_the_reference_parser_is_judged_by_two_peers() -> None:
    peers = [sample(Phase.COLD, "Hugo", 10.0), sample(Phase.COLD, "Pelican", 100.0)]
    figures = summarise([*peers, sample(Phase.COLD_REFERENCE, "Atrae", 23.0)])
    found = [(v.goal.peer, v.met) for v in judge(figures, 1000, fast=True) if v.value is not None]
    assert found == [("Hugo", False), ("Pelican", True)]


def test_growth_is_told_where_two_sizes_were_measured() -> None:
    figures = summarise(
        [
            sample(Phase.COLD, "Atrae", 1.0),
            sample(Phase.COLD, "Atrae", 10.0, size=10_000),
            sample(Phase.BODY, "Atrae", 0.1),
        ]
    )
    grown = growth(figures)
    assert [(each.phase, round(each.exponent, 6)) for each in grown] == [(Phase.COLD, 1.0)]


def test_what_grows_faster_at_last_is_seen_in_the_last_step() -> None:
    times = {1000: 1.0, 10_000: 2.0, 50_000: 50.0}
    samples = [sample(Phase.COLD, "Atrae", value, size=size) for size, value in times.items()]
    (grown,) = growth(summarise(samples))
    assert grown.exponent < 1.05 < grown.last


def test_the_report_names_figures_goals_and_what_is_left_out() -> None:
    told = outcome(
        sample(Phase.COLD, "Hugo", 10.0),
        sample(Phase.COLD, "Atrae", 4.0),
        sample(Phase.MEMORY, "Atrae", 100 * 2**20),
        fast=False,
    )
    text = to_markdown(told)
    assert "| cold build | 4.00 s | 10.0 s | 0.4 | 0.4 |" in text
    assert "| peak memory of a cold build | 100 MB | – | – | – |" in text
    assert "meant with the extra fast" in text
    assert "pelican is left out: it could not be installed." in text
    assert len(json.loads(to_json(told))["samples"]) == 3
