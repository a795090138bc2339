//! A checked condition at work: does this ticket match?

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::lexicon::Type;
use super::narrow::{self, Asked, Narrow};
use super::pattern::Pattern;
use super::sought::{SoughtRef, SoughtSubject};
use super::{Facts, Value, fold};
use crate::condition::{Condition, Fact};
use crate::ids::{AgentId, OrganisationId, TicketId};
use crate::people::{Follower, Requester};
use crate::time::Span;
use crate::workflow::Status;

/// A condition that has been [checked](Condition::check), ready to be asked of tickets. Cheap to
/// clone.
///
/// Tests of names, ids, numbers and instants allocate nothing, nor does the search of a text of
/// the length of a subject.
///
/// ```
#[doc = include_str!("../example.txt")]
/// use helpdesk::matching::Place;
///
/// let condition: Condition = "requester = contact:00000000-0000-0000-0000-000000000007
///     and waiting_since older than PT4H".parse().unwrap();
/// let matcher = condition.check(&Settings::default().lexicon(), Place::View).unwrap();
///
/// let ticket = desk.ticket(id)?.unwrap();
/// assert!(!matcher.matches(&Scene::of(&ticket, now)));
/// assert!(matcher.matches(&Scene::of(&ticket, now + TimeDelta::hours(4))));
/// # Ok::<(), helpdesk::DeskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Matcher {
    pub(super) program: Arc<Program>,
    pub(super) me: Option<AgentId>,
}

#[derive(Debug)]
pub(super) struct Program {
    condition: Condition,
    pub(super) node: Node,
}

/// A condition with every name in it looked up.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Probe(Probe),
    /// One that was made before, of which another is made.
    Made(Arc<Program>),
}

/// A test with its value typed.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) fact: Fact,
    pub(super) of: Type,
    pub(super) ask: Ask,
}

#[derive(Clone, Debug)]
pub(super) enum Ask {
    Missing,
    Present,
    OneOf(Vec<Typed>),
    NoneOf(Vec<Typed>),
    Order(Sign, Typed),
    Contains(Typed),
    Matches(Pattern),
    Older(Span),
    Younger(Span),
    Changed,
    ChangedFrom(Typed),
    ChangedTo(Typed),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Sign {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// A literal of the type that its fact has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Typed {
    /// Folded.
    Text(String),
    Name(Arc<str>),
    Status(Status),
    Integer(i64),
    Boolean(bool),
    Instant(DateTime<Utc>),
    Date(NaiveDate),
    Person(Requester),
    /// The agent who looks.
    Me,
    Organisation(OrganisationId),
    Ticket(TicketId),
    Channel(Arc<str>, Option<Arc<str>>),
    Subject(Box<SoughtSubject>),
    Reference(Box<SoughtRef>),
}

impl Typed {
    pub(super) fn is(&self, value: Value<'_>, me: Option<AgentId>) -> bool {
        match (self, value) {
            (Self::Text(folded), Value::Text(text)) => fold::equals(text, folded),
            (Self::Name(this), Value::Name(that)) => **this == *that,
            (Self::Status(this), Value::Status(that)) => this == that,
            (Self::Integer(this), Value::Integer(that)) => *this == that,
            (Self::Boolean(this), Value::Boolean(that)) => *this == that,
            (Self::Instant(this), Value::Instant(that)) => *this == that,
            (Self::Date(this), Value::Date(that)) => *this == that,
            (Self::Person(this), Value::Person(that)) => *this == that,
            (Self::Me, Value::Person(that)) => me.is_some_and(|me| that == Requester::Agent(me)),
            (Self::Organisation(this), Value::Organisation(that)) => *this == that,
            (Self::Ticket(this), Value::Ticket(that)) => *this == that,
            (Self::Channel(kind, name), Value::Channel(that_kind, that_name)) => {
                **kind == *that_kind && name.as_deref() == that_name
            }
            (
                Self::Text(_)
                | Self::Name(_)
                | Self::Status(_)
                | Self::Integer(_)
                | Self::Boolean(_)
                | Self::Instant(_)
                | Self::Date(_)
                | Self::Person(_)
                | Self::Me
                | Self::Organisation(_)
                | Self::Ticket(_)
                | Self::Channel(..)
                | Self::Subject(_)
                | Self::Reference(_),
                _,
            ) => false,
        }
    }

