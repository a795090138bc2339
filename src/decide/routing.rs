//! Whose a ticket becomes that waits for an owner, by the rules.

use std::mem;
use std::sync::Arc;

use chrono::DateTime;

use super::counted::{Given, Room, micros};
use super::decision::{Counter, Guard};
use super::roster::{Roster, Rostered, Tally};
use super::step::Step;
use super::work::Work;
use super::{Command, Refusal};
use crate::cause::{Cause, EventRef, Rule};
use crate::channel::{NoticeKind, Recipient};
use crate::ids::{AgentId, CalendarName, DepartmentName, Key, LanguageTag};
use crate::people::{Agent, Requester};
use crate::record::Record;
use crate::rules::routing::{Decision, Dropped, NEVER, Seen, Unfit, Waiting};
use crate::rules::{Assignment, Destination, Route, RoutingRule, Strategy};
use crate::sla::Calendar;
use crate::ticket::{Burden, Routed, Scene, TicketChange, Unassigning};
use crate::time::{Instant, after};

/// How many of those who can have a ticket, and of those who cannot, an event lists.
const LISTED: usize = 20;

/// Who was chosen, and among whom.
struct Chosen<'a> {
    decision: Decision,
    waiting: Waiting,
    home: Option<DepartmentName>,
    looked: Looked<'a>,
}

/// Those who are looked at: of a department, and of another that it overflows into.
struct Looked<'a> {
    first: &'a Rostered,
    over: Option<&'a Rostered>,
}

impl<'a> Looked<'a> {
    /// In the order of their keys, each once.
    fn iter(&self) -> impl Iterator<Item = (&'a Record, Tally)> {
        let alone = self.over.is_none().then(|| self.first.iter());
        let mut both = Vec::new();
        if let Some(over) = self.over {
            both.extend(self.first.iter().chain(over.iter()));
            both.sort_by_key(|(record, _)| record.key);
            both.dedup_by_key(|(record, _)| record.key);
        }
        alone.into_iter().flatten().chain(both)
    }

    fn of(&self, key: Key) -> Option<(&'a Record, Tally)> {
        self.first.of(key).or_else(|| self.over?.of(key))
    }

    /// When any of them was last given something.
    fn last_given(&self) -> i64 {
        let tallies = self.first.tallies.iter().chain(self.over.iter().flat_map(|it| &it.tallies));
        tallies.map(|it| it.given).max().unwrap_or(0)
    }
}

impl<'a> Work<'a> {
    /// Looks for an owner where the ticket has come to wait for one, where that was asked for, and
    /// where it is time to look again.
    pub(super) fn route_if_needed(&mut self) -> Result<(), Refusal> {
        let cx = self.cx;
        let looks_again = self.ticket.routing().again_at().is_some_and(|at| at <= self.now);
        let rules = cx.settings.rules().routing();
        if (rules.is_empty() && !looks_again) || !self.ticket.waits_for_owner() {
            return Ok(());
        }
        let asked = matches!(cx.call.command, Command::Route(_));
        let came = self.came_to_wait();
        if !(looks_again || asked || came) {
            return Ok(());
        }
        let place = self.waits_by().filter(|_| came);
        let by_timer = !asked && place.map_or(looks_again && !came, |it| it < self.settled);
        let events = self.events.len();
        let outside = by_timer.then(|| {
            let parent = place.and_then(|place| self.events.get(place));
            let cause = Cause {
                parent: parent.map(|event| EventRef { key: self.key, revision: event.revision }),
                depth: parent.map_or(0, |event| event.cause.depth.saturating_add(1)),
                ..cx.by_time()
            };
            let cause = mem::replace(&mut self.cause, Arc::new(cause));
            (cause, mem::replace(&mut self.settled, events))
        });
        self.look_for_owner(looks_again)?;
        // What rules make of it once it has been given to somebody, they do not have given anew: it
        // waits in the queue, or rules would hand it round for ever.
        if self.events.len() > events {
            self.come_to_rest(None)?;
        }
        if let Some(outside) = outside {
            (self.cause, self.settled) = outside;
        }
        Ok(())
    }

