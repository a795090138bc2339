//! The desk at work on what comes in, and what came of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Resolve, Resolving, SetAvailability};
use helpdesk::rules::routing::Decision;
use helpdesk::store::{MemoryStore, Store, Wanted};
use helpdesk::{
    Actor, AgentId, Calendar, ContactId, ContactProfile, Counter, Department, Desk, DeskCalendar,
    DeskError, DeskId, Event, Requester, RoutingSettings, Rule, SettingsDraft, TicketChange,
    TicketId,
};

use super::feed::{Arrival, Feed, Random};

/// How many commits are read at a time.
const PAGE: usize = 1000;
/// After how many requests and ends of work the desk looks at what waits again, and how far.
const OFTEN: usize = 20;
/// When work is looked at again that nobody had when it was to be done, and for how long.
const LATER: TimeDelta = TimeDelta::days(1);
const LONGEST: TimeDelta = TimeDelta::days(30);

/// What happens next: a request comes in, or the work on one is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Done(usize),
    Arrives(usize),
}

/// A desk at work, and what was counted.
pub(crate) struct Shift {
    feed: Feed,
    desk: Desk<MemoryStore>,
    agents: Vec<AgentId>,
    now: DateTime<Utc>,
    random: Random,
    /// What each agent had at the most.
    most: Vec<i64>,
    /// How often anybody had more than they can have.
    pub(crate) too_much: usize,
}

fn id(place: usize) -> TicketId {
    TicketId::from_u128(place as u128 + 1)
}

fn place(ticket: TicketId) -> usize {
    ticket.as_uuid().as_u128() as usize - 1
}

fn settings(feed: &Feed) -> SettingsDraft {
    let office: Calendar = "zone Europe/Rome; open mon-fri 08:00-18:00".parse().unwrap();
    SettingsDraft {
        departments: feed.departments.iter().map(|it| Department::new(it.as_str())).collect(),
        categories: feed.categories.iter().map(|it| it.as_str().into()).collect(),
        priorities: feed.priorities.iter().map(|it| it.as_str().into()).collect(),
        default_priority: feed.priorities[feed.priorities.len() / 2].as_str().into(),
        priority_matrix: None,
        calendars: vec![DeskCalendar::new("office", office.draft().clone())],
        routing: RoutingSettings::default().weight("chat", 3),
        rules: feed.rules.clone(),
        ..SettingsDraft::default()
    }
}

