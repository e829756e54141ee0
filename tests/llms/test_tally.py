from sentio.llms import Answer, Question, Tally, Usage


def test_a_run_in_figures() -> None:
    question = Question("q", ())
    answers = [Answer(question, usage=Usage(10, 2), seconds=float(second)) for second in range(1, 101)]
    answers += [
        Answer(question, cached=True, attempts=0),
        Answer(question, valid=False, attempts=2, seconds=200.0),
        Answer(question, valid=False, attempts=2, error="no label", seconds=300.0),
    ]
    tally = Tally()
    assert list(tally.over(answers)) == answers
    assert (tally.asked, tally.answered, tally.cached, tally.invalid, tally.errors) == (103, 102, 1, 2, 1)
    assert (tally.attempts, tally.prompt_tokens, tally.completion_tokens) == (104, 1000, 200)
    assert tally.invalid_rate == 2 / 103
    assert (tally.latency(0.5), tally.latency(0.95), tally.latency(1.0)) == (51.0, 97.0, 300.0)
    assert "2 invalid (1.9 %), 104 attempts, 1000 + 200 tokens" in str(tally)
    assert str(tally).endswith("51.00 s in the median, 97.00 s for 95 %")


def test_nothing_asked_is_no_division_by_zero() -> None:
    assert Tally().invalid_rate == 0
    assert Tally().latency(0.5) == 0
