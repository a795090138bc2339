//! A small help desk, written a second time from the requirements: slow, and easy to check.
//!
//! The model shares nothing with the crate's rules but their public vocabulary (commands,
//! settings, ids). It keeps what happened in plain lists and works everything else out from
//! them whenever it is asked: who waits since when is read off the thread, an agent's load is
//! counted, timers are computed from their anchors, deadlines from when clocks began and stood
//! still. Where desk and model disagree, one of them is wrong.
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use helpdesk::command::{Open, Resolve, Resolving};
//! use helpdesk::conformance::model::{Model, Prediction};
//! use helpdesk::{Actor, Command, ContactId, Requester, Settings, TicketId};
//!
//! let now = "2026-03-02T09:00:00Z".parse().unwrap();
//! let mut model = Model::new(Settings::default());
//! let (id, maria) = (TicketId::from_u128(1), ContactId::from_u128(7));
//! let open = Open::new(id, Requester::Contact(maria), "The printer is on fire");
//! let call = Actor::Customer(maria).at(now).call(Command::Open(open));
//! assert_eq!(model.apply(&call), Prediction::Changed);
//!
//! let resolve = Resolve { ticket: id, resolution: Resolving::new("solved") };
//! let call = Actor::Customer(maria).at(now).call(Command::Resolve(resolve));
//! let why = BTreeSet::from(["transition_forbidden"]);
//! assert_eq!(model.apply(&call), Prediction::Refused(why));
//! ```

mod agenda;
mod clocks;
mod commands;
mod compare;
mod confirming;
mod contacts;
mod conversation;
mod counted;
mod editing;
mod follow_ups;
mod following;
mod govern;
mod guests;
mod learning;
mod lifecycle;
mod linking;
mod ownership;
mod people;
mod policies;
mod privacy;
mod service;
mod sides;
mod spam;
mod splitting;
mod structure;
mod subjects;
mod ticket;
mod undelivered;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use agenda::{ModelTodo, Picture};
pub use clocks::{ModelClock, ModelEnd, ModelPromise, Telling};
pub use confirming::Offer;
pub use contacts::ModelContact;
pub use counted::Snapshot;
pub use guests::Admission;
pub use privacy::Words;
pub use service::Pledge;
pub use sides::ModelSide;
pub use structure::ModelMember;
pub use ticket::{ModelTicket, Said, Voice};

use crate::condition::View;
use crate::{
    Actor, AgentId, AgentProfile, Call, Command, CommandId, ContactId, DepartmentName, GuestRight,
    OrganisationId, OrganisationProfile, Party, Settings, TicketId,
};

/// What the model says will come of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The rules say no, and nothing changes. Every code that applies: where a command has
    /// several faults, the requirements do not say which is named.
    Refused(BTreeSet<&'static str>),
    /// Accepted, and nothing changes.
    NoOp,
    /// Accepted, and something changes.
    Changed,
    /// It was carried out before: nothing changes, and the first outcome is told again.
    Repeated,
}

/// A help desk in the simplest form that obeys the requirements.
#[derive(Clone, Debug)]
pub struct Model {
    settings: Arc<Settings>,
    /// All settings that ever were in force, oldest first.
    published: Vec<Arc<Settings>>,
    agents: BTreeMap<AgentId, AgentProfile>,
    /// Those of them who take no work.
    unavailable: BTreeSet<AgentId>,
    /// The views that agents keep, where they keep any.
    views: BTreeMap<AgentId, Vec<View>>,
    contacts: BTreeMap<ContactId, ModelContact>,
    organisations: BTreeMap<OrganisationId, OrganisationProfile>,
    tickets: BTreeMap<TicketId, ModelTicket>,
    carried_out: BTreeMap<CommandId, (Actor, Command)>,
    /// A follow-up ticket that a reply opened, and the ticket that it follows: only the desk
    /// knows its id.
    unnamed: Option<(TicketId, ModelTicket)>,
}

