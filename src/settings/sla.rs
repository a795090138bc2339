//! Service levels in the settings: calendars, the scale of levels, policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SettingsDraft;
use crate::ids::{CalendarName, SlaLevelName};
use crate::matching::Lexicon;
use crate::problem::{Mistake, Problems};
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskCalendar {
    /// Its name: 1 to 64 bytes.
    pub name: CalendarName,
    /// When it is open.
    pub calendar: CalendarDraft,
}

impl DeskCalendar {
    /// A calendar of this name.
    pub fn new(name: impl Into<CalendarName>, calendar: CalendarDraft) -> Self {
        Self { name: name.into(), calendar }
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
        let calendars = draft.calendars.iter().map(|it| &it.name);
        let obligations = draft.sla_policies.iter().flat_map(|policy| &policy.obligations);
        let mut named = obligations.filter_map(|it| it.calendar.as_ref()).chain(calendars);
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
