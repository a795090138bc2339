//! Facts made up to show what a condition means.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::domain::{CHANGED, Domain};
use super::{Case, Tested};
use crate::condition::Fact;
use crate::ids::{AgentId, ContactId, OrganisationId, Tag, TicketId};
use crate::matching::lexicon::{NameOf, Type};
use crate::matching::matcher::Typed;
use crate::matching::{Facts, Lexicon, Value};
use crate::people::{Follower, Requester};
use crate::subject::{About, ExternalRef, SubjectRef};
use crate::workflow::{Status, StatusCategory};

/// Facts made up to show what conditions mean: the ticket on which two rules meet, say. What is
/// not named is missing. Its text form lists what is there, and what was before where that
/// differs:
///
/// ```
/// use helpdesk::rules::{Assignment, RoutingRule, RulebookDraft};
/// use helpdesk::{AgentId, Settings};
///
/// let to = |agent| Assignment::agent(AgentId::from_u128(agent));
/// let mut draft = RulebookDraft::default();
/// draft.routing = vec![
///     RoutingRule::new("vip", to(1)).when("tags contains vip".parse()?),
///     RoutingRule::new("angry vip", to(2)).when("tags contains vip and tags contains angry".parse()?),
/// ];
/// let rules = draft.build(&Settings::default().lexicon())?;
/// let findings = rules.analyse();
/// let example = findings[0].example().unwrap();
/// assert_eq!(example.to_string(), "tags: vip, angry");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    now: BTreeMap<Fact, Sample>,
    before: Option<BTreeMap<Fact, Sample>>,
}

/// A value that a made-up ticket has of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    Text(Arc<str>),
    Name(Arc<str>),
    Status(Status),
    Integer(i64),
    Boolean(bool),
    Instant(DateTime<Utc>),
    Date(NaiveDate),
    Person(Requester),
    Organisation(OrganisationId),
    Ticket(TicketId),
    Channel(Arc<str>, Option<Arc<str>>),
    Tags(Vec<Tag>),
    Followers(Vec<Follower>),
    About(Vec<About>),
    ExternalRefs(Vec<ExternalRef>),
}

impl Sample {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Name(name) => Value::Name(name),
            Self::Status(status) => Value::Status(status),
            Self::Integer(number) => Value::Integer(*number),
            Self::Boolean(boolean) => Value::Boolean(*boolean),
            Self::Instant(at) => Value::Instant(*at),
            Self::Date(date) => Value::Date(*date),
            Self::Person(person) => Value::Person(*person),
            Self::Organisation(id) => Value::Organisation(*id),
            Self::Ticket(id) => Value::Ticket(*id),
            Self::Channel(kind, name) => Value::Channel(kind, name.as_deref()),
            Self::Tags(tags) => Value::Tags(tags),
            Self::Followers(followers) => Value::Followers(followers),
            Self::About(about) => Value::About(about),
            Self::ExternalRefs(all) => Value::ExternalRefs(all),
        }
    }
}

impl Example {
    /// What it has of a fact.
    pub(crate) fn get(&self, fact: &Fact) -> Option<&Sample> {
        self.now.get(fact)
    }

    /// Gives it this value; `None`: takes it away.
    pub(crate) fn set(&mut self, fact: Fact, value: Option<Sample>) {
        match value {
            Some(value) => self.now.insert(fact, value),
            None => self.now.remove(&fact),
        };
    }

    /// Whether it is what it was before.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.before.as_ref() == Some(&self.now)
    }

    /// The same as what it is after a change from what another was.
    pub(crate) fn after(mut self, before: &Self) -> Self {
        self.before = Some(before.now.clone());
        self
    }
}

impl Facts for Example {
    fn id(&self) -> TicketId {
        TicketId::from_u128(1)
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn value(&self, fact: &Fact) -> Value<'_> {
        self.now.get(fact).map_or(Value::Missing, Sample::value)
    }

