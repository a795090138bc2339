//! The rules: a call and what it needs to see go in, a decision or a refusal comes out.
//!
//! Nothing here reads a clock, a store or anything else. The same call over the same records
//! gives the same decision, always.

mod agenda;
mod assignment;
mod automation;
mod blocks;
mod call;
mod checks;
mod clocks;
mod confirming;
mod contacts;
mod conversation;
mod counted;
mod cx;
mod decision;
mod editing;
mod erasing;
mod erasure;
mod follow_ups;
mod forgetting;
mod govern;
mod guests;
mod lifecycle;
mod linking;
mod loaded;
mod needs;
mod opening;
mod organisations;
mod privacy;
mod refusal;
mod roster;
mod routing;
mod said;
mod sides;
mod spam;
mod step;
mod structure;
mod subjects;
mod telling;
mod timers;
mod undelivered;
mod work;

use std::cell::RefCell;

use chrono::{DateTime, Utc};

pub use call::{Call, Command, Context};
pub(crate) use clocks::{promised_of, recorded, recount};
pub use decision::{
    AgentColumns, Columns, ContactColumns, Counter, CounterChange, Decision, Expected, Guard,
    KeyChange, QueuedColumns, TicketColumns, UniqueKey, Write,
};
pub use erasure::Erasure;
pub use loaded::{Loaded, Needs, Passage};
pub use needs::needs;
pub use refusal::{ChannelRoom, MacroStopped, Refusal, RefusalKind, Vocabulary};
pub use roster::{Roster, Rostered, Tally};
pub use step::{Stayed, Step};

use crate::ids::{DeskId, Key, RuleName, TicketId, name_problem};
use crate::people::{Actor, Customer, Deed, Who};
use crate::rules;
use crate::ticket::Ticket;
use crate::time::whole_micros;
use cx::Cx;
use work::Work;

/// Decides a call: what is to be written, or which rule stands against it.
///
/// `loaded` must hold everything that [`needs`] asks for; what it holds beside that changes
/// nothing. The same call over the same records gives the same decision, on every machine.
///
/// # Examples
///
/// The rules without a desk and without a store. The host keeps histories as it likes, here in
/// a map, and folds them when it needs a record:
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use helpdesk::command::{Open, Reply};
/// use helpdesk::{
///     Actor, Call, Command, ContactId, DeskId, Event, Key, Loaded, Record, Requester, Settings,
///     TicketId, decide, fold, needs,
/// };
///
/// const DESK: DeskId = DeskId::from_u128(1);
/// type Histories = BTreeMap<Key, Vec<Event>>;
///
/// fn carry_out(kept: &mut Histories, call: &Call) -> Result<(), Box<dyn std::error::Error>> {
///     let mut loaded = Loaded::default();
///     loop {
///         let missing = needs(DESK, call, &loaded);
///         if missing.is_empty() {
///             break;
///         }
///         for key in missing.records {
///             let record = match kept.get(&key) {
///                 Some(history) => {
///                     let head = fold(key, history)?;
///                     let revision = history[history.len() - 1].revision;
///                     Some(Record { key, revision, number: None, head })
///                 }
///                 None => None,
///             };
///             loaded.add_record(key, record);
///         }
///         // Nobody has such an address yet, and no agent owns a ticket: this host has no agents.
///         missing.keys.into_iter().for_each(|key| loaded.add_key(key, None));
///         missing.counters.into_iter().for_each(|counter| loaded.add_counter(counter, 0));
///     }
///     // One transaction in real life, which first checks what each write expects.
///     for write in decide(DESK, call, &loaded)?.writes {
///         kept.entry(write.key).or_default().extend(write.events.iter().cloned());
///     }
///     Ok(())
/// }
///
/// let mut kept = Histories::new();
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let (maria, id) = (ContactId::from_u128(7), TicketId::from_u128(1));
/// let open = Open::new(id, Requester::Contact(maria), "It burns. Help!");
/// for call in [
///     Actor::Host.at(now).call(Command::CreateDesk(Arc::new(Settings::default()))),
///     Actor::Customer(maria).at(now).call(Command::Open(open)),
///     Actor::Host.at(now).call(Command::Reply(Reply::new(id, "We have heard you."))),
/// ] {
///     carry_out(&mut kept, &call)?;
/// }
/// assert_eq!(kept[&Key::ticket(DESK, id)].len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Refusal`] says which rule stands against it. Nothing is to be written then.
/// [`Refusal::NotLoaded`] where [`needs`] asks for more.
pub fn decide(desk: DeskId, call: &Call, loaded: &Loaded) -> Result<Decision, Refusal> {
    // What was never asked for must not look like what is not there.
    if !needs::asked(desk, call, loaded).is_empty() {
        return Err(Refusal::NotLoaded);
    }
    decided(desk, call, loaded, &RefCell::default())
}

