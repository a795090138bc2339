//! Reads the text form of calendars. Bounded in length: text is hostile.

use std::str::FromStr;

use chrono::{NaiveDate, Weekday};

use super::token::{Placed, Token, tokens};
use super::{CalendarSyntax, NotACalendar};
use crate::sla::calendar::draft::{CalendarDraft, ScheduleDraft};
use crate::sla::calendar::holiday::{DayRule, Holiday, Observed, day_number};
use crate::sla::calendar::hours::{WEEKDAYS, Week, Window, weekday_name, weekday_named};
use crate::sla::calendar::{Calendar, text::print};

const A_STATEMENT: &str = "`zone`, `open`, `break`, `holiday`, `shift`, `extra` or `weekend`";
const DAYS: &str = "days such as `mon-fri`, `sat` or `daily`";
const A_DATE: &str = "a date such as `2026-12-25`";
const DAYS_OR_DATE: &str = "days such as `mon-fri`, or a date such as `2026-12-25`";
const A_WINDOW: &str = "a window such as `09:00-17:30`";
const A_RULE: &str = "a date such as `2026-12-25` or `12-25`, a rule such as `4th thu of nov` or \
                      `mon on or before 05-24`, `easter`, or `orthodox easter`";
const REST_OF_HOLIDAY: &str = "days from the rule such as `-2`, `for`, `to`, a window, `observed`, \
                               `since`, `until`, a name in double quotes, or the end of the line";

/// Reads the text form: a statement a line, or with `;` between; `#` begins a comment.
///
/// | statement | meaning |
/// |---|---|
/// | `zone Europe/Berlin` | begins a schedule in this time zone; the others belong to the one before them |
/// | `open mon-thu, sat 09:00-12:00, 13:00-17:30` | windows of weekdays; `daily` is all seven |
/// | `open always` | around the clock |
/// | `break mon-fri 12:00-13:00` | taken out of weekdays |
/// | `break 2026-05-15 13:30-14:00` | taken out of a date |
/// | `shift 2026-12-31 09:00-12:00` | takes the place of that date's weekly windows; `closed`: none |
/// | `extra 2026-11-28 10:00-16:00` | beside that date's weekly windows |
/// | `holiday RULE` | a holiday by [`DayRule`], such as `holiday 4th thu of nov` |
/// | `weekend fri, sat` | for holidays that are observed; `none` |
///
/// After the rule of a holiday may stand, each once and in this order: `+1` or `-2`, days from the
/// rule; `for 3 days`, or `to 2027-01-01`, its last day, after a date; a window, the part of each
/// day that it takes; `observed nearest`, `observed next` or `observed next_if_sunday`;
/// `since 2021`; `until 2030`; a name in double quotes.
///
/// ```
/// use helpdesk::sla::calendar::{CalendarDraft, Observed};
///
/// let draft: CalendarDraft = "
///     zone Europe/London             # head office
///     open mon-fri 08:00-18:00
///     open sat 10:00-14:00
///     break mon-fri 12:30-13:00
///     holiday 12-25 observed next \"Christmas Day\"
///     holiday 12-26 observed next \"Boxing Day\"
///     holiday easter +1
///     holiday 2026-12-28 to 2026-12-31 \"Stocktaking\"
///     shift 2026-12-24 08:00-12:00
/// ".parse()?;
/// assert_eq!(draft.schedules[0].holidays[1].observed, Observed::Next);
/// assert_eq!(draft.schedules[0].holidays[3].days, 4);
/// // Printed, it reads the same.
/// assert_eq!(draft.to_string().parse(), Ok(draft));
/// # Ok::<(), helpdesk::sla::calendar::CalendarSyntax>(())
/// ```
///
/// # Errors
///
/// [`CalendarSyntax`] says where the text is no calendar. At most 1 MiB of text.
impl FromStr for CalendarDraft {
    type Err = CalendarSyntax;