    /// How a value of an ordered type compares with this.
    fn order(&self, value: Value<'_>) -> Option<Ordering> {
        match (self, value) {
            (Self::Integer(bound), Value::Integer(value)) => Some(value.cmp(bound)),
            (Self::Instant(bound), Value::Instant(value)) => Some(value.cmp(bound)),
            (Self::Date(bound), Value::Date(value)) => Some(value.cmp(bound)),
            _ => None,
        }
    }

    fn is_inside(&self, value: Value<'_>, me: Option<AgentId>) -> bool {
        match (self, value) {
            (Self::Text(piece), Value::Text(text)) => fold::contains(text, piece),
            (Self::Name(item), Value::Tags(tags)) => tags.iter().any(|tag| *tag == **item),
            (Self::Person(person), Value::Followers(followers)) => {
                followers.contains(&Follower::from(*person))
            }
            (Self::Me, Value::Followers(followers)) => {
                me.is_some_and(|me| followers.contains(&Follower::Agent(me)))
            }
            (Self::Subject(sought), Value::About(all)) => sought.is_among(all),
            (Self::Reference(sought), Value::ExternalRefs(all)) => sought.is_among(all),
            _ => false,
        }
    }
}

impl Matcher {
    pub(super) fn new(condition: Condition, node: Node) -> Self {
        Self { program: Arc::new(Program { condition, node }), me: None }
    }

    /// The same for this agent: `me` in it means them. Until then `me` is nobody.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use helpdesk::matching::Place;
    ///
    /// let mine = Fact::Assignee.equals("me");
    /// let mine = mine.check(&Settings::default().lexicon(), Place::View).unwrap();
    /// let taken = desk.take(agent.at(now), Take { ticket: id })?;
    /// let scene = Scene::of(taken.ticket().unwrap(), now);
    /// assert!(mine.for_agent(anna).matches(&scene));
    /// assert!(!mine.matches(&scene));
    /// # Ok::<(), helpdesk::DeskError>(())
    /// ```
    #[must_use]
    pub fn for_agent(&self, me: AgentId) -> Self {
        Self { program: self.program.clone(), me: Some(me) }
    }

    /// True where both are; `me` is this one's, or else the other's.
    ///
    /// ```
    /// use helpdesk::matching::Place;
    /// use helpdesk::{Fact, Settings};
    ///
    /// let lexicon = Settings::default().lexicon();
    /// let open = Fact::StatusCategory.equals("open").check(&lexicon, Place::View)?;
    /// let urgent = Fact::Priority.at_least("high").check(&lexicon, Place::View)?;
    /// let both = open.and(&urgent);
    /// assert_eq!(both.condition().to_string(), "status_category = open and priority >= high");
    /// # Ok::<(), helpdesk::matching::ConditionError>(())
    /// ```
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let parts = [self, other].map(|part| part.condition().clone());
        let nodes = [self, other].map(|part| Node::Made(part.program.clone()));
        let me = self.me.or(other.me);
        Self { me, ..Self::new(Condition::all(parts), Node::All(nodes.into())) }
    }

    /// What was checked.
    pub fn condition(&self) -> &Condition {
        &self.program.condition
    }

    /// Whether it is true of this.
    pub fn matches(&self, facts: &(impl Facts + ?Sized)) -> bool {
        self.program.node.matches(facts, self.me)
    }

    /// What every ticket that matches has in the columns that stores keep indexes on, in
    /// alternatives of which at least one holds; they may overlap, and are eight at most. An empty
    /// list: nothing matches.
    ///
    /// An age says of a deadline that there is one; to which instants it reaches is known where the
    /// present is: [`Query::narrow`](crate::store::Query::narrow) says that too.
    ///
    /// ```
    /// use helpdesk::matching::Place;
    /// use helpdesk::{AgentId, Condition, Fact, Settings};
    ///
    /// let anna = AgentId::from_u128(8);
    /// let hers = Condition::any([Fact::Assignee.equals(anna), Fact::Requester.equals(anna)]);
    /// let narrow = hers.check(&Settings::default().lexicon(), Place::View)?.narrow();
    /// assert_eq!(narrow[0].assignees, Some([Some(anna)].into()));
    /// assert!(narrow[1].requesters.is_some());
    /// # Ok::<(), helpdesk::matching::ConditionError>(())
    /// ```
    pub fn narrow(&self) -> Vec<Narrow> {
        narrow::of(&self.program.node, Asked { me: self.me, now: None })
    }