/// As [`decide`], where what is missing is not known yet: the decision or the refusal, or else what
/// is to be loaded before it can be made.
pub(crate) fn attempt(
    desk: DeskId,
    call: &Call,
    loaded: &Loaded,
) -> Result<Result<Decision, Refusal>, Needs> {
    let asked = needs::asked(desk, call, loaded);
    if !asked.is_empty() {
        return Err(asked);
    }
    let missing = RefCell::default();
    match decided(desk, call, loaded, &missing) {
        Err(Refusal::NotLoaded) if !missing.borrow().is_empty() => Err(missing.take()),
        decision => Ok(decision),
    }
}

/// Who would get a ticket by the routing rules, and why: what
/// [`Desk::explain_routing`](crate::Desk::explain_routing) gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// The rule that is for the ticket.
    pub rule: RuleName,
    /// Who would be chosen among whom, and why; `None`: the rule names a queue, and nobody.
    pub decision: Option<rules::routing::Decision>,
}

/// Who would get a ticket by the routing rules; `None`: no rule is for it. Or else what is to be
/// loaded before that can be said.
pub(crate) fn explain(
    desk: DeskId,
    ticket: TicketId,
    now: DateTime<Utc>,
    loaded: &Loaded,
) -> Result<Result<Option<Explained>, Refusal>, Needs> {
    let call = Actor::System.at(now).call(Command::Route(ticket));
    let asked = needs::asked(desk, &call, loaded);
    if !asked.is_empty() {
        return Err(asked);
    }
    let missing = RefCell::default();
    match explained(desk, ticket, (&call, loaded, &missing)) {
        Err(Refusal::NotLoaded) if !missing.borrow().is_empty() => Err(missing.take()),
        explained => Ok(explained),
    }
}

fn explained(
    desk: DeskId,
    ticket: TicketId,
    (call, loaded, missing): (&Call, &Loaded, &RefCell<Needs>),
) -> Result<Option<Explained>, Refusal> {
    let counted = RefCell::default();
    let cx = context(desk, call, loaded, missing, &counted)?;
    let work = Work::on(&cx, cx.visible(ticket)?);
    let Some(rule) = work.routing_rule() else { return Ok(None) };
    let decision = work.explained(&rule.to)?;
    Ok(Some(Explained { rule: rule.name.clone(), decision }))
}

