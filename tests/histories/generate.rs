//! Draws the next step of a history: who, when, what. Half of it makes sense.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::*;
use helpdesk::conformance::model::{Model, ModelTicket};
use helpdesk::{
    Actor, AgentId, Attachment, Call, Channel, Command, CommandId, Context, FieldName, FieldValue,
    Follower, Origin, Reopening, Requester, Revision, Role, TicketId,
};

use super::{Random, cast};

/// Too long for a name, not for an address.
const LONG: &str = "an-address-that-is-longer-than-a-name-may-be@a-host-of-ours.example.com";

/// Something that happens in a history.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Somebody gives a command.
    Call(Box<Call>),
    /// The host's timer goes off.
    Tick(DateTime<Utc>),
}

/// What the generator knows of the desk.
pub(crate) struct View<'a> {
    pub(crate) model: &'a Model,
    /// The latest time that anybody has named.
    pub(crate) clock: DateTime<Utc>,
    /// Calls that had a command id.
    pub(crate) named: &'a [Call],
    /// Whether time may run backwards, settings change and agents come and go.
    pub(crate) unruly: bool,
}

/// The next step of a history, drawn from this seed. The same seed over the same view gives
/// the same step.
pub(crate) fn step(seed: u64, view: &View<'_>) -> Step {
    let mut random = Random::new(seed);
    let now = time(&mut random, view);
    if random.percent(6) {
        return Step::Tick(now);
    }
    if !view.named.is_empty() && random.percent(4) {
        let mut call = random.pick(view.named).clone();
        call.context.now = now;
        return Step::Call(Box::new(call));
    }
    let mut draw = Draw { random, view, now };
    let (actor, command) = draw.command();
    let mut context = actor.at(now);
    draw.dress(&mut context, &command);
    Step::Call(Box::new(context.call(command)))
}

fn time(random: &mut Random, view: &View<'_>) -> DateTime<Utc> {
    let micros = |micros: i64| TimeDelta::microseconds(micros);
    let some = |random: &mut Random, most: i64| 1 + random.below(most as usize) as i64;
    let now = match random.below(100) {
        0..38 => view.clock,
        38..58 => view.clock + TimeDelta::minutes(some(random, 90)),
        58..68 => view.clock + TimeDelta::hours(some(random, 30)),
        68..74 => view.clock + TimeDelta::days(some(random, 6)),
        74..77 => view.clock + TimeDelta::days(some(random, 40)),
        77..92 => {
            // To an instant at which something changes, or just beside it.
            let instant = turning_point(random, view).unwrap_or(view.clock);
            let beside = *random.pick(&[0, 0, 0, -1, 1]);
            (instant + micros(beside)).max(view.clock)
        }
        92..97 if view.unruly => view.clock - TimeDelta::minutes(some(random, 4000)),
        _ => view.clock + micros(some(random, 3)),
    };
    // Hosts' clocks are finer than microseconds.
    if random.percent(10) { now + TimeDelta::nanoseconds(some(random, 999)) } else { now }
}

fn turning_point(random: &mut Random, view: &View<'_>) -> Option<DateTime<Utc>> {
    let tickets: Vec<&ModelTicket> = view.model.tickets().values().collect();
    if tickets.is_empty() {
        return None;
    }
    match random.below(3) {
        0 => view.model.next_wake(),
        1 => random.pick(&tickets).next_wake(),
        _ => match (view.model.settings().reopening(), random.pick(&tickets).closed_at) {
            (Reopening::Within(span), Some(closed)) => {
                Some(closed + TimeDelta::microseconds(span.as_micros()))
            }
            _ => None,
        },
    }
}

struct Draw<'a> {
    random: Random,
    view: &'a View<'a>,
    now: DateTime<Utc>,
}