    /// The same at this instant, from which ages are counted.
    pub(crate) fn narrow_at(&self, now: DateTime<Utc>) -> Vec<Narrow> {
        narrow::of(&self.program.node, Asked { me: self.me, now: Some(now) })
    }
}

impl Node {
    /// Roughly how long it takes to ask, by which parts are put in order: whether a ticket
    /// matches does not depend on it, and how fast it is told does.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().fold(1, |sum, part| sum.saturating_add(part.cost()))
            }
            Self::Not(part) => part.cost(),
            Self::Probe(probe) => probe.cost(),
            Self::Made(program) => program.node.cost(),
        }
    }

    pub(super) fn matches(&self, facts: &(impl Facts + ?Sized), me: Option<AgentId>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(facts, me)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(facts, me)),
            Self::Not(part) => !part.matches(facts, me),
            Self::Probe(probe) => probe.matches(facts, me),
            Self::Made(program) => program.node.matches(facts, me),
        }
    }
}

impl Probe {
    fn cost(&self) -> u32 {
        let text = matches!(self.of, Type::Text);
        // A custom field is looked for among others.
        let found = if matches!(self.fact, Fact::Field(_)) { 4 } else { 1 };
        let asked = match &self.ask {
            Ask::Matches(_) => 1_000,
            Ask::Contains(_) if text => 100,
            Ask::OneOf(values) | Ask::NoneOf(values) => {
                let each = if text { 20 } else { 1 };
                u32::try_from(values.len()).unwrap_or(u32::MAX).saturating_mul(each)
            }
            Ask::ChangedFrom(_) | Ask::ChangedTo(_) | Ask::Changed if text => 20,
            Ask::Contains(_) => 4,
            Ask::Missing
            | Ask::Present
            | Ask::Order(..)
            | Ask::Older(_)
            | Ask::Younger(_)
            | Ask::Changed
            | Ask::ChangedFrom(_)
            | Ask::ChangedTo(_) => 1,
        };
        asked.saturating_add(found)
    }

    fn matches(&self, facts: &(impl Facts + ?Sized), me: Option<AgentId>) -> bool {
        let now = self.of.only(facts.value(&self.fact));
        match &self.ask {
            Ask::Missing => now == Value::Missing,
            Ask::Present => now != Value::Missing,
            Ask::OneOf(wanted) => wanted.iter().any(|wanted| wanted.is(now, me)),
            Ask::NoneOf(unwanted) => !unwanted.iter().any(|unwanted| unwanted.is(now, me)),
            Ask::Order(sign, bound) => bound.order(now).is_some_and(|order| sign.holds(order)),
            Ask::Contains(item) => item.is_inside(now, me),
            Ask::Matches(pattern) => matches!(now, Value::Text(text) if pattern.fits(text)),
            Ask::Older(span) => age(now, facts).is_some_and(|age| age >= span.as_micros()),
            Ask::Younger(span) => age(now, facts).is_some_and(|age| age < span.as_micros()),
            Ask::Changed => self.before(facts).is_some_and(|before| !before.same(&now)),
            Ask::ChangedFrom(wanted) => {
                self.before(facts).is_some_and(|before| !before.same(&now) && wanted.is(before, me))
            }
            Ask::ChangedTo(wanted) => {
                self.before(facts).is_some_and(|before| !before.same(&now)) && wanted.is(now, me)
            }
        }
    }

    fn before<'f>(&self, facts: &'f (impl Facts + ?Sized)) -> Option<Value<'f>> {
        facts.before(&self.fact).map(|before| self.of.only(before))
    }
}

/// How long ago an instant is, in microseconds; negative of one that is yet to come.
fn age(value: Value<'_>, facts: &(impl Facts + ?Sized)) -> Option<i64> {
    let Value::Instant(at) = value else { return None };
    Some(facts.now().timestamp_micros().saturating_sub(at.timestamp_micros()))
}