/// A command while the model works on it.
struct Step<'a> {
    actor: &'a Actor,
    party: Party,
    /// The time, or the last instant that the ticket has seen where that is later.
    now: DateTime<Utc>,
    /// The time that the call states.
    claimed: DateTime<Utc>,
    faults: BTreeSet<&'static str>,
    /// A ticket that the command opens beside the one it is about.
    opens: Option<ModelTicket>,
    /// Whether the desk chooses the id of that ticket.
    unnamed: bool,
    /// Other tickets that it writes to.
    also: Vec<ModelTicket>,
    /// What somebody says.
    text: String,
    /// Whose words it is, if a contact's.
    contact: Option<ContactId>,
    /// Whether it is said on an internal ticket that was merged into another.
    from_agents: bool,
    /// Whether nothing but time has passed.
    is_tick: bool,
}

impl Step<'_> {
    /// Notes a fault, unless the condition holds.
    fn require(&mut self, holds: bool, code: &'static str) {
        if !holds {
            self.faults.insert(code);
        }
    }
}

/// What a command comes to.
#[derive(Default)]
struct Changes {
    tickets: Vec<ModelTicket>,
    unnamed: Option<(TicketId, ModelTicket)>,
    agent: Option<(AgentId, AgentProfile)>,
    availability: Option<(AgentId, bool)>,
    views: Option<(AgentId, Vec<View>)>,
    contacts: Vec<(ContactId, ModelContact)>,
    organisation: Option<(OrganisationId, OrganisationProfile)>,
    settings: Option<Arc<Settings>>,
}

type Faults = BTreeSet<&'static str>;

/// The most bytes of a name.
const NAME: usize = 64;

/// The most bytes of an address: what RFC 5321 leaves of a path.
const ADDRESS: usize = 254;

