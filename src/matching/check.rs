//! Checks a condition against the settings and the place it stands in: every mistake, each with
//! its path.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::lexicon::{NameOf, Type, category_named, channel_named};
use super::matcher::{Ask, Node, Probe, Sign, Typed};
use super::pattern::Pattern;
use super::sought::{SoughtRef, SoughtSubject};
use super::{Lexicon, Matcher, Place, fold};
use crate::condition::{Condition, Fact, Is, Literal, MOST_DEEP, Test, text};
use crate::ids::{AgentId, ContactId, OrganisationId, TicketId, label_problem};
use crate::people::Requester;
use crate::problem::{Mistake, Problem, Problems};
use crate::time::whole_micros;
use crate::workflow::Status;

/// A condition, or an order, with mistakes in it: every one, each with the path to it.
///
/// ```
/// use helpdesk::matching::Place;
/// use helpdesk::{Condition, Fact, Mistake, Settings};
///
/// let wrong = Condition::all([
///     Fact::Status.equals("opne"),
///     Condition::any([Fact::Status.at_least("open"), Fact::OpenedAt.less("yesterday")]),
/// ]);
/// let error = wrong.check(&Settings::default().lexicon(), Place::Rule).unwrap_err();
/// let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
/// assert_eq!(told, [
///     "all[0].equal: there is no status `opne`",
///     "all[1].any[0].at_least: `status` cannot be tested with `at_least`",
///     "all[1].any[1].less: `yesterday` is not an instant such as `2026-03-02T09:00:00Z`",
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    problems: Vec<Problem>,
}

impl ConditionError {
    /// The mistakes; at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn of(problems: Problems) -> Self {
        Self { problems: problems.into_vec() }
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid condition")?;
        for (index, problem) in self.problems.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConditionError {}

impl Condition {
    /// Looks up every name, types every value, and gives what tickets can be matched with.
    ///
    /// # Errors
    ///
    /// [`ConditionError`] lists what is wrong: names that the settings do not have, tests that a
    /// fact does not have or that do not belong in this place, values of another type, patterns
    /// that cannot be used, and what is beyond the [limits](crate::Limits).
    pub fn check(&self, lexicon: &Lexicon, place: Place) -> Result<Matcher, ConditionError> {
        let mut problems = Problems::none();
        let matcher = self.check_into(lexicon, place, "", &mut problems);
        matcher.ok_or_else(|| ConditionError::of(problems))
    }

    /// The same as a part of something larger, at this path in it. Without a problem, there is
    /// a matcher.
    pub(crate) fn check_into(
        &self,
        lexicon: &Lexicon,
        place: Place,
        path: &str,
        problems: &mut Problems,
    ) -> Option<Matcher> {
        let mut checker = Checker { lexicon, place, problems, tests: 0 };
        checker.length(self, path)?;
        let node = checker.node(self, path, 1)?;
        Some(Matcher::new(self.clone(), node))
    }
}

/// The path of a part.
pub(super) fn below(path: &str, part: &str) -> String {
    match path {
        "" => part.to_owned(),
        _ if part.starts_with('[') => format!("{path}{part}"),
        _ => format!("{path}.{part}"),
    }
}

struct Checker<'a> {
    lexicon: &'a Lexicon,
    place: Place,
    problems: &'a mut Problems,
    /// How many tests there are so far.
    tests: u32,
}

