//! Service levels in the settings: calendars, the scale of levels, policies.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::SettingsDraft;
use crate::ids::{CalendarName, SlaLevelName};
use crate::matching::Lexicon;
use crate::problem::{Mistake, Problems};
use crate::sla::calendar::CalendarSyntax;
use crate::sla::policy::{Around, Gap, Policies, check, gaps};
use crate::sla::{Calendar, CalendarDraft};

/// A calendar of the desk, by name.
///
/// ```
/// use helpdesk::{DeskCalendar, SettingsDraft};
///
/// let office: helpdesk::Calendar = "zone Europe/Berlin; open mon-fri 09:00-17:00".parse()?;
/// let draft = SettingsDraft {
///     calendars: vec![DeskCalendar::new("office", office.draft().clone())],
///     ..SettingsDraft::default()
/// };
/// let settings = draft.build()?;
/// assert_eq!(settings.calendar(&"office".into()), Some(&office));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In a file, a calendar may be its text:
///
/// ```
/// use helpdesk::Settings;
///
/// let settings: Settings = serde_json::from_str(
///     r#"{ "calendars": [
///         { "name": "office", "calendar": "zone Europe/Berlin; open mon-fri 09:00-17:00" }
///     ] }"#,
/// )?;
/// assert!(settings.calendar(&"office".into()).is_some());
///
/// let wrong = serde_json::from_str::<Settings>(
///     r#"{ "calendars": [{ "name": "office", "calendar": "zone Europe/Berlin; open 9-17" }] }"#,
/// );
/// assert_eq!(
///     wrong.unwrap_err().to_string(),
///     "not a calendar, at character 26: found `9-17`, expected days such as `mon-fri`, `sat` or \
///      `daily` at line 1 column 79"
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a calendar of the desk: a map with `name` and `calendar`"
)]
pub struct DeskCalendar {
    /// Its name: 1 to 64 bytes.
    pub name: CalendarName,
    /// When it is open; in a file a map, or its text form.
    #[serde(deserialize_with = "read_calendar")]
    pub calendar: CalendarDraft,
}

impl DeskCalendar {
    /// A calendar of this name.
    pub fn new(name: impl Into<CalendarName>, calendar: CalendarDraft) -> Self {
        Self { name: name.into(), calendar }
    }
}

fn read_calendar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CalendarDraft, D::Error> {
    deserializer.deserialize_any(CalendarVisitor)
}

struct CalendarVisitor;

impl<'de> Visitor<'de> for CalendarVisitor {
    type Value = CalendarDraft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a calendar: a map with `schedules`, or its text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CalendarDraft, E> {
        text.parse().map_err(|error: CalendarSyntax| E::custom(error.inside("not a calendar")))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CalendarDraft, A::Error> {
        CalendarDraft::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Calendars and policies with every name looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    pub(super) calendars: BTreeMap<CalendarName, Calendar>,
    pub(super) policies: Policies,
    pub(super) gaps: Vec<Gap>,
}

impl Levels {
    /// Whether anything could not be looked up of what these settings promise: it would be promised
    /// in other hours, or by other policies.
    #[cfg(feature = "json")]
    pub(super) fn lack_some(&self, draft: &SettingsDraft) -> bool {
        let obligations = draft.sla_policies.iter().flat_map(|policy| &policy.obligations);
        let mut named = obligations.filter_map(|it| it.calendar.as_ref());
        let mut policies = draft.sla_policies.iter();
        named.any(|name| !self.calendars.contains_key(name))
            || policies.any(|policy| self.policies.named(&policy.name).is_none())
    }
}

/// The most calendars of a desk, and the most steps of its scale of levels.
const MOST: usize = 100;

pub(super) fn check_all(
    draft: &SettingsDraft,
    lexicon: &Lexicon,
    problems: &mut Problems,
) -> Levels {
    let SettingsDraft { calendars, sla_levels, sla_policies, priorities, .. } = draft;
    let counts = [("calendars", calendars.len()), ("sla_levels", sla_levels.len())];
    for (limit, found) in counts.into_iter().filter(|(_, found)| *found > MOST) {
        let (most, found) = (MOST as u64, found as u64);
        problems.at(limit, Mistake::OverLimit { limit, most, found });
    }
    problems.names("calendar", calendars.iter().map(|it| it.name.as_str()), |index| {
        format!("calendars[{index}].name")
    });
    problems.names("service level", sla_levels.iter().map(SlaLevelName::as_str), |index| {
        format!("sla_levels[{index}]")
    });
    let mut built = BTreeMap::new();
    for (index, DeskCalendar { name, calendar }) in calendars.iter().enumerate() {
        match calendar.clone().build() {
            Ok(calendar) => {
                built.insert(name.clone(), calendar);
            }
            Err(error) => problems.below(&format!("calendars[{index}].calendar"), error.problems()),
        }
    }
    let (levels, groups) = (sla_levels.as_slice(), draft.customer_groups.as_slice());
    let names = calendars.iter().map(|it| &it.name).collect();
    let around = Around { names, calendars: &built, levels, groups, lexicon };
    let path = "sla_policies";
    let policies = check(sla_policies, path, &around, problems);
    let named = calendars.iter().enumerate();
    let named = named.map(|(index, it)| (format!("calendars[{index}]"), it.name.clone()));
    let gaps = gaps(sla_policies, path, priorities, named);
    Levels { calendars: built, policies, gaps }
}