/// Whether a text can be the name of something: not empty, not too long, no blanks at its
/// edges, no control characters.
fn is_label(text: &str, most: usize) -> bool {
    text.len() <= most
        && !text.is_empty()
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

fn only(code: &'static str) -> Faults {
    BTreeSet::from([code])
}

impl Model {
    /// A new desk with these settings.
    pub fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        Self {
            published: vec![settings.clone()],
            settings,
            agents: BTreeMap::new(),
            unavailable: BTreeSet::new(),
            views: BTreeMap::new(),
            contacts: BTreeMap::new(),
            organisations: BTreeMap::new(),
            tickets: BTreeMap::new(),
            carried_out: BTreeMap::new(),
            unnamed: None,
        }
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The agents on record.
    pub fn agents(&self) -> &BTreeMap<AgentId, AgentProfile> {
        &self.agents
    }

    /// Whether an agent takes work.
    pub fn is_available(&self, agent: AgentId) -> bool {
        !self.unavailable.contains(&agent)
    }

    /// The tickets, as they stand.
    pub fn tickets(&self) -> &BTreeMap<TicketId, ModelTicket> {
        &self.tickets
    }

    /// How many unfinished tickets an agent owns.
    pub fn load(&self, agent: AgentId) -> i64 {
        let owned = self.tickets.values().filter(|ticket| ticket.owner == Some(agent));
        owned.filter(|ticket| !ticket.is_done()).map(|_| 1).sum()
    }

    /// The views that an agent keeps.
    pub fn views(&self, agent: AgentId) -> &[View] {
        self.views.get(&agent).map_or(&[], Vec::as_slice)
    }

    /// How many unfinished tickets a department has (`None`: how many have none), and how many
    /// of these nobody owns.
    pub fn backlog(&self, department: Option<&DepartmentName>) -> (i64, i64) {
        let tickets = self.tickets.values().filter(|ticket| !ticket.is_done());
        let theirs = tickets.filter(|ticket| ticket.department.as_ref() == department);
        theirs.fold((0, 0), |(unfinished, queued), ticket| {
            (unfinished + 1, queued + i64::from(ticket.owner.is_none()))
        })
    }

    /// When the next ticket does something by itself.
    pub fn next_wake(&self) -> Option<DateTime<Utc>> {
        self.tickets.values().filter_map(ModelTicket::next_wake).min()
    }

    /// Gives the model a command, and says what comes of it.
    pub fn apply(&mut self, call: &Call) -> Prediction {
        let this = (call.context.actor.clone(), call.command.clone());
        if let Some(id) = call.context.command_id
            && let Some(earlier) = self.carried_out.get(&id)
        {
            return if *earlier == this {
                Prediction::Repeated
            } else {
                Prediction::Refused(only("command_id_reused"))
            };
        }
        // What is no name, nobody can be called.
        let correlation = call.context.correlation.as_ref();
        let mut misnamed = correlation.is_some_and(|id| !is_label(id.as_str(), ADDRESS));
        if let Actor::Bot(name) = &call.context.actor {
            misnamed |= !is_label(name.as_str(), NAME);
        }
        let changes = match (self.decide(call), misnamed) {
            (Ok(changes), false) => changes,
            (Ok(_), true) => return Prediction::Refused(only("bad_name")),
            (Err(mut faults), misnamed) => {
                if misnamed {
                    faults.insert("bad_name");
                }
                return Prediction::Refused(faults);
            }
        };
        if !self.write(changes) {
            return Prediction::NoOp;
        }
        if let Some(id) = call.context.command_id {
            self.carried_out.insert(id, this);
        }
        Prediction::Changed
    }

    /// Gives the model what a desk's tick does: a tick for each ticket with something due.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        let due = self.tickets.values().filter(|ticket| {
            // What is due at this very instant is due.
            ticket.next_wake().is_some_and(|wake| wake <= now)
        });
        let due: Vec<TicketId> = due.map(|ticket| ticket.id).collect();
        for ticket in due {
            self.apply(&Actor::System.at(now).call(Command::Tick(ticket)));
        }
    }

    fn write(&mut self, changes: Changes) -> bool {
        let mut changed = false;
        for mut ticket in changes.tickets {
            changed |= self.tickets.get(&ticket.id) != Some(&ticket);
            ticket.keep_picture();
            self.tickets.insert(ticket.id, ticket);
        }
        if let Some((parent, mut ticket)) = changes.unnamed {
            changed = true;
            ticket.keep_picture();
            self.unnamed = Some((parent, ticket));
        }
        if let Some((id, profile)) = changes.agent {
            changed |= self.agents.get(&id) != Some(&profile);
            self.agents.insert(id, profile);
        }
        if let Some((id, available)) = changes.availability {
            changed |= match available {
                true => self.unavailable.remove(&id),
                false => self.unavailable.insert(id),
            };
        }
        if let Some((id, views)) = changes.views {
            changed |= self.views(id) != views;
            self.views.insert(id, views);
        }
        for (id, contact) in changes.contacts {
            changed |= self.contacts.get(&id) != Some(&contact);
            self.contacts.insert(id, contact);
        }
        if let Some((id, profile)) = changes.organisation {
            changed |= self.organisations.get(&id) != Some(&profile);
            self.organisations.insert(id, profile);
        }
        if let Some(settings) = changes.settings {
            if self.settings != settings {
                changed = true;
                self.published.push(settings.clone());
            }
            self.settings = settings;
        }
        changed
    }

    fn decide(&self, call: &Call) -> Result<Changes, Faults> {
        let actor = &call.context.actor;
        let now = DateTime::from_timestamp_micros(call.context.now.timestamp_micros())
            .unwrap_or(call.context.now);
        if let Command::CreateDesk(_) = call.command {
            // Before there is a desk there is nobody on it: only the host may ask.
            let host = *actor == Actor::Host;
            return Err(only(if host { "desk_exists" } else { "no_such_desk" }));
        }
        let party = self.party(actor).ok_or_else(|| only("not_an_agent"))?;
        let faults = BTreeSet::new();
        let mut step = Step {
            actor,
            party,
            now,
            claimed: now,
            faults,
            opens: None,
            unnamed: false,
            also: Vec::new(),
            text: String::new(),
            contact: None,
            from_agents: false,
            is_tick: matches!(call.command, Command::Tick(_)),
        };
        let Some(id) = call.command.ticket() else {
            let changes = match &call.command {
                Command::Open(open) => {
                    let ticket = self.open(&mut step, open);
                    Changes { tickets: vec![ticket], ..Changes::default() }
                }
                command @ (Command::PutContact { .. }
                | Command::PutOrganisation { .. }
                | Command::MergeContacts(_)
                | Command::UndoContactMerge(_)
                | Command::BlockContact(_)
                | Command::NoteContact(_)
                | Command::EraseContact(_)) => self.keep_people(&mut step, command),
                command => self.govern(&mut step, command),
            };
            return if step.faults.is_empty() { Ok(changes) } else { Err(step.faults) };
        };
        // What an actor may not see is not there, whatever they wanted with it.
        let ticket = self.tickets.get(&id);
        let beside = ticket.and_then(|it| self.heard_by_third_party(actor, it, &call.command));
        let ticket = ticket.filter(|it| beside.is_some() || self.sees(actor, party, now, it));
        let named = ticket.ok_or_else(|| only("not_found"))?;
        let granted = match actor {
            Actor::Guest(guest) => named
                .admission(*guest, now)
                .is_some_and(|guest| guest.rights.contains(&GuestRight::Reply)),
            _ => true,
        };
        let may = people::may(party, &call.command, self.asked(actor, named));
        if !(granted && may || beside.is_some()) {
            return Err(only("forbidden"));
        }
        // Whoever is blocked asks for nothing, themselves or by others.
        match actor {
            Actor::Customer(contact) | Actor::AutoResponder(contact) => {
                self.hears(&mut step, *contact);
            }
            Actor::Guest(guest) => {
                let speaks_for = named.admission(*guest, now).map(|guest| guest.contact);
                speaks_for.into_iter().for_each(|contact| self.hears(&mut step, contact));
            }
            _ => {}
        }
        if let Some(seen) = call.context.seen {
            // What a ticket does by itself is nobody's doing; what is not there, nobody saw.
            let customer =
                matches!(actor, Actor::Customer(_) | Actor::AutoResponder(_) | Actor::Guest(_));
            let news = if customer { named.public_news } else { named.news };
            let (news, last) = (beside.unwrap_or(news), beside.unwrap_or(named.revision));
            step.require(news <= seen && seen <= last, "stale_view");
        }
        step.contact = named.speaks(actor, &call.command, now);
        let before = match named.merged_into {
            Some(_) => match self.redirect(&mut step, named, call) {
                Ok(before) => before,
                Err(mut faults) => {
                    faults.append(&mut step.faults);
                    return Err(faults);
                }
            },
            None => named,
        };
        let merged = before.merged_into.is_some();
        if merged && !step.is_tick {
            self.settle_survivor(&mut step, before);
        }
        let mut ticket = step.part(before);
        // Time never runs backwards on a ticket.
        step.now = step.now.max(ticket.updated_at);
        // What is due comes first, as if somebody had ticked at its instant.
        let parts = self.settle(&mut ticket, step.now);
        self.keep_parts(&mut step, parts);
        let settled = ticket.clone();
        self.carry_out(&mut step, &mut ticket, &call.command);
        if !step.faults.is_empty() {
            return Err(step.faults);
        }
        let changed = ticket != settled || step.opens.is_some();
        if !step.is_tick {
            // The command done, the ticket follows the settings in force.
            let tells = !ticket.is_done() || ticket.service_wake().is_some();
            let adopts = matches!(call.command, Command::Adopt(_)) && !ticket.rests() && tells;
            if adopts && ticket.pledge.is_none() {
                self.count(&mut ticket, step.now, &[]);
            } else if changed || adopts {
                self.follow(&mut ticket, step.now, true);
            }
            ticket.arm(&self.settings);
        }
        let adopted = ticket.pledge != settled.pledge;
        if changed || adopted || ticket.timers != settled.timers {
            ticket.updated_at = step.now;
        }
        if merged {
            self.keep_with_survivors(&mut step, &ticket);
        }
        let mut changes = Changes::default();
        match step.opens {
            Some(opened) if step.unnamed => changes.unnamed = Some((ticket.id, opened)),
            Some(opened) => changes.tickets.push(opened),
            None => {}
        }
        changes.tickets.extend(step.also);
        changes.tickets.push(ticket);
        Ok(changes)
    }
}