/// The decision, as far as it can be made of what is loaded. Where something would be needed that
/// only the decision knows of, and that was not loaded, `missing` says what.
fn decided(
    desk: DeskId,
    call: &Call,
    loaded: &Loaded,
    missing: &RefCell<Needs>,
) -> Result<Decision, Refusal> {
    if let Command::CreateDesk(settings) = &call.command {
        return govern::create(desk, call, loaded, settings);
    }
    let counted = RefCell::default();
    let cx = context(desk, call, loaded, missing, &counted)?;
    if let Some(correlation) = &call.context.correlation
        && let Some(problem) = checks::address_problem(correlation.as_str())
    {
        return Err(checks::bad_name(Vocabulary::Correlation, correlation.as_str(), problem));
    }
    let own = Cx { who: Who::System, ..cx.clone() };
    let cx = Cx { desks_own: Some(&own), ..cx.clone() };
    match &call.command {
        Command::Open(open) => opening::open(&cx, open),
        Command::PutAgent { id, profile } => govern::put_agent(&cx, *id, profile),
        Command::SetAvailability(set) => govern::set_availability(&cx, *set),
        Command::SaveViews(views) => govern::save_views(&cx, views),
        Command::PutContact { id, profile } => contacts::put(&cx, *id, profile),
        Command::PutOrganisation { id, profile } => organisations::put(&cx, *id, profile),
        Command::MergeContacts(merge) => contacts::merge(&cx, merge),
        Command::UndoContactMerge(undo) => contacts::undo_merge(&cx, undo),
        Command::BlockContact(block) => contacts::block(&cx, block),
        Command::NoteContact(note) => contacts::note(&cx, note),
        Command::PublishSettings(settings) => govern::publish(&cx, settings),
        Command::EraseAgent(id) => privacy::erase_agent(&cx, *id),
        Command::EraseContact(erase) => forgetting::erase_contact(&cx, erase),
        Command::CreateDesk(_) => Ok(Decision::default()),
        command => {
            let Some(id) = command.ticket() else { return Ok(Decision::default()) };
            on_ticket(&cx, id)
        }
    }
}

/// What every rule looks at.
fn context<'a>(
    desk: DeskId,
    call: &'a Call,
    loaded: &'a Loaded,
    missing: &'a RefCell<Needs>,
    counted: &'a RefCell<Vec<(Key, CounterChange)>>,
) -> Result<Cx<'a>, Refusal> {
    let record = loaded.record(Key::settings(desk)).ok_or(Refusal::NoSuchDesk)?;
    Ok(Cx {
        desk,
        call,
        loaded,
        settings: record.settings().ok_or(Refusal::NoSuchDesk)?,
        settings_revision: record.revision,
        who: who(desk, call, loaded)?,
        now: whole_micros(call.context.now),
        missing,
        counted,
        desks_own: None,
    })
}

/// Looks the actor up.
fn who<'a>(desk: DeskId, call: &Call, loaded: &'a Loaded) -> Result<Who<'a>, Refusal> {
    let actor = &call.context.actor;
    let customer =
        |id| Customer { id, record: loaded.survivor(desk, id).map(|contact| &**contact) };
    Ok(match actor {
        Actor::Customer(contact) => Who::Customer(customer(*contact)),
        Actor::Agent(id) => {
            let agent = loaded.agent(desk, *id).filter(|agent| agent.is_active());
            Who::Agent(agent.ok_or_else(|| Refusal::NotAnAgent { actor: actor.clone() })?)
        }
        Actor::Bot(name) => match name_problem(name.as_str()) {
            None => Who::Bot,
            Some(problem) => {
                return Err(checks::bad_name(Vocabulary::Bot, name.as_str(), problem));
            }
        },
        Actor::Guest(guest) => Who::Guest(*guest, whole_micros(call.context.now)),
        Actor::AutoResponder(contact) => Who::AutoResponder(customer(*contact)),
        Actor::Host => Who::Host,
        Actor::System => Who::System,
    })
}