    fn from_str(text: &str) -> Result<Self, CalendarSyntax> {
        let mut parser = Parser::new(text)?;
        let mut draft = Self::default();
        loop {
            match parser.token() {
                Token::End => return Ok(draft),
                Token::Line => parser.pass(),
                Token::Word(word) => {
                    let word = *word;
                    if draft.schedules.is_empty() && word != "zone" {
                        return Err(parser.unexpected("`zone` and a time zone before all else"));
                    }
                    if word == "zone" {
                        parser.pass();
                        draft.schedules.push(ScheduleDraft::in_zone(parser.zone()?));
                    } else if let Some(schedule) = draft.schedules.last_mut() {
                        parser.statement(word, schedule)?;
                    }
                    parser.end_of_line("the end of the line")?;
                }
                Token::Quoted(_) | Token::Comma => return Err(parser.unexpected(A_STATEMENT)),
            }
        }
    }
}

/// Reads the [text form](CalendarDraft#impl-FromStr-for-CalendarDraft), and checks it.
///
/// ```
/// # use helpdesk::Calendar;
/// let wrong = "zone Berlin; open daily 09:00-17:00".parse::<Calendar>().unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "invalid calendar: schedules[0].zone: there is no time zone `Berlin`"
/// );
/// ```
///
/// # Errors
///
/// [`NotACalendar`], where it cannot be read or does not pass the checks.
impl FromStr for Calendar {
    type Err = NotACalendar;

    fn from_str(text: &str) -> Result<Self, NotACalendar> {
        Ok(text.parse::<CalendarDraft>()?.build()?)
    }
}

/// Reads one rule, such as `12-25`, `last mon of may` or `easter`.
///
/// # Errors
///
/// [`CalendarSyntax`] says where the text is no rule.
impl FromStr for DayRule {
    type Err = CalendarSyntax;

    fn from_str(text: &str) -> Result<Self, CalendarSyntax> {
        let mut parser = Parser::new(text)?;
        let rule = parser.rule()?;
        match parser.token() {
            Token::End => Ok(rule),
            _ => Err(parser.unexpected("the end")),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Placed<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, CalendarSyntax> {
        Ok(Self { text, tokens: tokens(text)?, at: 0 })
    }

    fn token(&self) -> &Token<'a> {
        self.tokens.get(self.at).map_or(&Token::End, |placed| &placed.token)
    }

    fn pass(&mut self) {
        self.at += 1;
    }

    /// The word that is next, if it is one.
    fn word(&self) -> Option<&'a str> {
        match self.token() {
            Token::Word(word) => Some(word),
            Token::Quoted(_) | Token::Comma | Token::Line | Token::End => None,
        }
    }

    fn unexpected(&self, expected: &'static str) -> CalendarSyntax {
        let (start, end) = match self.tokens.get(self.at) {
            Some(placed) => (placed.start, placed.end),
            None => (self.text.len(), self.text.len()),
        };
        let found = self.text.get(start..end).unwrap_or("");
        CalendarSyntax::at(self.text, start, found, expected)
    }

    /// Takes the next word for what it reads as.
    fn take<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, CalendarSyntax> {
        match self.word().and_then(read) {
            Some(value) => {
                self.pass();
                Ok(value)
            }
            None => Err(self.unexpected(expected)),
        }
    }

    /// Takes this word, if it is next.
    fn passes(&mut self, word: &str) -> bool {
        let is = self.word() == Some(word);
        if is {
            self.pass();
        }
        is
    }