    fn before(&self, fact: &Fact) -> Option<Value<'_>> {
        let before = self.before.as_ref()?;
        Some(before.get(fact).map_or(Value::Missing, Sample::value))
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing = BTreeMap::new();
        let before = self.before.as_ref().unwrap_or(&nothing);
        let mut between = "";
        if self.now.is_empty() && before.is_empty() {
            return f.write_str("any ticket");
        }
        // The status says it.
        let is_said = |facts: &BTreeMap<Fact, Sample>, fact: &Fact| {
            *fact == Fact::StatusCategory && facts.contains_key(&Fact::Status)
        };
        for (fact, value) in self.now.iter().filter(|(fact, _)| !is_said(&self.now, fact)) {
            write!(f, "{between}{fact}: {value}")?;
            between = "; ";
            match before.get(fact) {
                Some(was) if was != value => write!(f, " (before: {was})")?,
                Some(_) => {}
                None if self.before.is_some() => f.write_str(" (before: nothing)")?,
                None => {}
            }
        }
        let gone = |fact: &Fact| !self.now.contains_key(fact) && !is_said(before, fact);
        for (fact, was) in before.iter().filter(|(fact, _)| gone(fact)) {
            write!(f, "{between}{fact}: nothing (before: {was})")?;
            between = "; ";
        }
        Ok(())
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
            for (index, item) in items.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                item.fmt(f)?;
            }
            Ok(())
        }
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => number.fmt(f),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Instant(at) => f.write_str(&at.to_rfc3339()),
            Self::Tags(tags) => list(f, tags),
            Self::Followers(followers) => {
                let text = |follower: &Follower| match follower {
                    Follower::Agent(id) => format!("agent:{id}"),
                    Follower::Contact(id) => format!("contact:{id}"),
                };
                list(f, &followers.iter().map(text).collect::<Vec<_>>())
            }
            Self::About(about) => list(f, about),
            Self::ExternalRefs(all) => list(f, all),
            Self::Name(_)
            | Self::Status(_)
            | Self::Person(_)
            | Self::Organisation(_)
            | Self::Ticket(_)
            | Self::Channel(..) => f.write_str(&self.value().as_text().unwrap_or_default()),
        }
    }
}

impl Case {
    /// A ticket of this case, if one comes to mind. Whoever shows it asks the condition first: what
    /// a regular expression fits is not looked for.
    pub(crate) fn example(&self, lexicon: &Lexicon) -> Option<Example> {
        let mut now = BTreeMap::new();
        for (Tested { fact, before, .. }, domain) in &self.domains {
            if *before || domain.missing {
                continue;
            }
            let value = match fact {
                // It comes with the status.
                Fact::StatusCategory => continue,
                Fact::Status => Sample::Status(self.status(domain, lexicon)?),
                fact => domain.sample(fact, lexicon)?,
            };
            now.insert(fact.clone(), value);
        }
        let changed = |domain: &Domain| domain.odd.contains(&(CHANGED.into(), true));
        if !self.domains.values().any(changed) {
            with_category(&mut now);
            return Some(Example { now, before: None });
        }
        let mut was = now.clone();
        for (tested, domain) in self.domains.iter().filter(|(_, domain)| changed(domain)) {
            let Tested { fact, of, .. } = tested;
            let before = Tested { fact: fact.clone(), of, before: true };
            let value = match self.domains.get(&before) {
                Some(before) => Some(before.sample(fact, lexicon)?),
                // It was something else, or nothing.
                None => {
                    let not = domain.only.clone().unwrap_or_default();
                    Domain { not, ..Domain::present(&domain.of) }.sample(fact, lexicon)
                }
            };
            match value {
                Some(value) => was.insert(fact.clone(), value),
                None => was.remove(fact),
            };
        }
        with_category(&mut now);
        with_category(&mut was);
        Some(Example { now, before: Some(was) })
    }
}

impl Case {
    /// A status that is left, in a category that is.
    pub(super) fn status(&self, domain: &Domain, lexicon: &Lexicon) -> Option<Status> {
        let category = self.domain(&Fact::StatusCategory, &Type::Name(NameOf::StatusCategory));
        let known = match &domain.only {
            Some(only) => only.clone(),
            None => domain.candidates(&Fact::Status, lexicon),
        };
        known.into_iter().find_map(|value| match &value {
            Typed::Status(status) if domain.admits(&value) => {
                let name = Typed::Name(status.category.as_str().into());
                category.is_none_or(|it| it.admits(&name)).then(|| status.clone())
            }
            _ => None,
        })
    }
}