    fn look_for_owner(&mut self, looks_again: bool) -> Result<(), Refusal> {
        let Some(rule) = self.routing_rule() else {
            if looks_again {
                // The rule is gone that would have.
                self.wait(None, None, self.waits_since(), Rule::Adoption);
            }
            return Ok(());
        };
        let by = Rule::Routing(rule.name.clone());
        match &rule.to {
            Destination::Assign(assignment) => self.assign_by_rule(assignment, by),
            Destination::Route(route) => self.route(route, by),
        }
    }

    /// The rule that says where the ticket goes.
    pub(super) fn routing_rule(&self) -> Option<&'a RoutingRule> {
        let number = self.cx.loaded.record(self.key).and_then(|record| record.number);
        let scene = Scene { number, ..Scene::of(&self.ticket, self.now) };
        self.cx.settings.rules().routing().first(&scene)
    }

    /// Who would get it there, with everybody listed; `None`: nobody is to be chosen.
    pub(super) fn explained(&self, to: &Destination) -> Result<Option<Decision>, Refusal> {
        let (route, only) = match to {
            Destination::Route(route) => (route.clone(), None),
            Destination::Assign(Assignment { agent: None, .. }) => return Ok(None),
            Destination::Assign(Assignment { department, agent }) => {
                (Route { department: department.clone(), ..Route::default() }, *agent)
            }
        };
        Ok(Some(self.chosen(&route, only, usize::MAX)?.decision))
    }

    /// Whether this command is why it waits: but for one that gives it back by hand, or it would
    /// come right back.
    fn came_to_wait(&self) -> bool {
        let Some(before) = self.before else { return true };
        if before.department() != self.ticket.department() {
            return true;
        }
        let lost = self.events.iter().rev().find_map(|event| match event.ticket_change() {
            Some(TicketChange::Unassigned { because, .. }) => Some(*because),
            _ => None,
        });
        !before.waits_for_owner() && lost != Some(Unassigning::ByHand)
    }

    /// The place of the event by which the ticket has come to wait where it does, if that is one of
    /// this decision's.
    fn waits_by(&self) -> Option<usize> {
        self.events.iter().rposition(|event| match event.ticket_change() {
            Some(
                TicketChange::Opened(_)
                | TicketChange::Transferred { .. }
                | TicketChange::Escalated { .. }
                | TicketChange::Unassigned { .. }
                | TicketChange::ReleasedFrom { .. }
                | TicketChange::SpamMarked { spam: false },
            ) => true,
            Some(TicketChange::StatusChanged(change)) => {
                change.from.category.is_done() && !change.to.category.is_done()
            }
            _ => false,
        })
    }

    /// Since when it waits. In another department, it waits anew: since it came there.
    fn waits_since(&self) -> Instant {
        let moved = self.before.is_some_and(|it| it.department() != self.ticket.department());
        let known = self.ticket.routing().since().filter(|_| !moved);
        known.unwrap_or_else(|| {
            let event = self.waits_by().and_then(|place| self.events.get(place));
            event.map_or(self.now, |event| event.at)
        })
    }

    /// Gives the ticket to the agent whom a route chooses; where it has no owner, and nobody can
    /// have it, it waits in the route's queue.
    pub(super) fn route(&mut self, route: &Route, by: Rule) -> Result<(), Refusal> {
        let chosen = self.chosen(route, None, LISTED)?;
        self.follow_choice(route, chosen, by);
        Ok(())
    }

    /// Puts the ticket into a queue, or gives it to an agent if they can have it.
    pub(super) fn assign_by_rule(
        &mut self,
        assignment: &Assignment,
        by: Rule,
    ) -> Result<(), Refusal> {
        let route = Route { department: assignment.department.clone(), ..Route::default() };
        if assignment.agent.is_some() {
            let chosen = self.chosen(&route, assignment.agent, LISTED)?;
            self.follow_choice(&route, chosen, by);
        } else {
            self.wait(route.department, None, self.waits_since(), by);
        }
        Ok(())
    }

    /// Who gets it by this route; `only`: whether this agent does.
    fn chosen(
        &self,
        route: &Route,
        only: Option<AgentId>,
        most: usize,
    ) -> Result<Chosen<'a>, Refusal> {
        let cx = self.cx;
        let waiting = self.waiting(route)?;
        let home = route.department.as_ref().or(self.ticket.department()).cloned();
        let first = home.clone().map_or(Roster::Everybody, Roster::Department);
        let over = route.overflow.as_ref().filter(|it| after(waiting.since, it.after) <= self.now);
        let over = over.map(|it| Roster::Department(it.to.clone()));
        let over = over.filter(|it| first != Roster::Everybody && *it != first);
        // Both are asked for at once.
        let first = cx.roster(&first, &waiting.channel);
        let over = over.map(|it| cx.roster(&it, &waiting.channel)).transpose();
        let looked = Looked { first: first?, over: over? };
        let relieved = self.before.and_then(|it| Some((it.burdens()?, it.burden())));
        let mut calendars = Vec::new();
        let idleness = route.by == Strategy::MostIdle;
        // Whoever is on a department's roster works there.
        let at_home = looked.over.is_none() && home.is_some();
        let alone = self.is_alone();
        let seen = looked.iter().filter_map(|(record, mut tally)| {
            if !alone {
                let agent = AgentId::from_uuid(record.key.id);
                tally = self.with_beside(agent, &waiting.channel, tally);
            }
            let (agent, mut seen) = self.seen(record, tally, &waiting.channel, relieved)?;
            seen.at_home = at_home;
            seen.calendar = agent.calendar().and_then(|name| self.calendar(name, &mut calendars));
            if idleness {
                // Who never had work has been without it for as long as they are as they are.
                let freed =
                    DateTime::from_timestamp_micros(tally.freed).filter(|_| tally.freed > 0);
                seen.idle_since = freed.or(Some(agent.updated_at()));
            }
            Some(seen)
        });
        let seen = seen.filter(|it| only.is_none_or(|only| it.agent == only));
        let mut decision = route.choose(&waiting, seen, self.now, most);
        if let Some(agent) = only
            && decision.ranked.is_empty()
            && decision.dropped.is_empty()
        {
            decision.dropped.push(Dropped { agent, because: Unfit::OtherDepartment });
        }
        Ok(Chosen { decision, waiting, home, looked })
    }

    /// What routing must know of the ticket.
    fn waiting(&self, route: &Route) -> Result<Waiting, Refusal> {
        let cx = self.cx;
        let routing = self.ticket.routing();
        let Burden { weight, channel } = self.burden();
        let channel = channel.unwrap_or_default();
        let mut waiting = Waiting::since(self.waits_since(), channel.clone());
        waiting.department = self.ticket.department().cloned();
        waiting.last_agent = routing.last_agent();
        waiting.left_lying_by = routing.left_lying_by().iter().copied().collect();
        waiting.weights.insert(channel, weight);
        if route.same_language
            && let Requester::Contact(contact) = self.ticket.requester()
        {
            cx.looked_up(Key::contact(cx.desk, contact))?;
            let merged = cx.loaded.contact(cx.desk, contact).and_then(|it| it.merged_into());
            merged.map_or(Ok(()), |into| cx.looked_up(Key::contact(cx.desk, into)))?;
            let contact = cx.loaded.survivor(cx.desk, contact);
            waiting.language = contact.and_then(|it| it.language()).map(LanguageTag::from);
        }
        Ok(waiting)
    }

    /// What is counted of an agent, with what the other tickets of this decision change of it.
    fn with_beside(&self, id: AgentId, channel: &Arc<str>, tally: Tally) -> Tally {
        let with = |value: i64, counter| value.saturating_add(self.counted_beside(&counter));
        Tally {
            load: with(tally.load, Counter::Load(id)),
            open: with(tally.open, Counter::Open(id, channel.clone())),
            given: with(tally.given, Counter::Given(id)),
            freed: with(tally.freed, Counter::Freed(id)),
        }
    }

    /// An agent of a roster as routing looks at them.
    #[inline]
    fn seen(
        &self,
        record: &'a Record,
        tally: Tally,
        channel: &Arc<str>,
        relieved: Option<(AgentId, &Burden)>,
    ) -> Option<(&'a Agent, Seen<'a>)> {
        let agent: &'a Agent = record.agent()?;
        if !agent.can_own(None) {
            return None;
        }
        let id = agent.id();
        let Tally { mut load, mut open, given, .. } = tally;
        // It was theirs until this command.
        if let Some((_, burden)) = relieved.filter(|(owner, _)| *owner == id) {
            load -= i64::from(burden.weight);
            open -= i64::from(burden.channel.as_ref() == Some(channel));
        }
        let seen = Seen {
            agent: id,
            at_home: false,
            departments: agent.departments(),
            skills: agent.skills(),
            languages: agent.languages(),
            available: agent.is_available(),
            calendar: None,
            load: u64::try_from(load).unwrap_or(0),
            open: u32::try_from(open.max(0)).unwrap_or(u32::MAX),
            capacity: agent.capacity(),
            most: agent.channel_capacity().get(channel).copied(),
            given: if given > 0 { given } else { NEVER },
            idle_since: None,
        };
        Some((agent, seen))
    }

    /// A calendar of the settings; most agents work by one of a few, which are looked up once.
    fn calendar(
        &self,
        name: &'a CalendarName,
        known: &mut Vec<(&'a CalendarName, Option<&'a Calendar>)>,
    ) -> Option<&'a Calendar> {
        if let Some((_, calendar)) = known.iter().find(|(it, _)| *it == name) {
            return *calendar;
        }
        let calendar = self.cx.settings.calendar(name);
        if known.len() < 8 {
            known.push((name, calendar));
        }
        calendar
    }

    /// Records a choice, and what follows from it.
    fn follow_choice(&mut self, route: &Route, chosen: Chosen<'a>, by: Rule) {
        let Chosen { decision, waiting, home, looked } = chosen;
        self.trace(Step::Routed { rule: by.clone(), decision: Box::new(decision.clone()) });
        let found = decision.agent().and_then(|agent| {
            let (record, tally) = looked.of(Key::agent(self.cx.desk, agent))?;
            Some((record.key, tally, record.agent()?))
        });
        let owner = self.ticket.assignee();
        let Some((key, tally, agent)) = found else {
            if owner.is_none() {
                self.wait(home, Some(decision), waiting.since, by);
            }
            return;
        };
        let to = agent.id();
        if owner == Some(to) {
            return;
        }
        let overflow = route.overflow.as_ref().filter(|_| decision.overflowed);
        let routed =
            Routed { waits_since: waiting.since, again_at: None, decision: Some(decision) };
        self.record_by(by.clone(), TicketChange::Routed(Box::new(routed)));
        // Who takes over from another department has it in theirs.
        let theirs = home.filter(|home| agent.works_in(home));
        let theirs = theirs.or_else(|| overflow.map(|it| it.to.clone()));
        self.transfer_by(theirs.filter(|it| agent.works_in(it)), by.clone());

        self.guard(Guard { key, revision: agent.revision() });
        let most = agent.channel_capacity().get(&waiting.channel).copied();
        self.room = Room { capacity: agent.capacity(), most };
        // Their turn comes after everybody else's, also where all is of one instant.
        let last = if self.is_alone() {
            looked.last_given()
        } else {
            let given = looked.iter().map(|(record, tally)| {
                let agent = AgentId::from_uuid(record.key.id);
                self.with_beside(agent, &waiting.channel, tally).given
            });
            given.max().unwrap_or(0)
        };
        let at = micros(self.now).max(last.saturating_add(1));
        self.given = Some(Given { agent: to, before: tally.given, at });
        let change = TicketChange::Assigned {
            to,
            from: owner,
            over_capacity: false,
            burden: self.burden(),
            take_by: route.not_taken.map(|within| after(self.now, within)),
        };
        self.record_by(by, change);
        self.tell(NoticeKind::Assigned, Recipient::Agent(to));
    }

    /// Nobody has it: it waits in this department's queue, or where it is.
    fn wait(
        &mut self,
        department: Option<DepartmentName>,
        decision: Option<Decision>,
        since: Instant,
        by: Rule,
    ) {
        let moves = department.filter(|to| self.ticket.department() != Some(to));
        let again_at = decision.as_ref().and_then(|decision| decision.again_at);
        let known = self.ticket.routing();
        if moves.is_none() && known.since() == Some(since) && known.again_at() == again_at {
            return;
        }
        let routed = Routed { waits_since: since, again_at, decision };
        self.record_by(by.clone(), TicketChange::Routed(Box::new(routed)));
        if self.transfer_by(moves, by) {
            let queue = self.queue();
            self.notify(NoticeKind::Queued, queue);
        }
    }

    /// Moves it to another department, if it is not there; whether it was not.
    fn transfer_by(&mut self, to: Option<DepartmentName>, by: Rule) -> bool {
        let from = self.ticket.department().cloned();
        let Some(to) = to.filter(|to| from.as_ref() != Some(to)) else { return false };
        self.record_by(by, TicketChange::Transferred { from, to });
        true
    }
}