/// A command on a ticket that exists: sight first, then what is due, then the command.
fn on_ticket(cx: &Cx<'_>, id: TicketId) -> Result<Decision, Refusal> {
    let ticket = match sides::third_party(cx, id) {
        Some((ticket, side)) => {
            cx.has_seen_side(ticket, side)?;
            ticket
        }
        None => admitted(cx, id)?,
    };
    checks::not_from_blocked(cx, ticket)?;
    let mut decision = Decision::default();
    let mut work = match ticket.merged_into() {
        Some(_) => structure::redirected(cx, ticket)?,
        None => Work::on(cx, ticket),
    };
    work.settle()?;
    // What else is written: nothing, mostly.
    let mut beside = Vec::new();
    match &cx.call.command {
        Command::Reply(reply) => beside.extend(conversation::reply(&mut work, reply)?),
        Command::LogConversation(log) => beside.extend(conversation::log(&mut work, log)?),
        Command::FollowUp(follow_up) => beside.push(opening::follow_up(&mut work, follow_up)?),
        Command::Link(link) => beside.push(linking::link(&mut work, link)?),
        Command::Unlink(unlink) => beside.push(linking::unlink(&mut work, unlink)?),
        Command::Merge(merge) => beside.push(structure::merge(&mut work, merge)?),
        Command::UndoMerge(_) => beside.push(structure::undo(&mut work)?),
        Command::Split(split) => beside = structure::split(&mut work, split)?,
        command => alone(&mut work, command)?,
    }
    work.keep_with_survivors()?;
    work.finish(&mut decision)?;
    for work in beside {
        work.finish(&mut decision)?;
    }
    if decision.writes.len() > 1 {
        // Before one is given what another leaves, that is left.
        decision.counters.sort_by_key(|change| change.delta > 0);
    }
    decision.writes.sort_unstable_by_key(|write| write.key);
    erasure::by_key(&mut decision.erasures);
    // What is written is checked by its write.
    let Decision { writes, guards, .. } = &mut decision;
    guards.retain(|guard| writes.iter().all(|write| write.key != guard.key));
    guards.sort_unstable_by_key(|guard| guard.key);
    guards.dedup();
    Ok(decision)
}

/// The ticket, if the actor may know of it, do such things on it, and has seen its last news.
fn admitted<'a>(cx: &Cx<'a>, id: TicketId) -> Result<&'a Ticket, Refusal> {
    let ticket = cx.visible(id)?;
    cx.may(deed_of(&cx.call.command), Some(ticket))?;
    let public_only = matches!(cx.who, Who::Customer(_) | Who::AutoResponder(_) | Who::Guest(..));
    cx.has_seen(Key::ticket(cx.desk, id), ticket.last_news(public_only), ticket.revision())?;
    Ok(ticket)
}

/// The commands that never touch a second ticket.
fn alone(work: &mut Work<'_>, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Note(note) => conversation::note(work, note),
        Command::GrantAccess(wanted) => guests::grant(work, wanted),
        Command::RevokeAccess(revoke) => {
            guests::revoke(work, revoke);
            Ok(())
        }
        Command::Edit(edit) => editing::edit(work, edit),
        Command::MarkTodo(mark) => agenda::mark(work, mark),
        Command::Assign(assign) => assignment::assign(work, assign),
        Command::Unassign(_) => assignment::unassign(work),
        Command::Take(_) => assignment::take(work),
        Command::Transfer(transfer) => assignment::transfer(work, transfer),
        Command::Escalate(escalate) => assignment::escalate(work, escalate),
        Command::SetStatus(set) => lifecycle::set_status(work, set),
        Command::Postpone(postpone) => lifecycle::postpone(work, postpone),
        Command::Resolve(resolve) => lifecycle::resolve(work, resolve),
        Command::Close(close) => lifecycle::close(work, close),
        Command::Reopen(reopen) => lifecycle::reopen(work, reopen),
        Command::Redact(redact) => privacy::redact(work, redact),
        Command::EraseTicket(erase) => privacy::erase_ticket(work, erase),
        Command::Hold(hold) => privacy::hold(work, hold),
        Command::ProposeSolution(propose) => confirming::propose(work, propose),
        Command::ConfirmSolution(_) => confirming::confirm(work),
        Command::RejectSolution(reject) => confirming::reject(work, reject),
        Command::MarkSpam(_) => spam::mark(work),
        Command::UnmarkSpam(_) => spam::unmark(work),
        Command::StartSide(start) => sides::start(work, start),
        Command::ReplySide(reply) => sides::reply(work, reply),
        Command::CloseSide(close) => sides::close(work, close),
        Command::ApplyMacro(apply) => automation::apply(work, apply),
        Command::ReportUndelivered(report) => undelivered::report(work, report),
        // What is due has been carried out; there is nothing beside it, but that a ticket follows
        // the settings in force once a command is done.
        Command::Tick(_) | Command::Adopt(_) => Ok(()),
        // Nor beside this, but that an owner is looked for.
        Command::Route(_) => Ok(()),
        // Decided elsewhere: these are not about a ticket that exists, or about two.
        Command::Reply(_)
        | Command::LogConversation(_)
        | Command::Link(_)
        | Command::Unlink(_)
        | Command::FollowUp(_)
        | Command::Merge(_)
        | Command::UndoMerge(_)
        | Command::Split(_)
        | Command::Open(_)
        | Command::PutAgent { .. }
        | Command::SetAvailability(_)
        | Command::SaveViews(_)
        | Command::PutContact { .. }
        | Command::PutOrganisation { .. }
        | Command::MergeContacts(_)
        | Command::UndoContactMerge(_)
        | Command::BlockContact(_)
        | Command::NoteContact(_)
        | Command::CreateDesk(_)
        | Command::PublishSettings(_)
        | Command::EraseAgent(_)
        | Command::EraseContact(_) => Ok(()),
    }
}