/// A status comes with its category.
fn with_category(facts: &mut BTreeMap<Fact, Sample>) {
    if let Some(Sample::Status(status)) = facts.get(&Fact::Status) {
        let category = Sample::Name(status.category.as_str().into());
        facts.insert(Fact::StatusCategory, category);
    }
}

impl Domain {
    /// A value that is left.
    pub(super) fn sample(&self, fact: &Fact, lexicon: &Lexicon) -> Option<Sample> {
        let list = |items: &mut dyn Iterator<Item = Option<Sample>>| items.next().flatten();
        match &self.of {
            Type::Tags => {
                let named = self.has.iter().filter_map(|item| match item {
                    Typed::Name(name) => Some(Tag::from(&**name)),
                    _ => None,
                });
                let tags: Vec<Tag> = named.collect();
                Some(Sample::Tags(if tags.is_empty() { vec!["a tag".into()] } else { tags }))
            }
            Type::Followers => {
                let people = self.has.iter().filter_map(|item| match item {
                    Typed::Person(person) => Some(Follower::from(*person)),
                    _ => None,
                });
                let some = Follower::Contact(ContactId::from_u128(1));
                let people: Vec<Follower> = people.collect();
                Some(Sample::Followers(if people.is_empty() { vec![some] } else { people }))
            }
            Type::About => {
                let sought = self.has.iter().filter_map(|item| match item {
                    Typed::Subject(sought) => Some(sought.an_example()),
                    _ => None,
                });
                let some = About { role: None, subject: SubjectRef::new("object", "1") };
                let about: Vec<About> = sought.collect();
                Some(Sample::About(if about.is_empty() { vec![some] } else { about }))
            }
            Type::ExternalRefs => {
                let sought = self.has.iter().filter_map(|item| match item {
                    Typed::Reference(sought) => Some(sought.an_example()),
                    _ => None,
                });
                let some = ExternalRef::new("system", "scope", "1");
                let all: Vec<ExternalRef> = sought.collect();
                Some(Sample::ExternalRefs(if all.is_empty() { vec![some] } else { all }))
            }
            Type::Text => list(&mut self.texts().map(|text| Some(Sample::Text(text.into())))),
            _ => {
                let known: Vec<Typed> = match &self.only {
                    Some(only) => only.clone(),
                    None => self.candidates(fact, lexicon),
                };
                known.iter().find(|value| self.admits(value)).and_then(sample)
            }
        }
    }

    /// Texts that are left.
    fn texts(&self) -> impl Iterator<Item = String> {
        let pieces: Vec<&str> = self.has.iter().filter_map(text_of).collect();
        let joined = [" ", "", " - ", "\n"].map(|between| pieces.join(between));
        let only: Vec<String> =
            self.only.iter().flatten().filter_map(text_of).map(str::to_owned).collect();
        let texts: Vec<String> = match self.only {
            Some(_) => only,
            None => {
                let longer = ["a text", "7", "…"].map(|more| format!("{} {more}", joined[0]));
                let longer = longer.map(|text| text.trim().to_owned());
                joined.into_iter().filter(|text| !text.is_empty()).chain(longer).collect()
            }
        };
        texts.into_iter().filter(|text| self.admits(&Typed::Text(text.clone())))
    }

