//! An evaluator of another make: straight over the data and a ticket's getters, everything as
//! text, nothing compiled.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use helpdesk::condition::{Is, Literal, Test};
use helpdesk::sla::policy::Audience;
use helpdesk::sla::{Clock, Verdict};
use helpdesk::{
    AgentId, Author, Condition, Erasable, Fact, FieldKind, FieldValue, Follower, Origin, Proposal,
    Requester, SettingsDraft, Ticket, TicketKind, Visibility,
};

use super::scenes::Shown;

/// A fact's value; names, ids and words as plain text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known {
    Nothing,
    Written(String),
    Name(String),
    Number(i64),
    Flag(bool),
    At(DateTime<Utc>),
    Names(Vec<String>),
}

pub(crate) struct Oracle {
    pub(crate) draft: SettingsDraft,
    pub(crate) me: Option<AgentId>,
}

pub(crate) fn person(requester: Requester) -> String {
    match requester {
        Requester::Contact(id) => format!("contact:{id}"),
        Requester::Agent(id) => format!("agent:{id}"),
    }
}

pub(crate) fn name(name: Option<impl ToString>) -> Known {
    name.map_or(Known::Nothing, |name| Known::Name(name.to_string()))
}

pub(crate) fn instant(at: Option<DateTime<Utc>>) -> Known {
    at.map_or(Known::Nothing, Known::At)
}

fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl Oracle {
    pub(crate) fn holds(&self, condition: &Condition, shown: &Shown) -> bool {
        match condition {
            Condition::All(parts) => !parts.iter().any(|part| !self.holds(part, shown)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part, shown)),
            Condition::Not(part) => !self.holds(part, shown),
            Condition::Test(test) => self.passes(test, shown),
        }
    }

    fn passes(&self, test: &Test, shown: &Shown) -> bool {
        let fact = &test.fact;
        let now = self.known(fact, &shown.ticket, shown);
        let before = shown.before.as_ref().map(|before| self.known(fact, before, shown));
        let changed = before.as_ref().is_some_and(|before| *before != now);
        match &test.is {
            Is::Equal(value) => self.is(fact, &now, value),
            Is::NotEqual(value) => !self.is(fact, &now, value),
            Is::In(values) => values.iter().any(|value| self.is(fact, &now, value)),
            Is::Less(bound) => {
                self.rank(fact, &now).zip(self.bound(fact, bound)).is_some_and(|(a, b)| a < b)
            }
            Is::AtMost(bound) => {
                self.rank(fact, &now).zip(self.bound(fact, bound)).is_some_and(|(a, b)| a <= b)
            }
            Is::More(bound) => {
                self.rank(fact, &now).zip(self.bound(fact, bound)).is_some_and(|(a, b)| a > b)
            }
            Is::AtLeast(bound) => {
                self.rank(fact, &now).zip(self.bound(fact, bound)).is_some_and(|(a, b)| a >= b)
            }
            // Of subjects and references it knows every way to name them.
            Is::Contains(item) if matches!(fact, Fact::About | Fact::ExternalRefs) => {
                matches!(&now, Known::Names(names) if names.contains(&plain(item)))
            }
            Is::Contains(item) => match &now {
                Known::Written(text) => lower(text).contains(&lower(&plain(item))),
                Known::Names(names) if *fact == Fact::Followers => {
                    self.person_meant(&plain(item)).is_some_and(|meant| names.contains(&meant))
                }
                Known::Names(names) => names.contains(&plain(item)),
                _ => false,
            },
            Is::Missing => now == Known::Nothing,
            Is::Present => now != Known::Nothing,
            Is::Older(span) => {
                matches!(now, Known::At(at) if shown.now - at >= TimeDelta::microseconds(span.as_micros()))
            }
            Is::Younger(span) => {
                matches!(now, Known::At(at) if shown.now - at < TimeDelta::microseconds(span.as_micros()))
            }
            Is::Changed => changed,
            Is::ChangedFrom(value) => changed && self.is(fact, &before.unwrap(), value),
            Is::ChangedTo(value) => changed && self.is(fact, &now, value),
            other => panic!("no such test in a random condition: {other:?}"),
        }
    }

    /// `me`, and an agent's bare id, as everybody else writes them.
    fn person_meant(&self, text: &str) -> Option<String> {
        match text {
            "me" => self.me.map(|me| format!("agent:{me}")),
            text if text.contains(':') => Some(text.to_owned()),
            bare => Some(format!("agent:{bare}")),
        }
    }

    fn is(&self, fact: &Fact, known: &Known, value: &Literal) -> bool {
        match (known, value) {
            (Known::Written(text), Literal::Text(value)) => lower(text) == lower(value),
            (Known::Name(text), Literal::Text(value))
                if matches!(fact, Fact::Assignee | Fact::Requester) =>
            {
                self.person_meant(value).as_ref() == Some(text)
            }
            (Known::Name(text), Literal::Text(value)) => **text == **value,
            (Known::Number(number), Literal::Integer(value)) => number == value,
            (Known::Flag(flag), Literal::Boolean(value)) => flag == value,
            (Known::At(at), Literal::Text(value)) => {
                at.to_rfc3339_opts(SecondsFormat::Micros, true)
                    == value
                        .parse::<DateTime<Utc>>()
                        .unwrap()
                        .to_rfc3339_opts(SecondsFormat::Micros, true)
            }
            _ => false,
        }
    }

    /// As something that can be compared: a number, or a date's text, which sorts as dates do.
    fn rank(&self, fact: &Fact, known: &Known) -> Option<(i64, String)> {
        match known {
            Known::Number(number) => Some((*number, String::new())),
            Known::At(at) => Some((at.timestamp_micros(), String::new())),
            Known::Name(name) if is_scaled(fact) => self.step(fact, name),
            Known::Name(date) => Some((0, date.clone())),
            _ => None,
        }
    }

    fn step(&self, fact: &Fact, name: &str) -> Option<(i64, String)> {
        let step = match fact {
            Fact::SlaLevel => self.draft.sla_levels.iter().position(|step| step == name)?,
            _ => self.draft.priorities.iter().position(|step| step == name)?,
        };
        Some((step as i64, String::new()))
    }

    fn bound(&self, fact: &Fact, bound: &Literal) -> Option<(i64, String)> {
        match bound {
            Literal::Integer(number) => Some((*number, String::new())),
            Literal::Text(text) if is_scaled(fact) => self.step(fact, text),
            Literal::Text(text) => Some(match text.parse::<DateTime<Utc>>() {
                Ok(at) => (at.timestamp_micros(), String::new()),
                Err(_) => (0, text.to_string()),
            }),
            Literal::Boolean(_) => None,
        }
    }

    pub(crate) fn known(&self, fact: &Fact, ticket: &Ticket, shown: &Shown) -> Known {
        match fact {
            Fact::Number => {
                shown.number.map_or(Known::Nothing, |number| Known::Number(number.0 as i64))
            }
            // Of a name that means another category, nothing that can be said here is true.
            Fact::Status => Known::Name(ticket.status().name.to_string()),
            Fact::StatusCategory => Known::Name(ticket.status().category.to_string()),
            Fact::Reason => name(ticket.reason()),
            Fact::Kind => Known::Name(
                if ticket.kind() == TicketKind::Customer { "customer" } else { "internal" }.into(),
            ),
            Fact::Origin => Known::Name(
                if ticket.origin() == Origin::CustomerWrote {
                    "customer_wrote"
                } else {
                    "agent_reached_out"
                }
                .into(),
            ),
            Fact::Department => name(ticket.department()),
            Fact::Assignee => name(ticket.assignee().map(|agent| format!("agent:{agent}"))),
            Fact::Requester => Known::Name(person(ticket.requester())),
            Fact::Followers => list(ticket.followers().iter().map(|follower| match follower {
                Follower::Contact(id) => format!("contact:{id}"),
                Follower::Agent(id) => format!("agent:{id}"),
            })),
            Fact::About => list(ticket.about().iter().flat_map(|about| {
                let (kind, whole) = (about.subject.kind.to_string(), about.subject.to_string());
                let role = about.role.as_ref();
                let within = |name: &String| role.map(|role| format!("{role}/{name}"));
                let in_role = [within(&kind), within(&whole)].into_iter().flatten();
                // What it is, so that a role that goes is a change.
                let itself = format!("is {about}");
                in_role.chain([kind, whole, itself]).collect::<Vec<_>>()
            })),
            Fact::ExternalRefs => list(ticket.external_refs().iter().flat_map(|it| {
                let provider = it.provider.to_string();
                let scoped = format!("{provider}:{}", it.scope);
                let whole = format!("{scoped}:{}", it.id);
                [provider, scoped, whole]
            })),
            Fact::Priority => Known::Name(ticket.priority().name.to_string()),
            Fact::Impact => name(ticket.impact()),
            Fact::Urgency => name(ticket.urgency()),
            Fact::Channel => Known::Name(ticket.channel().to_string()),
            Fact::ReceivedAt => ticket
                .received_at()
                .map_or(Known::Nothing, |address| Known::Written(address.to_string())),
            Fact::Category => name(ticket.category()),
            Fact::Tags => list(ticket.tags().iter().map(ToString::to_string)),
            Fact::Subject => match ticket.subject() {
                Erasable::Known(text) => Known::Written(text.to_string()),
                Erasable::Erased => Known::Nothing,
            },
            Fact::Resolution => name(ticket.resolution().map(|resolution| resolution.code())),
            Fact::Organisation => name(ticket.organisation()),
            Fact::Follows => name(ticket.follows()),
            Fact::MergedInto => name(ticket.merged_into()),
            Fact::Parent => name(ticket.parent()),
            Fact::OpenTodos => Known::Number(ticket.open_todo_count().into()),
            Fact::Messages => Known::Number(ticket.message_count().into()),
            Fact::Notes => Known::Number(ticket.note_count().into()),
            Fact::Reopened => Known::Number(ticket.reopen_count().into()),
            Fact::Escalated => Known::Number(ticket.escalation_count().into()),
            Fact::OpenSides => {
                let open = ticket.sides().iter().filter(|side| !side.is_closed());
                Known::Number(open.count() as i64)
            }
            Fact::SlaPolicy => name(ticket.promised().and_then(|it| it.policy.as_ref())),
            Fact::SlaLevel => {
                name(ticket.promised().and_then(|it| it.level.as_ref()).map(|it| &it.name))
            }
            Fact::SlaDueAt => instant(due(ticket)),
            Fact::SlaMissed => Known::Flag(missed(ticket)),
            Fact::Transferred => Known::Number(ticket.transfer_count().into()),
            Fact::Queued => Known::Flag(ticket.is_queued()),
            Fact::Overdue => Known::Flag(ticket.is_overdue()),
            Fact::OpenAgeWarned => Known::Flag(ticket.open_age_warned()),
            Fact::Held => Known::Flag(ticket.is_held()),
            Fact::Spam => Known::Flag(ticket.is_spam()),
            Fact::OpenedAt => Known::At(ticket.opened_at()),
            Fact::UpdatedAt => Known::At(ticket.updated_at()),
            Fact::StatusSince => Known::At(ticket.status_since()),
            Fact::UnresolvedSince if ticket.status().category.is_done() => Known::Nothing,
            Fact::UnresolvedSince => Known::At(ticket.unresolved_since()),
            Fact::WaitingSince => instant(ticket.waiting_since()),
            Fact::FirstAnsweredAt => instant(ticket.first_answered_at()),
            Fact::LastAskedAt => instant(ticket.last_asked_at()),
            Fact::LastAnsweredAt => instant(ticket.last_answered_at()),
            Fact::ResolvedAt => instant(ticket.resolved_at()),
            Fact::ClosedAt => instant(ticket.closed_at()),
            Fact::PostponedUntil => instant(ticket.postponed_until()),
            Fact::ProposedAt => instant(ticket.proposal().map(Proposal::at)),
            Fact::Field(field) => self.field(field.as_str(), ticket),
            Fact::MessageText => match &shown.message {
                Some((_, Some(text))) => Known::Written(text.to_string()),
                Some((_, None)) | None => Known::Nothing,
            },
            Fact::MessageAuthor => {
                name(shown.message.as_ref().map(|(message, _)| match message.author {
                    Author::Customer(_) => "customer",
                    Author::Agent(_) => "agent",
                    Author::LightAgent(_) => "light_agent",
                    Author::Bot(_) => "bot",
                    Author::AutoResponder(_) => "auto_responder",
                    _ => "host",
                }))
            }
            Fact::MessageVisibility => name(shown.message.as_ref().map(|(message, _)| {
                if message.visibility == Visibility::Note { "note" } else { "public" }
            })),
            other => panic!("no such fact in a random condition: {other}"),
        }
    }

    fn field(&self, name: &str, ticket: &Ticket) -> Known {
        let field = self.draft.fields.iter().find(|field| field.name == name).unwrap();
        match (ticket.field(&field.name).and_then(Erasable::known), &field.kind) {
            (Some(FieldValue::Text(text)), FieldKind::Text { .. }) => {
                Known::Written(text.to_string())
            }
            (Some(FieldValue::Integer(number)), FieldKind::Integer { .. }) => {
                Known::Number(*number)
            }
            (Some(FieldValue::Boolean(flag)), FieldKind::Boolean) => Known::Flag(*flag),
            (Some(FieldValue::Date(date)), FieldKind::Date) => Known::Name(date.to_string()),
            (Some(FieldValue::Choice(word)), FieldKind::Choice { .. }) => {
                Known::Name(word.to_string())
            }
            _ => Known::Nothing,
        }
    }
}

fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.to_string(),
        other => panic!("no text: {other}"),
    }
}

fn list(names: impl Iterator<Item = String>) -> Known {
    let mut names: Vec<String> = names.collect();
    names.sort();
    if names.is_empty() { Known::Nothing } else { Known::Names(names) }
}

/// Whether the names of a fact have an order.
pub(crate) fn is_scaled(fact: &Fact) -> bool {
    matches!(fact, Fact::Priority | Fact::SlaLevel)
}

fn clocks(ticket: &Ticket) -> Vec<Clock> {
    let of = |audience| ticket.clocks(audience).map(|clocks| clocks.iter().cloned().collect());
    Audience::ALL.into_iter().filter_map(of).flat_map(|clocks: Vec<Clock>| clocks).collect()
}

fn due(ticket: &Ticket) -> Option<DateTime<Utc>> {
    let rests = ticket.is_spam() || ticket.merged_into().is_some();
    let open = clocks(ticket).into_iter().filter(|clock| clock.ended().is_none() && !rests);
    open.filter_map(|clock| clock.due()).min()
}

fn missed(ticket: &Ticket) -> bool {
    clocks(ticket).iter().any(|clock| match clock.ended() {
        Some(ended) => ended.verdict == Some(Verdict::Missed),
        None => clock.told().missed(),
    })
}