/// What a command does, as permissions see it.
fn deed_of(command: &Command) -> Deed {
    match command {
        Command::Open(_) => Deed::Open,
        Command::Reply(_) => Deed::Reply,
        Command::Note(_) => Deed::Note,
        Command::GrantAccess(_) | Command::RevokeAccess(_) => Deed::Grant,
        Command::LogConversation(_) => Deed::Log,
        Command::Edit(edit) if edit.only_followers() => Deed::Follow,
        Command::Edit(_) => Deed::Edit,
        Command::Link(_) | Command::Unlink(_) => Deed::Link,
        Command::MarkTodo(_) => Deed::Todo,
        Command::Assign(_) | Command::Unassign(_) => Deed::Assign,
        Command::Take(_) => Deed::Take,
        Command::Transfer(_) => Deed::Transfer,
        Command::Escalate(_) => Deed::Escalate,
        Command::SetStatus(_) | Command::Postpone(_) => Deed::SetStatus,
        Command::Resolve(_) | Command::Close(_) => Deed::Finish,
        Command::Reopen(_) => Deed::Reopen,
        Command::FollowUp(_) => Deed::FollowUp,
        Command::Merge(_) | Command::UndoMerge(_) => Deed::Merge,
        Command::Split(_) => Deed::Split,
        Command::Tick(_) => Deed::Tick,
        Command::Adopt(_) => Deed::Adopt,
        Command::Route(_) => Deed::Route,
        Command::SetAvailability(_) => Deed::SetAvailability,
        Command::SaveViews(_) => Deed::SaveViews,
        Command::PutContact { .. }
        | Command::MergeContacts(_)
        | Command::UndoContactMerge(_)
        | Command::NoteContact(_) => Deed::KeepContacts,
        Command::PutOrganisation { .. } => Deed::KeepOrganisations,
        Command::BlockContact(_) => Deed::BlockContact,
        Command::PutAgent { .. } | Command::CreateDesk(_) | Command::PublishSettings(_) => {
            Deed::Govern
        }
        Command::Redact(_)
        | Command::EraseTicket(_)
        | Command::EraseAgent(_)
        | Command::EraseContact(_) => Deed::Erase,
        Command::Hold(_) => Deed::Hold,
        Command::ProposeSolution(_) => Deed::Propose,
        Command::ConfirmSolution(_) | Command::RejectSolution(_) => Deed::Confirm,
        Command::MarkSpam(_) | Command::UnmarkSpam(_) => Deed::Spam,
        Command::StartSide(_) | Command::ReplySide(_) | Command::CloseSide(_) => Deed::Side,
        Command::ApplyMacro(_) => Deed::ApplyMacro,
        Command::ReportUndelivered(_) => Deed::ReportUndelivered,
    }
}
