//! Formats times as Python's `str()` does, because the Python package hashes
//! them in this form.
//!
//! Python has microsecond precision and the years 1 to 9999; callers must refuse
//! other values first. These functions truncate to microseconds.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// Formats a time without a zone as `str(datetime)` does: `2026-01-02 03:04:05.678901`.
#[must_use]
pub fn naive_datetime(value: &NaiveDateTime) -> String {
    format!("{} {}", naive_date(&value.date()), naive_time(&value.time()))
}

/// Formats a time in UTC as `str(datetime)` does: `2026-01-02 03:04:05+00:00`.
#[must_use]
pub fn utc_datetime(value: &DateTime<Utc>) -> String {
    naive_datetime(&value.naive_utc()) + "+00:00"
}

/// Formats a date as `str(date)` does: `2026-01-02`.
#[must_use]
pub fn naive_date(value: &NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", value.year(), value.month(), value.day())
}

/// Formats a time of day as `str(time)` does: `03:04:05`, or `03:04:05.000600` if the microseconds are not zero.
#[must_use]
pub fn naive_time(value: &NaiveTime) -> String {
    let micros = value.nanosecond() / 1000;
    // chrono keeps a leap second as a fraction of 1.x seconds after `:59`.
    let second = value.second() + micros / 1_000_000;
    let mut text = format!("{:02}:{:02}:{second:02}", value.hour(), value.minute());
    push_fraction(&mut text, micros % 1_000_000);
    text
}

/// Formats a duration as `str(timedelta)` does: `0:00:02`, `1 day, 0:00:02`, `-1 day, 23:59:59.999999`.
#[must_use]
pub fn duration(value: &TimeDelta) -> String {
    // Python rounds a negative duration down to whole days, so the part below a
    // day is never negative.
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
