//! What each row asks of the desk: commands for how it differs from the row above.

use helpdesk::command::{
    Assign, Close, Edit, Open, Patch, Reopen, Resolve, Resolving, SetStatus, Transfer, Unassign,
};
use helpdesk::{Channel, Command, FieldValue, Requester, TicketId};

use super::row::{Case, Contact, Name, Names, Row, Standing, State, opening};
use super::settings::{self, NOT_STATED, SUBCATEGORY, department, resolution};

/// The mapping in words, for the reader of the report.
pub(super) const SAID: &str = "\
mapping    a row is an incident after an update; its commands are what differs from the row above,
           each by the row's `sys_updated_by` at its `sys_updated_at`, in this order:
  an incident's first row        open, at `opened_at`, in the caller's name: with the channel,
                                   group, category, subcategory, impact and urgency of that row;
                                   what else the row says follows at its own time, also a state
                                   past New
  Resolved or Closed before      reopen, where the row is in neither
  another group                  transfer, to the person of the row, if there is one
  another person                 assign; unassign where there is none now
  category, subcategory,         edit; the priority follows from the matrix
    impact, urgency
  Resolved                       resolve
  Closed                         close
  another state                  set status
  -100                           nothing: the state before it goes on
  no difference in any of these  nothing: a touch
  another caller, another        nothing: who asked, and how, is of the opening
    contact type
";

/// What an incident is before its first row, once it is opened.
pub(super) fn opened(first: &Row) -> Standing {
    Standing { state: State::New, person: Name::MISSING, reopen_count: 0, ..first.now }
}

/// A ticket's id: its place in time, as a UUIDv7 has it, and its place in the file.
pub(super) fn ticket_id(case: &Case, place: usize) -> TicketId {
    let mut entropy = [0; 10];
    for (to, from) in entropy.iter_mut().rev().zip((place as u64).to_le_bytes()) {
        *to = from;
    }
    TicketId::v7(opening(case), entropy)
}

/// The opening of an incident.
pub(super) fn open(names: &Names, case: &Case, first: &Row, ticket: TicketId) -> Command {
    let requester = Requester::Contact(settings::contact(first.caller));
    let mut open = Open::new(ticket, requester, "(the log has no text)").subject(&*case.number);
    open.channel = channel(first.contact);
    open.department = Some(department(names, first.now.group).into());
    open.category = first.now.category.known().map(|name| names.text(name).into());
    open.impact = Some(names.text(first.now.impact).into());
    open.urgency = Some(names.text(first.now.urgency).into());
    if let Some(value) = subcategory(names, first.now.subcategory) {
        open.fields.insert(SUBCATEGORY.into(), value);
    }
    Command::Open(open)
}

/// The channel that a contact type is.
pub(super) fn channel(contact: Contact) -> Channel {
    match contact {
        Contact::Phone => Channel::Phone,
        Contact::SelfService => Channel::WebForm,
        Contact::Email => Channel::Email,
        Contact::Ivr => Channel::Other("ivr".into()),
        Contact::DirectOpening => Channel::Other("direct opening".into()),
    }
}

/// A subcategory as the value of the custom field.
pub(super) fn subcategory(names: &Names, name: Name) -> Option<FieldValue> {
    name.known().map(|name| FieldValue::Choice(names.text(name).into()))
}

/// A row in its place.
pub(super) struct Step<'a> {
    pub(super) names: &'a Names,
    pub(super) ticket: TicketId,
    /// What the rows above have made of the incident; never the state -100.
    pub(super) before: Standing,
    /// What the row makes of it; never the state -100.
    pub(super) now: Standing,
    /// The code that the incident is closed with, where the row closes it for the last time.
    pub(super) closed_code: Option<Name>,
}

impl Step<'_> {
    /// What the row asks of the desk, in order; nothing, for a touch.
    pub(super) fn commands(&self) -> Vec<Command> {
        let (ticket, before, now) = (self.ticket, self.before, self.now);
        let mut commands = Vec::new();
        if before.state.is_done() && !now.state.is_done() {
            let reason = format!("{} after {}", now.state.name(), before.state.name());
            commands.push(Command::Reopen(Reopen { ticket, reason }));
        }
        let agent = now.person.known().map(settings::agent);
        if now.group != before.group {
            let department = department(self.names, now.group).into();
            commands.push(Command::Transfer(Transfer { ticket, department, agent }));
        } else if now.person != before.person {
            commands.push(match agent {
                Some(agent) => Command::Assign(Assign::new(ticket, agent)),
                None => Command::Unassign(Unassign { ticket }),
            });
        }
        commands.extend(self.edit());
        if now.state != before.state {
            commands.extend(self.state());
        }
        commands
    }

    fn edit(&self) -> Option<Command> {
        let (names, before, now) = (self.names, self.before, self.now);
        let mut edit = Edit::new(self.ticket);
        if now.category != before.category {
            let known = now.category.known();
            edit.category = known.map_or(Patch::Clear, |name| Patch::Set(names.text(name).into()));
        }
        if now.subcategory != before.subcategory {
            edit.fields.insert(SUBCATEGORY.into(), subcategory(names, now.subcategory));
        }
        if now.impact != before.impact {
            edit.impact = Patch::Set(names.text(now.impact).into());
        }
        if now.urgency != before.urgency {
            edit.urgency = Patch::Set(names.text(now.urgency).into());
        }
        (edit != Edit::new(self.ticket)).then_some(Command::Edit(edit))
    }

    fn state(&self) -> Option<Command> {
        let ticket = self.ticket;
        match self.now.state {
            State::Resolved => {
                let resolution = Resolving::new(NOT_STATED);
                Some(Command::Resolve(Resolve { ticket, resolution }))
            }
            State::Closed => {
                let code = self.closed_code.map(|code| resolution(self.names, code));
                // Unresolved work is not closed without saying how it ended.
                let unsaid = (!self.before.state.is_done()).then_some(NOT_STATED);
                let resolution = code.or(unsaid).map(Resolving::new);
                Some(Command::Close(Close { ticket, resolution }))
            }
            state => {
                let (status, reason) = settings::status(state)?;
                let (status, reason) = (status.into(), reason.map(Into::into));
                Some(Command::SetStatus(SetStatus { ticket, status, reason }))
            }
        }
    }
}