impl Shift {
    /// Lets everything come in, and everything be done that is ever done.
    pub(crate) fn of(feed: Feed) -> Result<Self, Box<dyn Error>> {
        let first = feed.arrivals.first().ok_or("nothing comes in")?;
        let now = first.at;
        let settings = settings(&feed).build()?;
        for finding in settings.analyse() {
            eprintln!("routing: {finding}");
        }
        let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now)?;
        let agents = (1..=feed.agents.len() as u128).map(AgentId::from_u128).collect();
        let mut shift =
            Self { feed, desk, agents, now, random: Random(7), most: Vec::new(), too_much: 0 };
        for (id, profile) in shift.agents.iter().zip(&shift.feed.agents) {
            let profile = profile.clone().calendar("office");
            shift.desk.put_agent(Actor::Host.at(now), *id, profile)?;
        }
        shift.most = vec![0; shift.agents.len()];
        shift.work()?;
        Ok(shift)
    }

    fn work(&mut self) -> Result<(), DeskError> {
        let arrivals = self.feed.arrivals.iter().enumerate();
        let mut agenda: BinaryHeap<_> =
            arrivals.map(|(place, it)| Reverse((it.at, Next::Arrives(place)))).collect();
        let (mut known, mut happened) = (BTreeSet::new(), 0);
        while let Some(Reverse((at, next))) = agenda.pop() {
            self.wait_until(at)?;
            match next {
                Next::Arrives(place) => {
                    let arrival = self.feed.arrivals[place].clone();
                    self.open(place, &arrival, &mut known)?;
                    agenda.push(Reverse((arrival.done_at.max(at), Next::Done(place))));
                    self.come_and_go()?;
                }
                Next::Done(place) if !self.done(id(place))? => {
                    if at < self.feed.arrivals[place].done_at + LONGEST {
                        agenda.push(Reverse((at + LATER, Next::Done(place))));
                    }
                }
                Next::Done(_) => {}
            }
            happened += 1;
            if happened % OFTEN == 0 {
                self.look_again()?;
            }
        }
        Ok(())
    }

    /// Lets the desk do by itself what is due until then.
    fn wait_until(&mut self, at: DateTime<Utc>) -> Result<(), DeskError> {
        while let Some(wake) = self.desk.next_wake(at)?.filter(|wake| *wake <= at) {
            self.now = wake.max(self.now);
            self.desk.tick(self.now)?;
            self.look_at_loads()?;
        }
        self.now = at;
        Ok(())
    }

    fn open(
        &mut self,
        place: usize,
        arrival: &Arrival,
        known: &mut BTreeSet<u128>,
    ) -> Result<(), DeskError> {
        let contact = ContactId::from_u128(arrival.contact);
        if let Some(language) = arrival.language.filter(|_| known.insert(arrival.contact)) {
            let profile = ContactProfile { language: Some(language.into()), ..Default::default() };
            self.desk.put_contact(Actor::Host.at(self.now), contact, profile)?;
        }
        let text = arrival.text.as_str();
        let mut open = Open::new(id(place), Requester::Contact(contact), text);
        if let Some(subject) = &arrival.subject {
            open = open.subject(subject.as_str());
        }
        open.channel = arrival.channel.clone();
        open.department = Some(arrival.department.as_str().into());
        open.category = arrival.category.as_deref().map(Into::into);
        open.priority = arrival.priority.as_deref().map(Into::into);
        self.desk.open(Actor::Customer(contact).at(self.now), open)?;
        self.look_at_loads()
    }

    /// Somebody goes, or comes back; what waits is given to who is there again.
    fn come_and_go(&mut self) -> Result<(), DeskError> {
        if self.random.percent(3) {
            let agent = self.agents[self.random.below(self.agents.len())];
            let available = self.random.percent(70);
            let set = SetAvailability { agent, available };
            self.desk.set_availability(Actor::Host.at(self.now), set)?;
            self.look_at_loads()?;
        }
        Ok(())
    }

    /// What has come to be possible since it was last looked at, such as by work that was done.
    fn look_again(&mut self) -> Result<(), DeskError> {
        for department in self.feed.departments.clone() {
            let queue = Some(department.as_str().into());
            self.desk.route_waiting(self.now, queue, None, OFTEN)?;
        }
        self.look_at_loads()
    }

    /// Ends the work, if somebody has it.
    fn done(&mut self, ticket: TicketId) -> Result<bool, DeskError> {
        let head = self.desk.ticket(ticket)?;
        if head.is_none_or(|head| head.assignee().is_none()) {
            return Ok(false);
        }
        let resolution = Resolving::new("solved");
        self.desk.resolve(Actor::Host.at(self.now), Resolve { ticket, resolution })?;
        Ok(true)
    }

    /// Looks at what everybody has.
    fn look_at_loads(&mut self) -> Result<(), DeskError> {
        let counters = self.agents.iter().map(|agent| Counter::Load(*agent));
        let load = self.desk.store().load(self.desk.id(), &Wanted::counters(counters))?;
        for ((most, profile), has) in self.most.iter_mut().zip(&self.feed.agents).zip(load.counters)
        {
            *most = has.max(*most);
            self.too_much += usize::from(profile.capacity.is_some_and(|most| has > most.into()));
        }
        Ok(())
    }

    /// Prints what came of it.
    pub(crate) fn tell(&self) -> Result<(), DeskError> {
        let mut told = Told::default();
        let mut after = 0;
        loop {
            let page = self.desk.store().scan(self.desk.id(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for entry in &page {
                let Some(ticket) = entry.key.as_ticket() else { continue };
                entry.events.iter().for_each(|event| told.follow(ticket, event));
            }
        }
        let arrivals = &self.feed.arrivals;
        let (from, until) = (arrivals[0].at.date_naive(), arrivals[arrivals.len() - 1].at);
        let (all, given) = (arrivals.len(), told.waits.len());
        let at_once = told.waits.values().filter(|waited| waited.is_zero()).count();
        let longest = told.waits.values().max().map_or(0, TimeDelta::num_minutes);
        println!("{}: {all} tickets, {from} to {}", self.feed.name, until.date_naive());
        println!(
            "  {at_once} were given to somebody at once, {} had to wait, for {} h {} min at the \
             longest; {} still wait",
            given - at_once,
            longest / 60,
            longest % 60,
            all - given
        );
        for (rule, [found, nobody]) in &told.rules {
            println!("  the rule `{rule}` found somebody {found} times, and nobody {nobody} times");
        }
        println!(
            "  {:<10} {:<14} {:>8} {:>5} {:>9}",
            "agent", "department", "can have", "had", "was given"
        );
        for ((agent, profile), most) in self.agents.iter().zip(&self.feed.agents).zip(&self.most) {
            let department = profile.departments.first().map_or("", |it| it.as_str());
            let (name, can) = (&profile.name, profile.capacity.unwrap_or(0));
            let given = told.given.get(agent).unwrap_or(&0);
            println!("  {name:<10} {department:<14} {can:>8} {most:>5} {given:>9}");
        }
        println!("more than anybody can have: {} times", self.too_much);
        if let Some(shown) = &told.shown {
            self.explain(shown);
        }
        Ok(())
    }

    fn explain(&self, shown: &Shown) {
        let Shown { ticket, rule, at, decision } = shown;
        let arrival = &self.feed.arrivals[place(*ticket)];
        let words = arrival.subject.as_ref().unwrap_or(&arrival.text);
        let words: String = words.lines().next().unwrap_or("").chars().take(60).collect();
        println!("\none decision, by the rule `{rule}`, at {at}: `{words}`");
        for ranked in &decision.ranked {
            println!("  {} could have it: {:?}", self.name(ranked.agent), ranked.score);
        }
        for dropped in &decision.dropped {
            println!("  {} could not: {}", self.name(dropped.agent), dropped.because);
        }
        let chosen = decision.agent().map_or("nobody", |agent| self.name(agent));
        println!("  {chosen} it is: {:?}", decision.why);
    }

    fn name(&self, agent: AgentId) -> &str {
        let place = self.agents.iter().position(|it| *it == agent);
        place.and_then(|place| self.feed.agents.get(place)).map_or("?", |it| it.name.as_str())
    }
}

/// A decision that is shown.
struct Shown {
    ticket: TicketId,
    rule: String,
    at: DateTime<Utc>,
    decision: Decision,
}

/// What the history says of it.
#[derive(Default)]
struct Told {
    opened: BTreeMap<TicketId, DateTime<Utc>>,
    /// How long tickets waited for their first owner.
    waits: BTreeMap<TicketId, TimeDelta>,
    given: BTreeMap<AgentId, usize>,
    /// How often which rule found somebody, and how often nobody.
    rules: BTreeMap<String, [usize; 2]>,
    shown: Option<Shown>,
}

impl Told {
    fn follow(&mut self, ticket: TicketId, event: &Event) {
        match (event.ticket_change(), &event.cause.rule) {
            (Some(TicketChange::Opened(_)), _) => {
                self.opened.insert(ticket, event.at);
            }
            (Some(TicketChange::Assigned { to, .. }), _) => {
                *self.given.entry(*to).or_default() += 1;
                self.waits.entry(ticket).or_insert(event.at - self.opened[&ticket]);
            }
            (Some(TicketChange::Routed(routed)), Some(Rule::Routing(rule))) => {
                let Some(decision) = &routed.decision else { return };
                let nobody = usize::from(decision.agent().is_none());
                self.rules.entry(rule.to_string()).or_default()[nobody] += 1;
                self.show(ticket, rule.to_string(), event.at, decision);
            }
            _ => {}
        }
    }

    /// Keeps the decision that tells the most: somebody was found, and others could not have it for
    /// the most different reasons.
    fn show(&mut self, ticket: TicketId, rule: String, at: DateTime<Utc>, decision: &Decision) {
        let tells = |decision: &Decision| {
            let reasons = decision.dropped.iter().map(|it| std::mem::discriminant(&it.because));
            (reasons.collect::<HashSet<_>>().len(), decision.ranked.len().min(3))
        };
        let tells_more = |shown: &Shown| tells(decision) > tells(&shown.decision);
        if decision.agent().is_some() && self.shown.as_ref().is_none_or(tells_more) {
            self.shown = Some(Shown { ticket, rule, at, decision: decision.clone() });
        }
    }
}
