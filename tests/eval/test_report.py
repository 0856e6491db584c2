import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.charts import interval_bar, latency_chart, reliability_chart, risk_coverage_chart
from eval.intervals import Interval, Resampling
from eval.measures import score
from eval.predictions import Cited
from eval.report import N_WORST, ReportHead, render_report, worst_cases
from eval.summary import summarise

HOSTILE = [
    "<script>window.__x=1</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "' onmouseover='alert(1)",
    "<!-- <iframe src=https://example.org> -->",
    "&lt;b&gt; ]]> \x00 \u202e",
]


class Page(HTMLParser):
    """Collects tags and attributes as a browser would see them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def render(cases, predictions, head=None):
    outcomes = score(cases, predictions)
    return render_report(
        head or ReportHead("mine", "{}"),
        summarise(outcomes, predictions, resampling=Resampling(n=50)),
        cases=cases,
        predictions=predictions,
        outcomes=outcomes,
    )


@pytest.mark.parametrize("evil", HOSTILE)
def test_render_report_escapes_hostile_strings(make_case, make_prediction, evil):
    case = make_case(
        evil, question=evil, facts=((evil, "148"),), type_=evil, evidence=((evil, evil),)
    )
    prediction = make_prediction(evil, evil * 2, cited=((evil, evil),), hits=(evil,))
    refused = make_case("q2", question=evil)
    page = Page(
        render(
            [case, refused],
            [prediction, make_prediction("q2", evil, answered=False)],
            ReportHead(evil, evil),
        )
    )
    harmless = Page(
        render([make_case("a"), refused], [make_prediction("a"), make_prediction("q2")])
    )
    assert set(page.tags) - {"bdi", "li", "ol", "cite", "article", "dl", "dt", "dd", "b"} <= set(
        harmless.tags
    )
    assert not {"script", "img", "iframe"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_render_report_asks_nothing_of_the_network(make_case, make_prediction):
    html = render([make_case()], [make_prediction()])
    page = Page(html)
    assert not {"script", "link", "iframe", "img", "object", "base"} & set(page.tags)
    assert not {"src", "href", "srcset", "action"} & {name for name, _ in page.attributes}
    assert not re.search(r"url\(|@import|https?:", html)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_render_report_shows_what_a_bad_case_needs_to_be_judged(make_case, make_prediction):
    case = make_case(facts=(("148",), ("Calder Star",)))
    html = render([case], [make_prediction(answer="It held 148.", hits=("d7", "d1"))])
    text = " ".join("".join(Page(html).text).split())
    assert "How many people did the ferry carry?" in text
    assert "✓ 148; ✗ Calder Star" in text
    assert "incomplete" in text
    assert "It held 148." in text
    assert "The ferry carried 148 people when it capsized. d1" in text
    assert "d7 d1" in text


def test_render_report_shows_what_was_read(make_case, make_prediction):
    prediction = replace(make_prediction(answer="No."), found=(Cited("d9", "Nothing floated."),))
    text = " ".join("".join(Page(render([make_case()], [prediction])).text).split())
    assert "Nothing floated. d9" in text


def test_worst_cases_puts_the_most_confident_error_first(make_case, make_prediction):
    cases = [make_case(id_) for id_ in ("sure", "right", "unsure", "refused", "tie")]
    predictions = [
        make_prediction("sure", "None.", probability=0.95),
        make_prediction("right", probability=0.99),
        make_prediction("unsure", "None.", probability=0.6),
        make_prediction("refused", "No.", answered=False, probability=0.2),  # error 0.8
        make_prediction("tie", "None.", probability=0.6),
    ]
    order = worst_cases(score(cases, predictions), predictions)
    assert [cases[row].id for row in order] == ["sure", "refused", "tie", "unsure"]


def test_worst_cases_are_at_most_twenty(make_case, make_prediction):
    cases = [make_case(f"q{n}") for n in range(30)]
    predictions = [make_prediction(case.id, "None.", probability=None) for case in cases]
    assert len(worst_cases(score(cases, predictions), predictions)) == N_WORST == 20


def test_charts_draw_nothing_without_failing():
    for chart in (risk_coverage_chart([]), reliability_chart([]), latency_chart([])):
        assert "nothing to draw" in chart
    assert interval_bar(Interval(float("nan"), float("nan"), float("nan"), 0)) == ""


@pytest.mark.parametrize("seconds", [[0.0], [0.0, 0.0], [0.2], [0.1, 0.2, 5.0]])
def test_latency_chart_counts_every_question(seconds):
    drawn = re.findall(r"<title>(\d+) between", latency_chart(seconds))
    assert sum(map(int, drawn)) == len(seconds)
