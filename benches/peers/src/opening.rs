//! opening-hours, which evaluates opening hours of OpenStreetMap. It neither adds nor measures; it
//! iterates over what is open, and that is summed up here.

use std::error::Error;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use chrono_tz::{America, Tz};
use compact_calendar::CompactCalendar;
use opening_hours::localization::TzLocation;
use opening_hours::{Context, ContextHolidays, OpeningHours as Expression, RuleKind};

use crate::agreement::utc;
use crate::calendar::Hours;
use crate::hours::{HOLIDAYS, WINDOWS};

const ZONE: Tz = America::New_York;

pub(crate) struct OpeningHours(Expression<TzLocation<Tz>>);

impl OpeningHours {
    pub(crate) fn workload() -> Result<Self, Box<dyn Error>> {
        let days: Result<CompactCalendar, _> =
            HOLIDAYS.iter().map(|date| date.parse::<NaiveDate>()).collect();
        let holidays = ContextHolidays::new(Arc::new(days?), Arc::default());
        let context = Context::default().with_holidays(holidays).with_locale(TzLocation::new(ZONE));
        let text = format!("Mo-Fr {}; PH off", WINDOWS.join(","));
        Ok(Self(text.parse::<Expression>()?.with_context(context)))
    }
}

fn local(seconds: i64) -> DateTime<Tz> {
    utc(seconds).with_timezone(&ZONE)
}

impl Hours for OpeningHours {
    const NAME: &'static str = "opening-hours";
    const ROUNDS: usize = 1;

    fn add(&self, from: i64, mut seconds: i64) -> i64 {
        for stretch in self.0.iter_from(local(from)) {
            if stretch.kind == RuleKind::Open {
                let (begins, ends) =
                    (stretch.range.start.timestamp(), stretch.range.end.timestamp());
                if seconds <= ends - begins {
                    return begins + seconds;
                }
                seconds -= ends - begins;
            }
        }
        panic!("it closes for ever")
    }

    fn between(&self, from: i64, to: i64) -> i64 {
        let stretches = self.0.iter_range(local(from), local(to));
        let open = stretches.filter(|stretch| stretch.kind == RuleKind::Open);
        open.map(|open| open.range.end.timestamp() - open.range.start.timestamp()).sum()
    }
}