    fn needs(&mut self, word: &str, expected: &'static str) -> Result<(), CalendarSyntax> {
        if self.passes(word) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn end_of_line(&mut self, expected: &'static str) -> Result<(), CalendarSyntax> {
        match self.token() {
            Token::Line | Token::End => Ok(()),
            Token::Word(_) | Token::Quoted(_) | Token::Comma => Err(self.unexpected(expected)),
        }
    }

    fn zone(&mut self) -> Result<String, CalendarSyntax> {
        if let Token::Quoted(name) = self.token() {
            let name = name.clone();
            self.pass();
            return Ok(name);
        }
        self.take("a time zone such as `Europe/Berlin`", |word| Some(word.to_owned()))
    }

    fn statement(
        &mut self,
        word: &'a str,
        schedule: &mut ScheduleDraft,
    ) -> Result<(), CalendarSyntax> {
        let known = ["open", "break", "holiday", "shift", "extra", "weekend"];
        if !known.contains(&word) {
            return Err(self.unexpected(A_STATEMENT));
        }
        self.pass();
        match word {
            "open" if self.passes("always") => {
                add(&mut schedule.open, &WEEKDAYS, &[Window::ALL_DAY]);
            }
            "open" => {
                let days = self.days(DAYS)?;
                add(&mut schedule.open, &days, &self.windows()?);
            }
            "break" => match self.date() {
                Some(date) => {
                    let windows = self.windows_or("none")?;
                    schedule.date_breaks.entry(date).or_default().extend(windows);
                }
                None => {
                    let days = self.days(DAYS_OR_DATE)?;
                    add(&mut schedule.breaks, &days, &self.windows()?);
                }
            },
            "shift" => {
                let date = self.take(A_DATE, date)?;
                let windows = self.windows_or("closed")?;
                schedule.shifts.entry(date).or_default().extend(windows);
            }
            "extra" => {
                let date = self.take(A_DATE, date)?;
                let windows = self.windows_or("none")?;
                schedule.extra.entry(date).or_default().extend(windows);
            }
            "weekend" => {
                schedule.weekend = if self.passes("none") { Vec::new() } else { self.days(DAYS)? };
            }
            _ => schedule.holidays.push(self.holiday()?),
        }
        Ok(())
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let date = self.word().and_then(date)?;
        self.pass();
        Some(date)
    }

    /// Weekdays and ranges of them, with commas between.
    fn days(&mut self, expected: &'static str) -> Result<Vec<Weekday>, CalendarSyntax> {
        let mut days = self.take(expected, weekdays)?;
        while *self.token() == Token::Comma {
            self.pass();
            days.extend(self.take(expected, weekdays)?);
        }
        Ok(days)
    }

    fn windows(&mut self) -> Result<Vec<Window>, CalendarSyntax> {
        let mut windows = vec![self.take(A_WINDOW, window)?];
        while *self.token() == Token::Comma {
            self.pass();
            windows.push(self.take(A_WINDOW, window)?);
        }
        Ok(windows)
    }

    /// Windows, or the word for none.
    fn windows_or(&mut self, none: &'static str) -> Result<Vec<Window>, CalendarSyntax> {
        if self.passes(none) { Ok(Vec::new()) } else { self.windows() }
    }

    fn holiday(&mut self) -> Result<Holiday, CalendarSyntax> {
        let mut holiday = Holiday::on(self.rule()?);
        if let Some(plus) = self.word().and_then(plus_days) {
            self.pass();
            holiday.plus_days = plus;
        }
        if self.passes("for") {
            holiday.days =
                self.take("a number of days", |word| number(word, u16::MAX.into()))? as u16;
            let one = holiday.days == 1;
            self.needs(if one { "day" } else { "days" }, if one { "`day`" } else { "`days`" })?;
        } else if self.passes("to") {
            let expected = "a date not before the first, at most a year later";
            let DayRule::Date(first) = holiday.on else {
                return Err(self.unexpected("`for` and a number of days: its rule is no date"));
            };
            holiday.days = self.take(expected, |word| {
                let days = day_number(date(word)?) - day_number(first) + 1;
                u16::try_from(days - i64::from(holiday.plus_days)).ok().filter(|days| *days > 0)
            })?;
        }
        if let Some(part) = self.word().and_then(window) {
            self.pass();
            holiday.part = Some(part);
        }
        if self.passes("observed") {
            let kinds = [Observed::No, Observed::Nearest, Observed::Next, Observed::NextIfSunday];
            holiday.observed = self.take("`nearest`, `next` or `next_if_sunday`", |word| {
                kinds.into_iter().find(|kind| kind.as_str() == word)
            })?;
        }
        if self.passes("since") {
            holiday.since = Some(self.year()?);
        }
        if self.passes("until") {
            holiday.until = Some(self.year()?);
        }
        if let Token::Quoted(name) = self.token() {
            holiday.name = Some(name.as_str().into());
            self.pass();
        }
        self.end_of_line(REST_OF_HOLIDAY)?;
        Ok(holiday)
    }

    fn year(&mut self) -> Result<i32, CalendarSyntax> {
        self.take("a year such as `2026`", |word| number(word, 9999)).map(|year| year as i32)
    }

    fn rule(&mut self) -> Result<DayRule, CalendarSyntax> {
        if let Some(date) = self.date() {
            return Ok(DayRule::Date(date));
        }
        if let Some((month, day)) = self.word().and_then(month_day) {
            self.pass();
            return Ok(DayRule::Yearly { month, day });
        }
        if self.passes("easter") {
            return Ok(DayRule::Easter);
        }
        if self.passes("orthodox") {
            self.needs("easter", "`easter`")?;
            return Ok(DayRule::OrthodoxEaster);
        }
        if let Some(weekday) = self.word().and_then(weekday_named) {
            self.pass();
            self.needs("on", "`on or after` or `on or before`")?;
            self.needs("or", "`or after` or `or before`")?;
            let after = self.passes("after");
            if !after {
                self.needs("before", "`after` or `before`")?;
            }
            let (month, day) = self.take("a date such as `05-24`", month_day)?;
            return Ok(if after {
                DayRule::OnOrAfter { weekday, month, day }
            } else {
                DayRule::OnOrBefore { weekday, month, day }
            });
        }
        let ordinal = self.word().and_then(print::ordinal_named);
        if ordinal.is_some() {
            self.pass();
        }
        let last = self.passes("last");
        let nth = match (ordinal, last) {
            (Some(nth), false) => nth,
            (Some(nth), true) => -nth,
            (None, true) => -1,
            (None, false) => return Err(self.unexpected(A_RULE)),
        };
        let weekday = self.take("a weekday such as `mon`", weekday_named)?;
        self.needs("of", "`of` and a month")?;
        let month = self.take("a month such as `nov`", print::month_named)?;
        Ok(DayRule::Nth { nth, weekday, month })
    }
}

fn add(week: &mut Week, days: &[Weekday], windows: &[Window]) {
    for day in days {
        week.day_mut(*day).extend(windows);
    }
}

fn window(word: &str) -> Option<Window> {
    word.parse().ok()
}

/// `mon`, `mon-fri`, also over the end of the week, or `daily`.
fn weekdays(word: &str) -> Option<Vec<Weekday>> {
    if word == "daily" {
        return Some(WEEKDAYS.to_vec());
    }
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (weekday_named(first)?, weekday_named(last)?);
    let mut days = vec![first];
    let mut day = first;
    while day != last {
        day = day.succ();
        days.push(day);
    }
    debug_assert!(days.iter().all(|day| weekday_named(weekday_name(*day)) == Some(*day)));
    Some(days)
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// A whole number without a sign, at most this.
fn number(word: &str, most: u32) -> Option<u32> {
    let number = if word.len() <= 5 { digits(word, word.len()) } else { None };
    number.filter(|number| *number <= most)
}

fn date(word: &str) -> Option<NaiveDate> {
    let mut parts = word.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let year = i32::try_from(digits(year, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(month, 2)?, digits(day, 2)?)
}

fn month_day(word: &str) -> Option<(u8, u8)> {
    let (month, day) = word.split_once('-')?;
    let (month, day) = (digits(month, 2)?, digits(day, 2)?);
    // A year with a 29th of February.
    NaiveDate::from_ymd_opt(2000, month, day)?;
    Some((u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

fn plus_days(word: &str) -> Option<i16> {
    let (sign, number) = match word.split_at_checked(1)? {
        ("+", days) => (1, days),
        ("-", days) => (-1, days),
        _ => return None,
    };
    let days = if number.is_empty() { None } else { digits(number, number.len()) };
    i16::try_from(days?).ok().map(|days| sign * days)
}
