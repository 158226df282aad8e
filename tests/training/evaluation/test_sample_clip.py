from engine.training.evaluation.sample_clip import report


def test_a_line_counts_what_is_met_at_both_tolerances() -> None:
    line = report("take", [1.0, 2.0, 3.0], [1.04, 2.08, 2.5])
    assert "1 of 3 within 50 ms (F1 0.33)" in line
    assert "2 of 3 within 100 ms (F1 0.67)" in line
    assert "3 found, mean offset +60 ms" in line


def test_silence_meets_nothing() -> None:
    assert report("take", [1.0], []).endswith("0 found")
