from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.dates import find_date, parse_date
from rag.errors import SourceRejected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2025-03-18", "2025-03-18T00:00:00+00:00"),
        ("2025-03-18 09:50", "2025-03-18T09:50:00+00:00"),
        ("2025-03-18T09:50:00Z", "2025-03-18T09:50:00+00:00"),
        ("20250318T095000Z", "2025-03-18T09:50:00+00:00"),
        ("2024-03-14T17:42:00+01:00", "2024-03-14T17:42:00+01:00"),
        ("2025-03-18 09:50:00 -0400", "2025-03-18T09:50:00-04:00"),
        ("18 March 2025", "2025-03-18T00:00:00+00:00"),
        ("March 18, 2025, 9:50 a.m. ET", "2025-03-18T09:50:00-04:00"),
        ("Jan. 18, 2025 9:50 pm EST", "2025-01-18T21:50:00-05:00"),
        ("Tue, 18 Mar 2025 09:50:00 GMT", "2025-03-18T09:50:00+00:00"),
        ("18.03.2025 09:50 Uhr", "2025-03-18T09:50:00+00:00"),
        ("13/02/2026", "2026-02-13T00:00:00+00:00"),
        ("03/03/2026", "2026-03-03T00:00:00+00:00"),
    ],
)
def test_parse_date_reads_what_outlets_write(text, iso):
    assert parse_date(text).isoformat() == iso


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a date"),
        ("soon", "date without a four-digit year"),
        ("Tuesday", "date without a four-digit year"),
        ("18 March", "date without a four-digit year"),
        ("03-04-26", "date without a four-digit year"),
        ("March 2025", "date with more than one reading"),
        ("2025", "date with more than one reading"),
        ("01/02/2026", "date with more than one reading"),
        ("2025-02-30", "not a date"),
        ("2025-03-18 09:50 IST", "not a date"),
        ("18 mars 2025", "not a date"),
        ("0001-01-01T00:00:00+05:00", "date outside the years"),
        ("9" * 40, "date without a four-digit year"),
        ("9" * 100_000, "not a date"),
    ],
)
def test_parse_date_refuses_to_guess(text, reason):
    with pytest.raises(SourceRejected, match=f"^{reason}"):
        parse_date(text)
    assert find_date(text) is None


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.timezones() | st.just(UTC),
    )
)
def test_parse_date_gives_iso_instants_back(moment):
    if (moment.utcoffset() or timedelta()).total_seconds() % 60:
        return  # local mean time of past centuries: isoformat writes seconds, few readers take them
    found = parse_date(moment.isoformat())
    # compared by parts: Python finds no hour that a clock change repeats equal to another zone's
    assert found.replace(tzinfo=None, fold=0) == moment.replace(tzinfo=None, fold=0)
    assert found.utcoffset() == moment.utcoffset()


@given(st.text(max_size=80))
def test_find_date_never_fails(text):
    found = find_date(text)
    assert found is None or found.utcoffset() is not None