impl Checker<'_> {
    fn wrong<T>(&mut self, path: impl Into<String>, mistake: Mistake) -> Option<T> {
        self.problems.at(path, mistake);
        None
    }

    fn over<T>(&mut self, path: &str, limit: &'static str, most: u32, found: usize) -> Option<T> {
        self.wrong(path, Mistake::OverLimit { limit, most: most.into(), found: found as u64 })
    }

    /// Whether its text form is short enough; nothing is made of one that is not.
    fn length(&mut self, condition: &Condition, path: &str) -> Option<()> {
        let most = self.lexicon.bytes;
        // What is too deep to be printed is told as that.
        if most == u32::MAX || !condition.is_within(MOST_DEEP) {
            return Some(());
        }
        let bytes = condition.text_bytes();
        if bytes > most as usize {
            return self.over(path, "condition_bytes", most, bytes);
        }
        Some(())
    }

    fn node(&mut self, condition: &Condition, path: &str, depth: u32) -> Option<Node> {
        // The second bound holds whatever the settings say: below it nothing was ever parsed.
        let most = self.lexicon.depth.min(MOST_DEEP as u32);
        if depth > most {
            return self.over(path, "condition_depth", most, depth as usize);
        }
        match condition {
            Condition::All(parts) => self.nodes(parts, &below(path, "all"), depth).map(Node::All),
            Condition::Any(parts) => self.nodes(parts, &below(path, "any"), depth).map(Node::Any),
            Condition::Not(part) => {
                let node = self.node(part, &below(path, "not"), depth + 1)?;
                Some(Node::Not(Box::new(node)))
            }
            Condition::Test(test) => {
                self.tests = self.tests.saturating_add(1);
                let most = self.lexicon.tests;
                if self.tests == most.saturating_add(1) {
                    self.over::<()>(path, "condition_tests", most, self.tests as usize);
                }
                if self.tests > most {
                    return None;
                }
                self.probe(test, path).map(Node::Probe)
            }
        }
    }

    /// The parts of a list, of which a mistake in one hides none in the next.
    fn nodes(&mut self, parts: &[Condition], path: &str, depth: u32) -> Option<Vec<Node>> {
        let mut nodes = Some(Vec::with_capacity(parts.len()));
        for (index, part) in parts.iter().enumerate() {
            let node = self.node(part, &format!("{path}[{index}]"), depth + 1);
            nodes = nodes.zip(node).map(|(mut nodes, node)| {
                nodes.push(node);
                nodes
            });
        }
        // What is cheap to ask is asked first; those alike stay as they were written.
        if let Some(nodes) = &mut nodes {
            nodes.sort_by_cached_key(Node::cost);
        }
        nodes
    }

    fn probe(&mut self, test: &Test, path: &str) -> Option<Probe> {
        let fact = &test.fact;
        let of = self.fact(fact, path);
        let at = below(path, test.is.name());
        let placed = self.placed(fact, &test.is, &at);
        let (of, ()) = of.zip(placed)?;
        let no_such_test = |this: &mut Self| {
            let test = test.is.name();
            this.wrong(at.as_str(), Mistake::NoSuchTest { fact: fact.to_string(), test })
        };
        let ask = match &test.is {
            Is::Missing => Ask::Missing,
            Is::Present => Ask::Present,
            Is::Changed => Ask::Changed,
            Is::Equal(_) | Is::NotEqual(_) | Is::In(_) | Is::ChangedFrom(_) | Is::ChangedTo(_)
                if of.is_list() =>
            {
                return no_such_test(self);
            }
            Is::Equal(value) => Ask::OneOf(vec![self.typed(&of, value, &at)?]),
            Is::NotEqual(value) => Ask::NoneOf(vec![self.typed(&of, value, &at)?]),
            Is::In(values) => Ask::OneOf(self.all_typed(&of, values, &at)?),
            Is::ChangedFrom(value) => Ask::ChangedFrom(self.typed(&of, value, &at)?),
            Is::ChangedTo(value) => Ask::ChangedTo(self.typed(&of, value, &at)?),
            Is::Less(bound) | Is::AtMost(bound) | Is::More(bound) | Is::AtLeast(bound) => {
                let sign = match &test.is {
                    Is::Less(_) => Sign::Less,
                    Is::AtMost(_) => Sign::AtMost,
                    Is::More(_) => Sign::More,
                    _ => Sign::AtLeast,
                };
                match of {
                    Type::Integer | Type::Instant | Type::Date => {
                        Ask::Order(sign, self.typed(&of, bound, &at)?)
                    }
                    Type::Name(name) => match self.lexicon.scale(name) {
                        Some(scale) => {
                            let bound = self.typed(&of, bound, &at)?;
                            Ask::OneOf(steps(&scale, sign, &bound))
                        }
                        None => return no_such_test(self),
                    },
                    _ => return no_such_test(self),
                }
            }
            Is::Contains(item) => match of {
                Type::Text | Type::Tags | Type::Followers | Type::About | Type::ExternalRefs => {
                    Ask::Contains(self.item(&of, item, &at)?)
                }
                _ => return no_such_test(self),
            },
            Is::Matches(pattern) => match of {
                Type::Text => match Pattern::new(pattern) {
                    Ok(pattern) => Ask::Matches(pattern),
                    Err(mistake) => return self.wrong(at, mistake),
                },
                _ => return no_such_test(self),
            },
            Is::Older(_) | Is::Younger(_) if !matches!(of, Type::Instant) => {
                return no_such_test(self);
            }
            Is::Older(span) => Ask::Older(*span),
            Is::Younger(span) => Ask::Younger(*span),
        };
        Some(Probe { fact: fact.clone(), of, ask })
    }

    /// The fact's type, if there is such a fact in this place.
    fn fact(&mut self, fact: &Fact, path: &str) -> Option<Type> {
        let only_in = match (fact, self.place) {
            (Fact::Number, Place::Rule | Place::Trigger) => Some("views"),
            (fact, Place::View | Place::Rule) if fact.is_of_message() => Some("triggers"),
            _ => None,
        };
        let at = || below(path, "fact");
        if let Some(place) = only_in {
            return self.wrong(at(), Mistake::OnlyIn { what: fact.to_string(), place });
        }
        let of = self.lexicon.type_of(fact);
        if let (None, Fact::Field(name)) = (&of, fact) {
            let name = text::shortened(name.as_str());
            return self.wrong(at(), Mistake::Unknown { what: "field", name });
        }
        of
    }

    /// Whether this test may be made in this place.
    fn placed(&mut self, fact: &Fact, is: &Is, path: &str) -> Option<()> {
        let place = match (is, self.place) {
            (Is::Older(_) | Is::Younger(_), Place::Rule | Place::Trigger) => "views",
            (Is::Changed | Is::ChangedFrom(_) | Is::ChangedTo(_), Place::View | Place::Rule) => {
                "triggers"
            }
            (Is::Changed | Is::ChangedFrom(_) | Is::ChangedTo(_), Place::Trigger)
                if fact.is_of_message() =>
            {
                // There is no message before this one.
                let mistake = Mistake::NoSuchTest { fact: fact.to_string(), test: is.name() };
                return self.wrong(path, mistake);
            }
            _ => return Some(()),
        };
        self.wrong(path, Mistake::OnlyIn { what: is.name().to_owned(), place })
    }

    fn all_typed(&mut self, of: &Type, values: &[Literal], path: &str) -> Option<Vec<Typed>> {
        let most = self.lexicon.items;
        if values.len() > most as usize {
            return self.over(path, "condition_items", most, values.len());
        }
        let typed: Vec<Option<Typed>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| self.typed(of, value, &format!("{path}[{index}]")))
            .collect();
        typed.into_iter().collect()
    }

    /// What a text or a list may contain.
    fn item(&mut self, of: &Type, value: &Literal, path: &str) -> Option<Typed> {
        match (of, value) {
            (Type::Followers, value) => self.typed(&Type::Requester, value, path),
            (Type::About | Type::ExternalRefs, value) => self.typed(of, value, path),
            (_, Literal::Text(text)) if text.is_empty() => {
                self.wrong(path, Mistake::Empty { what: "character to look for" })
            }
            (Type::Tags, Literal::Text(tag)) => Some(Typed::Name(tag.clone())),
            (_, value) => self.typed(&Type::Text, value, path),
        }
    }

    /// The literal as a value of this type.
    fn typed(&mut self, of: &Type, literal: &Literal, path: &str) -> Option<Typed> {
        let typed = match (of, literal) {
            (Type::Integer, Literal::Integer(number)) => Some(Typed::Integer(*number)),
            (Type::Boolean, Literal::Boolean(boolean)) => Some(Typed::Boolean(*boolean)),
            (of, Literal::Text(text)) => {
                if let Some(what) = self.unknown_name(of, text) {
                    let name = text::shortened(text);
                    return self.wrong(path, Mistake::Unknown { what, name });
                }
                self.text_typed(of, text)
            }
            (_, Literal::Integer(_) | Literal::Boolean(_)) => None,
        };
        if typed.is_some() {
            return typed;
        }
        let me = matches!(literal, Literal::Text(text) if **text == *"me");
        if me && self.place != Place::View && matches!(of, Type::Owner | Type::Requester) {
            return self.wrong(path, Mistake::OnlyIn { what: "me".into(), place: "views" });
        }
        let found = match literal {
            Literal::Text(text) => text::shortened(text),
            Literal::Integer(number) => number.to_string(),
            Literal::Boolean(boolean) => boolean.to_string(),
        };
        self.wrong(path, Mistake::NotA { found, expected: expected(of) })
    }

    /// What the settings, or the crate, should have of this name and have not.
    fn unknown_name(&self, of: &Type, name: &str) -> Option<&'static str> {
        match of {
            Type::Name(from) => (!self.lexicon.knows(*from, name)).then(|| from.what()),
            Type::Status => (!self.lexicon.statuses.contains_key(name)).then_some("status"),
            Type::Choice(options) => {
                (!options.iter().any(|option| **option == *name)).then_some("option")
            }
            _ => None,
        }
    }

    fn text_typed(&self, of: &Type, text: &str) -> Option<Typed> {
        Some(match of {
            Type::Text => Typed::Text(fold::folded(text)),
            Type::Name(NameOf::StatusCategory) => {
                Typed::Name(category_named(text)?.as_str().into())
            }
            Type::Name(_) | Type::Choice(_) | Type::Tags => Typed::Name(text.into()),
            Type::Status => {
                let (name, category) = self.lexicon.statuses.get_key_value(text)?;
                Typed::Status(Status { name: name.clone(), category: *category })
            }
            Type::Instant => Typed::Instant(whole_micros(
                DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc),
            )),
            // `chrono` also reads `2026-3-2`; one form is enough.
            Type::Date if text.len() == 10 => Typed::Date(text.parse::<NaiveDate>().ok()?),
            Type::Owner | Type::Requester | Type::Followers if text == "me" => {
                (self.place == Place::View).then_some(Typed::Me)?
            }
            Type::Owner => match text.strip_prefix("agent:").unwrap_or(text).parse::<Uuid>() {
                Ok(id) => Typed::Person(Requester::Agent(AgentId::from_uuid(id))),
                Err(_) => return None,
            },
            Type::Requester | Type::Followers => {
                let (kind, id) = text.split_once(':')?;
                let id = id.parse::<Uuid>().ok()?;
                Typed::Person(match kind {
                    "contact" => Requester::Contact(ContactId::from_uuid(id)),
                    "agent" => Requester::Agent(AgentId::from_uuid(id)),
                    _ => return None,
                })
            }
            Type::Organisation => {
                Typed::Organisation(OrganisationId::from_uuid(text.parse::<Uuid>().ok()?))
            }
            Type::Ticket => Typed::Ticket(TicketId::from_uuid(text.parse::<Uuid>().ok()?)),
            Type::Channel => {
                let (kind, name) = channel_named(text)?;
                if name.is_some_and(|name| name.len() > 64 || label_problem(name).is_some()) {
                    return None;
                }
                Typed::Channel(kind.into(), name.map(Into::into))
            }
            Type::About => Typed::Subject(Box::new(SoughtSubject::read(text)?)),
            Type::ExternalRefs => Typed::Reference(Box::new(SoughtRef::read(text)?)),
            Type::Integer | Type::Boolean | Type::Date => return None,
        })
    }
}

