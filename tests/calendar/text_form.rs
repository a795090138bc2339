//! Calendars as text and as data: both read back as the same draft.

use chrono::Weekday;
use helpdesk::CalendarDraft;
use proptest::prelude::*;

use crate::random::Dice;

/// A draft that passes the checks, with names and weekends of every kind.
fn drafts() -> impl Strategy<Value = CalendarDraft> {
    let weekends = prop::sample::subsequence(
        vec![Weekday::Fri, Weekday::Sat, Weekday::Sun, Weekday::Mon],
        0..=4,
    );
    let names = prop::collection::vec(prop::option::of(".{0,40}"), 1..4);
    (any::<u64>(), weekends.prop_shuffle(), names).prop_map(|(seed, weekend, names)| {
        let mut draft = Dice::new(seed).draft();
        for schedule in &mut draft.schedules {
            schedule.weekend.clone_from(&weekend);
            for (holiday, name) in schedule.holidays.iter_mut().zip(names.iter().cycle()) {
                holiday.name = name.as_deref().map(Into::into);
            }
        }
        draft
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_draft_printed_reads_back_the_same(draft in drafts()) {
        let text = draft.to_string();
        prop_assert_eq!(text.parse(), Ok(draft.clone()), "{}", text);
        let calendar = draft.clone().build().unwrap();
        prop_assert_eq!(calendar.to_string(), text);
        prop_assert_eq!(CalendarDraft::from(calendar), draft);
    }

    #[test]
    fn a_draft_as_data_reads_back_the_same(draft in drafts()) {
        let data = serde_json::to_string(&draft).unwrap();
        prop_assert_eq!(serde_json::from_str::<CalendarDraft>(&data).unwrap(), draft);
    }

    #[test]
    fn any_text_is_read_or_refused_within_it(text in "[a-z0-9:;, \"\\\\#\n+-]{0,80}|\\PC{0,40}") {
        for text in [text.clone(), format!("zone Etc/UTC\nholiday {text}"), format!("zone x;open {text}")] {
            if let Err(wrong) = text.parse::<CalendarDraft>() {
                prop_assert!(wrong.offset() <= text.len() && wrong.line() > 0 && wrong.column() > 0);
            }
        }
    }
}
