"""The rows and entries that a row with several chains stands for."""

from workflow_scripts.common.chains import add_chains, chains_of, rows_of_chains

ROW = {"dataset": "d", "inr": "few", "methods": ["mine", "taken", "pointnet"], "chains": 3}


def config():
    return {
        "seed": 5,
        "inits": {"learned": {"rounds": 4}},
        "inrs": {"few": {"init": "learned"}, "many": {"init": "random"}},
        "encoders": {
            "mine": {"type": "projected", "seed": 20},
            "taken": {"from": "e", "encoder": "mine"},
        },
        "tables": {"table2": [ROW], "table1": [{"inr": "many", "methods": ["mine"]}]},
    }


def test_a_row_stands_for_a_row_a_chain():
    rows = chains_of(ROW, config())
    assert [row["inr"] for row in rows] == ["few", "few@1", "few@2"]
    assert [row["methods"] for row in rows] == [
        ["mine", "taken", "pointnet"],
        ["mine@1", "taken@1", "pointnet"],
        ["mine@2", "taken@2", "pointnet"],
    ]
    assert len(list(rows_of_chains(config(), "table1"))) == 1


def test_each_chain_has_entries_of_its_own_seeds():
    found = config()
    add_chains(found)
    assert found["inits"]["learned@2"] == {"rounds": 4, "seed": 7}
    assert found["inrs"]["few@2"] == {"init": "learned@2", "seed": 7}
    assert found["encoders"]["mine@1"] == {"type": "projected", "seed": 21}
    assert found["encoders"]["taken@1"] == {"from": "e", "encoder": "mine@1"}
    assert found["inits"]["learned"] == {"rounds": 4}
    assert set(found["inrs"]) == {"few", "few@1", "few@2", "many"}


def test_a_chain_of_matched_inrs_has_inrs_of_its_own_to_match():
    found = config()
    found["inrs"] |= {
        "own": {"init": "random_each"},
        "matched": {"init": "random_each", "matched": "own"},
    }
    found["tables"] = {"table2": [{"inr": "matched", "methods": ["mine"], "chains": 2}]}
    add_chains(found)
    assert found["inrs"]["matched@1"] == {"init": "random_each", "matched": "own@1", "seed": 6}
    assert found["inrs"]["own@1"] == {"init": "random_each", "seed": 6}
