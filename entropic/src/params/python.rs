//! Times as Python's `str()` writes them, which is how the reference hashes
//! them.
//!
//! Python knows microseconds and the years 1 to 9999: whoever calls has refused
//! the rest. What is finer than a microsecond is cut off here.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// `str(datetime)` of a time without a zone: `2026-01-02 03:04:05.678901`.
#[must_use]
pub fn naive_datetime(value: &NaiveDateTime) -> String {
    format!("{} {}", naive_date(&value.date()), naive_time(&value.time()))
}

/// `str(datetime)` of a time in UTC: `2026-01-02 03:04:05+00:00`.
#[must_use]
pub fn utc_datetime(value: &DateTime<Utc>) -> String {
    naive_datetime(&value.naive_utc()) + "+00:00"
}

/// `str(date)`: `2026-01-02`.
#[must_use]
pub fn naive_date(value: &NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", value.year(), value.month(), value.day())
}

/// `str(time)`: `03:04:05`, or `03:04:05.000600` when there are microseconds.
#[must_use]
pub fn naive_time(value: &NaiveTime) -> String {
    let micros = value.nanosecond() / 1000;
    // chrono keeps a leap second as a fraction of 1.x seconds after `:59`.
    let second = value.second() + micros / 1_000_000;
    let mut text = format!("{:02}:{:02}:{second:02}", value.hour(), value.minute());
    push_fraction(&mut text, micros % 1_000_000);
    text
}

/// `str(timedelta)`: `0:00:02`, `1 day, 0:00:02`, `-1 day, 23:59:59.999999`.
#[must_use]
pub fn duration(value: &TimeDelta) -> String {
    // Python keeps the part below a day positive: a negative duration is
    // rounded down to whole days.
    let nanos = i64::from(value.subsec_nanos());
    let micros = nanos.div_euclid(1000);
    let seconds = value.num_seconds() + micros.div_euclid(MICROS_PER_SECOND);
    let days = seconds.div_euclid(SECONDS_PER_DAY);
    let seconds = seconds.rem_euclid(SECONDS_PER_DAY);
    let mut text = String::new();
    if days != 0 {
        let plural = if days.abs() == 1 { "" } else { "s" };
        push(&mut text, format_args!("{days} day{plural}, "));
    }
    push(&mut text, format_args!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    push_fraction(&mut text, micros.rem_euclid(MICROS_PER_SECOND));
    text
}

fn push_fraction(text: &mut String, micros: impl Into<i64>) {
    let micros = micros.into();
    if micros != 0 {
        push(text, format_args!(".{micros:06}"));
    }
}

fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = text.write_fmt(piece);
}