impl Draw<'_> {
    fn one<T: Clone>(&mut self, from: &[T]) -> T {
        self.random.pick(from).clone()
    }

    /// Something, so many times in a hundred.
    fn maybe<T>(&mut self, chance: usize, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.random.percent(chance) { Some(draw(self)) } else { None }
    }

    /// The id that sends it once, and the revision that was seen.
    fn dress(&mut self, context: &mut Context, command: &Command) {
        match self.random.below(100) {
            0..25 => context.command_id = Some(CommandId::from_u128(self.random.next().into())),
            25..28 if !self.view.named.is_empty() => {
                context.command_id = self.random.pick(self.view.named).context.command_id;
            }
            _ => {}
        }
        context.correlation = self.maybe(5, |draw| draw.one(&["request 7", "", "a\nb"]).into());
        let tickets = self.view.model.tickets();
        let Some(ticket) = command.ticket().and_then(|id| tickets.get(&id)) else { return };
        let Revision(revision) = ticket.revision;
        context.seen = match self.random.below(100) {
            0..14 => Some(Revision(revision)),
            14..18 => Some(Revision(revision.saturating_sub(1 + self.random.below(3) as u64))),
            18 => Some(Revision(revision + 1)),
            _ => None,
        };
    }

    fn agent(&mut self) -> AgentId {
        // One more than there are: somebody whom the desk does not know.
        cast::agent(self.random.below(cast::AGENTS as usize + 1) as u128)
    }

    fn anybody(&mut self) -> Actor {
        match self.random.below(100) {
            0..55 => Actor::Agent(self.agent()),
            55..72 => Actor::Customer(cast::contact(self.random.below(3) as u128)),
            72..79 => Actor::Bot("sorter".into()),
            79 => Actor::Bot(self.one(&[" sorter", ""]).into()),
            80..86 => Actor::AutoResponder(cast::contact(self.random.below(3) as u128)),
            86..97 => Actor::Host,
            _ => Actor::System,
        }
    }

    /// Somebody who may do this on this ticket, mostly.
    fn somebody(&mut self, command: &Command, ticket: &ModelTicket) -> Actor {
        let asks = matches!(command, Command::Reply(_) | Command::FollowUp(_));
        match self.random.below(100) {
            0..15 => return self.anybody(),
            15..22 => return Actor::Host,
            22..65 if matches!(command, Command::Tick(_)) => return Actor::System,
            22..65 if !asks => {}
            _ => match (ticket.requester, self.random.below(8)) {
                (_, 0) => return Actor::Bot("sorter".into()),
                (Requester::Contact(contact), 1) => return Actor::AutoResponder(contact),
                (Requester::Contact(contact), 2) => return Actor::Customer(contact),
                (Requester::Contact(contact), 3..6) if asks => return Actor::Customer(contact),
                (Requester::Agent(agent), 2..6) if asks => return Actor::Agent(agent),
                _ => {}
            },
        }
        let among_all = Actor::Agent(cast::agent(self.random.below(4) as u128));
        ticket.owner.filter(|_| self.random.percent(60)).map_or(among_all, Actor::Agent)
    }

    fn command(&mut self) -> (Actor, Command) {
        let tickets: Vec<&ModelTicket> = self.view.model.tickets().values().collect();
        if tickets.is_empty() || (tickets.len() < 7 && self.random.percent(9)) {
            return (self.anybody(), Command::Open(self.open()));
        }
        if self.random.percent(6) {
            return self.governing();
        }
        // Two tickets out of three times the newest or the first: histories get long.
        let ticket = match self.random.below(3) {
            0 => tickets[0],
            1 => tickets[tickets.len() - 1],
            _ => self.random.pick(&tickets),
        };
        let mut id = ticket.id;
        if self.random.percent(2) {
            id = cast::ticket(99);
        }
        let command = self.about(id, ticket);
        (self.somebody(&command, ticket), command)
    }

    fn about(&mut self, id: TicketId, ticket: &ModelTicket) -> Command {
        match self.random.below(100) {
            0..24 => Command::Reply(Reply {
                ticket: id,
                channel: self.maybe(20, Self::channel),
                text: self.text(),
                attachments: self.attachments(),
            }),
            24..28 => {
                let (text, attachments) = (self.text(), self.attachments());
                Command::Note(Note { ticket: id, text, attachments })
            }
            28..34 => Command::LogConversation(self.log(id, ticket)),
            34..43 => Command::Edit(self.edit(id, ticket)),
            43..49 => {
                let (agent, over_capacity) = (self.agent(), self.random.percent(15));
                Command::Assign(Assign { ticket: id, agent, over_capacity })
            }
            49..51 => Command::Unassign(Unassign { ticket: id }),
            51..57 => Command::Take(Take { ticket: id }),
            57..61 => {
                let (department, agent) = (self.department(), self.maybe(40, Self::agent));
                Command::Transfer(Transfer { ticket: id, department, agent })
            }
            61..65 => Command::Escalate(Escalate {
                ticket: id,
                department: self.one(&["specialists", "vendors", "support", "nowhere"]).into(),
                agent: self.maybe(40, Self::agent),
                reason: self.text(),
            }),
            65..74 => Command::SetStatus(SetStatus {
                ticket: id,
                status: self.status(ticket).into(),
                reason: self.maybe(60, Self::reason),
            }),
            74..80 => {
                let until = match ticket.postponed_until {
                    Some(until) if self.random.percent(30) => until,
                    _ => self.now + TimeDelta::minutes(self.random.below(9000) as i64 - 200),
                };
                let reason = match &ticket.reason {
                    Some(reason) if self.random.percent(30) => Some(reason.clone()),
                    _ if self.random.percent(60) => Some("look_again".into()),
                    _ => self.maybe(60, Self::reason),
                };
                Command::Postpone(Postpone { ticket: id, until, reason })
            }
            80..87 => Command::Resolve(Resolve { ticket: id, resolution: self.resolving(ticket) }),
            87..92 => {
                let resolution = self.maybe(65, |draw| draw.resolving(ticket));
                Command::Close(Close { ticket: id, resolution })
            }
            92..95 => Command::Reopen(Reopen { ticket: id, reason: self.text() }),
            95..98 => Command::FollowUp(FollowUp {
                ticket: id,
                id: self.new_id(),
                channel: self.channel(),
                text: self.text(),
            }),
            _ => Command::Tick(id),
        }
    }

    fn governing(&mut self) -> (Actor, Command) {
        let actor = match self.random.below(10) {
            0..4 => Actor::Host,
            4..7 => Actor::Agent(cast::agent(self.random.below(2) as u128)),
            _ => self.anybody(),
        };
        if !self.view.unruly || self.random.percent(3) {
            return (actor, Command::CreateDesk(Arc::new(self.view.model.settings().clone())));
        }
        if self.random.percent(35) {
            let mut draft = self.view.model.settings().draft().clone();
            cast::policies(&mut draft, &mut self.random);
            return (actor, Command::PublishSettings(Arc::new(cast::built(draft))));
        }
        // Those who own something, half of the time.
        let owners = self.view.model.tickets().values().filter_map(|ticket| ticket.owner);
        let owners: Vec<AgentId> = owners.collect();
        let mut index = self.random.below(cast::AGENTS as usize + 1) as u128;
        if !owners.is_empty() && self.random.percent(50) {
            let owner = self.one(&owners);
            index = (0..=cast::AGENTS).find(|index| cast::agent(*index) == owner).unwrap_or(index);
        }
        let id = cast::agent(index);
        let mut profile = match self.view.model.agents().get(&id) {
            Some(known) => known.clone(),
            None => cast::profile(index),
        };
        match self.random.below(10) {
            0..3 => profile.deactivated = !profile.deactivated,
            3 => {
                let roles = [Role::Owner, Role::Agent, Role::Agent, Role::Restricted, Role::Light];
                profile.role = self.one(&roles);
            }
            4 => profile.departments = (0..3).map(|_| self.department()).collect(),
            5 => profile.capacity = self.one(&[None, Some(0), Some(1), Some(2), Some(5)]),
            6 => {
                let long = format!("{}@example.com", "x".repeat(300));
                let addresses =
                    ["Two@Example.com", "owner@example.com", "new@example.com", "", "a\tb", &long];
                profile.email = self.maybe(80, |draw| draw.one(&addresses).to_owned());
            }
            7 => profile.name = self.one(&["", " Edge", "Anna", "Ben\u{7}"]).to_owned(),
            _ => profile = cast::profile(index),
        }
        (actor, Command::PutAgent { id, profile })
    }

    fn new_id(&mut self) -> TicketId {
        // Rarely an id that is in use.
        let used = self.view.model.tickets().keys().next().copied();
        let fresh = cast::ticket(self.random.below(1 << 40) as u128);
        used.filter(|_| self.random.percent(5)).unwrap_or(fresh)
    }

    fn open(&mut self) -> Open {
        let requester = if self.random.percent(80) {
            Requester::Contact(cast::contact(self.random.below(3) as u128))
        } else {
            Requester::Agent(self.agent())
        };
        let mut open = Open::new(self.new_id(), requester, self.text());
        if self.random.percent(15) {
            open.origin = Origin::AgentReachedOut;
        }
        open.channel = self.channel();
        open.received_at =
            self.maybe(10, |draw| draw.one(&["help@example.com", " bad", LONG]).into());
        open.subject = self.maybe(40, Self::subject);
        open.attachments = self.attachments();
        open.department = self.maybe(60, Self::department);
        open.category = self.maybe(20, |draw| draw.one(&["billing", "product", "weather"]).into());
        open.priority = self.maybe(15, |draw| draw.one(&["low", "critical", "purple"]).into());
        open.impact = self.maybe(20, Self::grade).map(Into::into);
        open.urgency = self.maybe(20, Self::grade).map(Into::into);
        if self.random.percent(10) {
            open.tags = (0..self.random.below(6)).map(|_| self.tag().into()).collect();
        }
        if self.random.percent(15) {
            open.fields.extend([self.field()]);
        }
        if self.random.percent(10) {
            open.followers = (0..self.random.below(5)).map(|_| self.follower()).collect();
        }
        open
    }

    fn log(&mut self, id: TicketId, ticket: &ModelTicket) -> LogConversation {
        let said_by = match self.random.below(10) {
            0..5 => SaidBy::Requester,
            5..8 => SaidBy::Agent(cast::agent(self.random.below(4) as u128)),
            _ => SaidBy::Agent(self.agent()),
        };
        let instants = [
            self.now,
            self.now + TimeDelta::microseconds(1),
            ticket.status_since,
            ticket.status_since - TimeDelta::microseconds(1),
            ticket.opened_at - TimeDelta::minutes(5),
            ticket.resolved_at.unwrap_or(self.now),
            ticket.waiting_since().unwrap_or(self.now),
            self.now - TimeDelta::minutes(self.random.below(5000) as i64),
            self.now - TimeDelta::minutes(self.random.below(60) as i64),
        ];
        let occurred_at = self.one(&instants);
        let (channel, text) = (self.channel(), self.text());
        LogConversation { ticket: id, said_by, channel, occurred_at, text }
    }

    fn edit(&mut self, id: TicketId, ticket: &ModelTicket) -> Edit {
        let mut edit = Edit::new(id);
        if self.random.percent(15) {
            edit.subject = Some(self.subject());
        }
        if self.random.percent(15) {
            let category = self.one(&["billing", "product", "weather"]);
            edit.category = self.patch(category.into());
        }
        if self.random.percent(25) {
            edit.add_tags = (0..self.random.below(4)).map(|_| self.tag().into()).collect();
            edit.remove_tags = (0..self.random.below(4)).map(|_| self.tag().into()).collect();
        }
        if self.random.percent(35) {
            let (name, value) = self.field();
            edit.fields.insert(name, self.maybe(70, |_| value));
        }
        if ticket.status == "suspended" && self.random.percent(30) {
            edit.fields.insert("order".into(), None);
        }
        edit.priority = self.maybe(15, |draw| draw.one(&["low", "critical", "purple"]).into());
        if self.random.percent(20) {
            let grade = self.grade();
            edit.impact = self.patch(grade.into());
        }
        if self.random.percent(20) {
            let grade = self.grade();
            edit.urgency = self.patch(grade.into());
        }
        if self.random.percent(20) {
            edit.follow = (0..self.random.below(3)).map(|_| self.follower()).collect();
            edit.unfollow = (0..self.random.below(3)).map(|_| self.follower()).collect();
        }
        edit
    }

    fn patch<T>(&mut self, value: T) -> Patch<T> {
        if self.random.percent(75) { Patch::Set(value) } else { Patch::Clear }
    }

    fn resolving(&mut self, ticket: &ModelTicket) -> Resolving {
        if let Some((code, text, ..)) = &ticket.resolution
            && self.random.percent(40)
        {
            return Resolving { code: code.clone(), text: text.clone() };
        }
        let code = self.one(&["solved", "solved", "duplicate", "withdrawn", "magic"]);
        let text = self.one(&["", "", "restarted"]).to_owned();
        Resolving { code: code.into(), text }
    }

    fn status(&mut self, ticket: &ModelTicket) -> &'static str {
        let usual = ["open", "in_progress", "answered", "pending", "suspended"];
        let others = ["new", "triage", "postponed", "resolved", "closed", "limbo"];
        let same = usual.iter().chain(&others).find(|name| ticket.status == **name);
        match self.random.below(10) {
            0..6 => self.one(&usual),
            6..8 => same.copied().unwrap_or("open"),
            _ => self.one(&others),
        }
    }

    fn text(&mut self) -> String {
        match self.random.below(50) {
            0 => String::new(),
            1 => " \n ".to_owned(),
            2 => "x".repeat(201),
            3 => format!("{} end", "long words ".repeat(9)),
            4 => "\n  The second line counts \n not this".to_owned(),
            _ => self.one(&["It burns", "Have you tried it?", "Yes", "Grüße aus Köln"]).to_owned(),
        }
    }

    fn subject(&mut self) -> String {
        let long = "s".repeat(41);
        self.one(&["Printer", " Printer on fire ", "Invoice", " ", "", &long]).to_owned()
    }

    fn attachments(&mut self) -> Vec<Attachment> {
        if !self.random.percent(6) {
            return Vec::new();
        }
        let count = 1 + self.random.below(3);
        let bytes = self.one(&[10, 1000, 1000, 1001]);
        let name = if self.random.percent(5) { "x".repeat(40) } else { "file".to_owned() };
        let file = |index| Attachment {
            name: format!("{name}{index}.png").into(),
            media_type: "image/png".into(),
            bytes,
            digest: None,
            key: format!("k{index}").into(),
        };
        (0..count).map(file).collect()
    }

    fn channel(&mut self) -> Channel {
        if self.random.percent(2) {
            return Channel::Other(" no name".into());
        }
        self.one(&[Channel::Email, Channel::Chat, Channel::Phone, Channel::Social("x".into())])
    }

    fn department(&mut self) -> helpdesk::DepartmentName {
        self.one(&["support", "support", "billing", "specialists", "vendors", "nowhere"]).into()
    }

    fn reason(&mut self) -> helpdesk::ReasonName {
        self.one(&["information", "vendor", "look_again", "defect", "confirmation", "boredom"])
            .into()
    }

    fn grade(&mut self) -> &'static str {
        self.one(&["high", "medium", "low", "enormous"])
    }

    fn tag(&mut self) -> &'static str {
        self.one(&["vip", "printer", "fire", "loop", "old", " edge", "", LONG])
    }

    fn follower(&mut self) -> Follower {
        match self.random.below(4) {
            0 => Follower::Agent(cast::agent(2)),
            index => Follower::Contact(cast::contact(index as u128)),
        }
    }

    fn field(&mut self) -> (FieldName, FieldValue) {
        let number = self.random.below(600) as i64 - 20;
        let yes = self.random.percent(50);
        let order = self.one(&["A-17", "A-18", "far too long an order"]);
        let plan = self.one(&["free", "pro", "gold"]);
        match self.random.below(10) {
            0..5 => ("order".into(), FieldValue::Text(order.into())),
            5 => ("seats".into(), FieldValue::Integer(number)),
            6 => ("paid".into(), FieldValue::Boolean(yes)),
            7 => ("plan".into(), FieldValue::Choice(plan.into())),
            8 => ("paid".into(), FieldValue::Integer(number)),
            _ => ("mood".into(), FieldValue::Boolean(yes)),
        }
    }
}