/// What a value of this type is.
fn expected(of: &Type) -> &'static str {
    match of {
        Type::Text | Type::Name(_) | Type::Status | Type::Choice(_) | Type::Tags => "a text",
        Type::Integer => "a whole number",
        Type::Boolean => "`true` or `false`",
        Type::Instant => "an instant such as `2026-03-02T09:00:00Z`",
        Type::Date => "a date such as `2026-03-02`",
        Type::Owner => "an agent: `agent:UUID`, a UUID, or in views `me`",
        Type::Requester | Type::Followers => {
            "a person: `contact:UUID`, `agent:UUID`, or in views `me`"
        }
        Type::Organisation => "an organisation's UUID",
        Type::Ticket => "a ticket's UUID",
        Type::About => "a subject: `KIND:ID` or `KIND`, with `ROLE/` before it or without",
        Type::ExternalRefs => {
            "an external reference: `PROVIDER:SCOPE:ID`, `PROVIDER:SCOPE` or `PROVIDER`"
        }
        Type::Channel => "a channel such as `email` or `social:mastodon`",
    }
}

/// The steps of a scale that a comparison with this one allows.
fn steps(scale: &[&str], sign: Sign, bound: &Typed) -> Vec<Typed> {
    let Typed::Name(bound) = bound else { return Vec::new() };
    let rank = scale.iter().position(|step| **step == **bound);
    let allowed = scale.iter().enumerate();
    allowed
        .filter(|(step, _)| rank.is_some_and(|rank| sign.holds(step.cmp(&rank))))
        .map(|(_, name)| Typed::Name((*name).into()))
        .collect()
}
