"""Before anything is computed: points, keys, groups, and what is known already."""

from gradlab.runs import groups
from gradlab.runs import run as runner
from gradlab.sweeps import keys
from gradlab.sweeps.plan import plan
from tests import replay


AIM = 1.0


def test_points_and_keys(a_point, config, planned):
    def fresh():
        keys.clear_caches()
        plan(config)

    a_point(fresh, len(planned.points), aim=AIM)


def test_groups(a_point, planned):
    def form():
        groups.form(planned.points, planned.requirements)

    a_point(form, len(planned.points), aim=AIM)


def test_a_sweep_with_nothing_left_to_do(a_point, config, planned, outcomes, tmp_path):
    replay.sweep(outcomes, tmp_path, seeds=1)

    def again():
        runner.run(config, tmp_path, jobs=1, yes=True)

    a_point(again, len(planned.points), aim=AIM)