    /// Some values of its type, of which one may be left.
    fn candidates(&self, fact: &Fact, lexicon: &Lexicon) -> Vec<Typed> {
        let named = |names: Vec<&str>| -> Vec<Typed> {
            names.into_iter().map(|name| Typed::Name(name.into())).collect()
        };
        // As many as there are values that it is not, and one more.
        let count = self.not.len() as u128 + 1;
        match &self.of {
            Type::Name(of) => named(names(*of, lexicon)),
            Type::Choice(options) => named(options.iter().map(|option| &**option).collect()),
            Type::Status => {
                let status = |(name, category): (&_, &StatusCategory)| {
                    Typed::Status(Status { name: Clone::clone(name), category: *category })
                };
                lexicon.statuses.iter().map(status).collect()
            }
            Type::Boolean => [false, true].map(Typed::Boolean).to_vec(),
            Type::Integer | Type::Instant | Type::Date => {
                let from = match (self.least, self.most) {
                    (Some(least), _) => least.div_euclid(2) + least.rem_euclid(2),
                    (None, Some(most)) => most.div_euclid(2) + 1 - count as i128,
                    (None, None) => i128::from(*fact == Fact::Number),
                };
                (from..=from + count as i128).filter_map(|at| at_scale(&self.of, at)).collect()
            }
            Type::Owner => {
                let agent = |id| Typed::Person(Requester::Agent(AgentId::from_u128(id)));
                (1..=count).map(agent).collect()
            }
            Type::Requester => {
                let contact = |id| Typed::Person(Requester::Contact(ContactId::from_u128(id)));
                (1..=count).map(contact).collect()
            }
            Type::Organisation => {
                (1..=count).map(|id| Typed::Organisation(OrganisationId::from_u128(id))).collect()
            }
            // It is itself the first.
            Type::Ticket => {
                (2..=count + 1).map(|id| Typed::Ticket(TicketId::from_u128(id))).collect()
            }
            Type::Channel => ["email", "web_form", "chat", "phone", "video", "api"]
                .map(|kind| Typed::Channel(kind.into(), None))
                .to_vec(),
            Type::Text | Type::Tags | Type::Followers | Type::About | Type::ExternalRefs => {
                Vec::new()
            }
        }
    }
}

fn text_of(value: &Typed) -> Option<&str> {
    match value {
        Typed::Text(text) => Some(text),
        _ => None,
    }
}

fn at_scale(of: &Type, at: i128) -> Option<Typed> {
    let at = i64::try_from(at).ok()?;
    match of {
        Type::Integer => Some(Typed::Integer(at)),
        Type::Instant => DateTime::from_timestamp_micros(at).map(Typed::Instant),
        Type::Date => {
            let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(at).ok()?)?;
            (date.num_days_from_ce() == i32::try_from(at).ok()?).then_some(Typed::Date(date))
        }
        _ => None,
    }
}

fn sample(value: &Typed) -> Option<Sample> {
    Some(match value {
        Typed::Text(text) => Sample::Text(text.as_str().into()),
        Typed::Name(name) => Sample::Name(name.clone()),
        Typed::Status(status) => Sample::Status(status.clone()),
        Typed::Integer(number) => Sample::Integer(*number),
        Typed::Boolean(boolean) => Sample::Boolean(*boolean),
        Typed::Instant(at) => Sample::Instant(*at),
        Typed::Date(date) => Sample::Date(*date),
        Typed::Person(person) => Sample::Person(*person),
        Typed::Organisation(id) => Sample::Organisation(*id),
        Typed::Ticket(id) => Sample::Ticket(*id),
        Typed::Channel(kind, name) => Sample::Channel(kind.clone(), name.clone()),
        Typed::Me | Typed::Subject(_) | Typed::Reference(_) => return None,
    })
}

/// The names of a kind, as the settings have them.
fn names(of: NameOf, lexicon: &Lexicon) -> Vec<&str> {
    match of {
        NameOf::StatusCategory => StatusCategory::ALL.iter().map(|it| it.as_str()).collect(),
        NameOf::Reason => lexicon.reasons.iter().map(AsRef::as_ref).collect(),
        NameOf::Department => lexicon.departments.iter().map(AsRef::as_ref).collect(),
        NameOf::Priority => lexicon.priorities.iter().map(AsRef::as_ref).collect(),
        NameOf::Impact => lexicon.impacts.iter().map(AsRef::as_ref).collect(),
        NameOf::Urgency => lexicon.urgencies.iter().map(AsRef::as_ref).collect(),
        NameOf::Category => lexicon.categories.iter().map(AsRef::as_ref).collect(),
        NameOf::Resolution => lexicon.resolution_codes.iter().map(AsRef::as_ref).collect(),
        NameOf::SlaPolicy => lexicon.sla_policies.iter().map(AsRef::as_ref).collect(),
        NameOf::SlaLevel => lexicon.sla_levels.iter().map(AsRef::as_ref).collect(),
        NameOf::Kind => vec!["customer", "internal"],
        NameOf::Origin => vec!["customer_wrote", "agent_reached_out"],
        NameOf::Author => vec!["customer", "agent", "light_agent", "bot", "auto_responder", "host"],
        NameOf::Visibility => vec!["public", "note"],
    }
}
