//! The facts of service levels: what became of a ticket's clocks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::sla::policy::{Audience, SlaAction};
use crate::sla::{ClockChange, Metric};
use crate::ticket::Promised;
use crate::time;

/// What became of the clocks of a ticket by what happened before it, or by themselves.
///
/// It is the event of the notices [`SlaWarning`](crate::NoticeKind::SlaWarning),
/// [`SlaMissed`](crate::NoticeKind::SlaMissed) and [`SlaEscalated`](crate::NoticeKind::SlaEscalated),
/// and says of which clocks they tell: one event may have changes of several, of which a notice of
/// one kind tells together.
///
/// ```
#[doc = include_str!("../../example.txt")]
/// use helpdesk::sla::policy::{Audience, Obligation};
/// use helpdesk::sla::{Clocked, Metric};
///
/// let answer = Obligation::new(Metric::FirstResponse).within(Span::hours(4)).warn_at_percent(50);
/// let mut draft = SettingsDraft::default();
/// draft.sla_policies = vec![SlaPolicy::new("standard").obligation(answer)];
/// desk.publish(Actor::Host.at(now), draft.build().unwrap())?;
/// desk.adopt(now, None, 100)?;
///
/// /// Which clocks a notice is about.
/// fn clocks(dispatch: &Dispatch) -> Vec<(Audience, Metric)> {
///     let change = dispatch.event.as_ref().and_then(|event| event.ticket_change());
///     let Some(TicketChange::ClocksChanged(changed)) = change else { return Vec::new() };
///     let told = |what: &Clocked| match dispatch.notice.kind {
///         NoticeKind::SlaWarning => matches!(what, Clocked::Warned { .. }),
///         NoticeKind::SlaMissed => matches!(what, Clocked::Missed),
///         NoticeKind::SlaEscalated => matches!(what, Clocked::Escalated { .. }),
///         _ => false,
///     };
///     let of = |audience| {
///         let changes = changed.of(audience).iter().filter(|change| told(&change.what));
///         changes.map(move |change| (audience, change.metric)).collect::<Vec<_>>()
///     };
///     Audience::ALL.into_iter().flat_map(of).collect()
/// }
///
/// let later = now + TimeDelta::hours(5);
/// desk.tick(later)?;
/// let mut told = Vec::new();
/// let mut deliver = |dispatch: Dispatch| {
///     for (audience, metric) in clocks(&dispatch) {
///         told.push(format!("{:?}: {metric} to the {audience}", dispatch.notice.kind));
///     }
///     Delivery::Delivered
/// };
/// while !desk.relay(later, &Relaying::default(), &mut deliver)?.is_empty() {}
/// assert_eq!(told, [
///     "SlaWarning: first response to the customer",
///     "SlaMissed: first response to the customer",
/// ]);
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ClocksChanged {
    /// What is promised since, and under which settings, where that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Promised>,
    /// What became of the clocks of what is promised to the customer, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer: Vec<ClockChange>,
    /// What became of those of what is promised among ourselves, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub internal: Vec<ClockChange>,
    /// What the customer is owed now for misses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// What they are not owed after all: what was missed had come in time, as is known now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Remedy>,
    /// What their policy wants done now, in order. What of it is a change of the ticket is done
    /// [right after this event](crate::sla::policy#what-a-warning-or-a-level-wants-done).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// When one of them next tells something by itself.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::truncated_option")]
    pub wake: Option<DateTime<Utc>>,
}

/// What is owed for a miss.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "StoredRemedy", into = "StoredRemedy")]
pub struct Remedy {
    /// Of what the miss was.
    pub metric: Metric,
    /// To whom that was promised.
    pub audience: Audience,
    /// What is owed, in the words of the policy that promised it; `None` in older events, which name
    /// the metric only.
    pub words: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredRemedy {
    Bare(Metric),
    Full {
        metric: Metric,
        #[serde(default)]
        audience: Audience,
        words: Option<String>,
    },
}

impl From<StoredRemedy> for Remedy {
    fn from(stored: StoredRemedy) -> Self {
        match stored {
            StoredRemedy::Bare(metric) => {
                Self { metric, audience: Audience::Customer, words: None }
            }
            StoredRemedy::Full { metric, audience, words } => Self { metric, audience, words },
        }
    }
}

impl From<Remedy> for StoredRemedy {
    fn from(Remedy { metric, audience, words }: Remedy) -> Self {
        match (audience, words) {
            (Audience::Customer, None) => Self::Bare(metric),
            (audience, words) => Self::Full { metric, audience, words },
        }
    }
}

/// What a policy wants done because a warning or a level of escalation came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "StoredIntent", into = "StoredIntent")]
pub struct Intent {
    /// Of which clock it came; `None` in older events, which do not say so.
    pub metric: Option<Metric>,
    /// To whom that was promised.
    pub audience: Audience,
    /// What is to be done.
    pub action: SlaAction,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredIntent {
    Full {
        metric: Option<Metric>,
        #[serde(default)]
        audience: Audience,
        action: SlaAction,
    },
    Bare(SlaAction),
}

impl From<StoredIntent> for Intent {
    fn from(stored: StoredIntent) -> Self {
        match stored {
            StoredIntent::Bare(action) => {
                Self { metric: None, audience: Audience::Customer, action }
            }
            StoredIntent::Full { metric, audience, action } => Self { metric, audience, action },
        }
    }
}

impl From<Intent> for StoredIntent {
    fn from(Intent { metric, audience, action }: Intent) -> Self {
        match (metric, audience) {
            (None, Audience::Customer) => Self::Bare(action),
            (metric, audience) => Self::Full { metric, audience, action },
        }
    }
}

impl ClocksChanged {
    /// What became of the clocks of an audience, in order.
    pub fn of(&self, audience: Audience) -> &[ClockChange] {
        match audience {
            Audience::Customer => &self.customer,
            Audience::Internal => &self.internal,
        }
    }

    pub(crate) fn of_mut(&mut self, audience: Audience) -> &mut Vec<ClockChange> {
        match audience {
            Audience::Customer => &mut self.customer,
            Audience::Internal => &mut self.internal,
        }
    }
}
