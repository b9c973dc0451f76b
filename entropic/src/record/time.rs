//! Time types that read and write times as both databases and Python do.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, NaiveTime, SubsecRound, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};

use super::RecordError;
use super::sql::{Time6, UtcTimestamp};

/// A moment in UTC with microseconds. In typed queries, compare `created_at` and other time columns with it.
///
/// Diesel binds a chrono time with as many decimals as it needs. On SQLite, `=` would then miss a time that SQLAlchemy
/// wrote with six decimals. This type always writes six.
///
/// ```
/// use entropic::Timestamp;
/// let moment: Timestamp = "2026-11-20 23:50:28.740700".parse()?;
/// assert_eq!(moment.to_string(), "2026-11-20 23:50:28.740700");
/// assert_eq!(moment.to_utc().to_rfc3339(), "2026-11-20T23:50:28.740700+00:00");
/// # Ok::<(), entropic::RecordError>(())
/// ```
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = UtcTimestamp)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(NaiveDateTime);

impl Timestamp {
    /// Returns the current time.
    #[must_use]
    pub fn now() -> Self {
        Self::from(Utc::now())
    }

    /// Converts to chrono's `DateTime<Utc>`.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }

    /// Converts to chrono's `NaiveDateTime`, in UTC.
    #[must_use]
    pub fn naive_utc(self) -> NaiveDateTime {
        self.0
    }
}

impl From<NaiveDateTime> for Timestamp {
    /// Truncates to microseconds. A leap second becomes the last microsecond before it.
    fn from(moment: NaiveDateTime) -> Self {
        Self(without_leap(moment).trunc_subsecs(6))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::from(moment.naive_utc())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = RecordError;
    fn try_from(text: String) -> Result<Self, RecordError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> Self {
        moment.to_string()
    }
}

impl From<Timestamp> for NaiveDateTime {
    fn from(moment: Timestamp) -> Self {
        moment.naive_utc()
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(moment: Timestamp) -> Self {
        moment.to_utc()
    }
}

fn without_leap<T: Timelike + Copy>(time: T) -> T {
    if time.nanosecond() >= 1_000_000_000 { time.with_nanosecond(999_999_999).unwrap_or(time) } else { time }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use chrono::Datelike;
        let (date, time) = (self.0.date(), self.0.time());
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.nanosecond() / 1_000
        )
    }
}

impl FromStr for Timestamp {
    type Err = RecordError;

    /// Parses `2026-11-20 23:50:28.740700`. The decimals and the seconds may be left out, `T` may separate date and time,
    /// and `Z` or `+00:00` may follow.
    fn from_str(text: &str) -> Result<Self, RecordError> {
        if let Some(moment) = fast_parse(text.as_bytes()) {
            return Ok(Self(moment));
        }
        let bare = text.strip_suffix("+00:00").or_else(|| text.strip_suffix('Z')).unwrap_or(text);
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(bare, format).ok())
            .map(Self::from)
            .ok_or_else(|| RecordError::StoredTime { value: text.to_owned() })
    }
}

/// Parses the form that nearly every row has, without chrono's format interpreter, because every hit parses a time.
fn fast_parse(text: &[u8]) -> Option<NaiveDateTime> {
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b' ',
        h0,
        h1,
        b':',
        i0,
        i1,
        b':',
        s0,
        s1,
        b'.',
        ref micros @ ..,
    ] = text
    else {
        return None;
    };
    if micros.len() != 6 {
        return None;
    }
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
    chrono::NaiveDate::from_ymd_opt(year, number(&[m0, m1])?, number(&[d0, d1])?)?.and_hms_micro_opt(
        number(&[h0, h1])?,
        number(&[i0, i1])?,
        number(&[s0, s1])?,
        number(micros)?,
    )
}

/// A time of day with microseconds. In typed queries, compare `NaiveTime` columns with it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = Time6)]
#[serde(transparent)]
pub struct TimeOfDay(pub(crate) NaiveTime);

impl From<NaiveTime> for TimeOfDay {
    /// Truncates to microseconds. A leap second becomes the last microsecond before it.
    fn from(time: NaiveTime) -> Self {
        Self(without_leap(time).trunc_subsecs(6))
    }
}

impl From<TimeOfDay> for NaiveTime {
    fn from(time: TimeOfDay) -> Self {
        time.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M:%S%.6f"))
    }
}

impl FromStr for TimeOfDay {
    type Err = RecordError;

    fn from_str(text: &str) -> Result<Self, RecordError> {
        ["%H:%M:%S%.f", "%H:%M"]
            .iter()
            .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
            .map(Self::from)
            .ok_or_else(|| RecordError::StoredTime { value: text.to_owned() })
    }
}

/// Lets queries select columns of these types as chrono values. To compare a chrono value with a column, convert it to a
/// [`Timestamp`] or a [`TimeOfDay`] first: Rust's coherence rules forbid an implementation that binds it directly.
macro_rules! selected {
    ($($chrono:ty: $sql:ty, $ours:ty;)*) => {$(
        impl<DB> FromSql<$sql, DB> for $chrono
        where
            DB: Backend,
            $ours: FromSql<$sql, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                <$ours>::from_sql(value).map(Self::from)
            }
        }
    )*};
}

selected! {
    NaiveDateTime: UtcTimestamp, Timestamp;
    DateTime<Utc>: UtcTimestamp, Timestamp;
    NaiveTime: Time6, TimeOfDay;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_moment_is_written_with_six_digits_and_read_in_every_form_others_write() {
        for (text, wanted) in [
            ("2026-11-20 23:50:28.740700", "2026-11-20 23:50:28.740700"),
            ("2026-11-20 23:50:28.740", "2026-11-20 23:50:28.740000"),
            ("2026-11-20 23:50:28", "2026-11-20 23:50:28.000000"),
            ("2026-11-20T23:50:28.1Z", "2026-11-20 23:50:28.100000"),
            ("0001-01-01 00:00:00.000001", "0001-01-01 00:00:00.000001"),
            ("2026-11-20 23:50:28.123456789", "2026-11-20 23:50:28.123456"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused_by_name() {
        for text in [
            "",
            "yesterday",
            "2026-13-01 00:00:00.000000",
            "2026-11-20 25:00:00.000000",
            "2026-11-20 23:50:2x.000000",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_leap_second_does_not_overflow() {
        let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert_eq!(TimeOfDay::from(leap).to_string(), "23:59:59.999999");
    }
}
