"""A small company's exports are part of a big one's: who there is besides changes nothing about anybody."""

import pandas as pd

from tests.world.delivered import FEED, delivered, rows

SMALL = 120
# What is counted over everybody, or names relations that reach beyond the small company.
ALSO_ABOUT_OTHERS = {"salesforce/Account"}
EVENTS = ["order", "anonymous", "campaign_member", "return_visit", "case"]  # name somebody and are no card of theirs


def test_every_row_of_a_small_world_is_in_the_big_one():
    small, big = delivered(people=SMALL), delivered()
    for key in FEED.keys() - ALSO_ABOUT_OTHERS:
        for ours, theirs in zip(rows(key, small), rows(key, big), strict=True):
            known = {str(row) for row in theirs}
            missing = [row for row in ours if str(row) not in known]
            assert not missing, (key, missing[:1])


def test_the_truth_of_a_small_world_is_in_the_big_one():
    small, big = (pd.read_parquet(delivered(people=n) / "truth" / "person_records.parquet") for n in (SMALL, 500))
    keys = ["source_system", "source_record_type", "source_record_id", "person_id"]
    ours, theirs = ({tuple(row) for row in frame[keys].to_numpy()} for frame in (small, big))
    assert {row for row in ours - theirs if row[0] != "segment"} == set()  # a shared browser names nobody
    assert len(ours) > SMALL


def test_each_record_of_the_truth_names_one_person():
    truth = pd.read_parquet(delivered() / "truth" / "person_records.parquet")
    assert not truth.duplicated(["source_system", "source_record_type", "source_record_id"]).any()
    per_person = truth[~truth["source_record_type"].isin(EVENTS)]
    counted = per_person[per_person["person_id"].str.startswith("P")].groupby("person_id").size()
    assert counted.min() >= 1
    assert counted.max() <= 8
