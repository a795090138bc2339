//! What each row asks of the desk: rows to commands.

use helpdesk::command::{
    Assign, Close, Edit, Note, Open, Reopen, Resolve, Resolving, SetStatus, Take, Transfer,
};
use helpdesk::{Actor, AgentId, Command, FieldValue, Requester, Ticket, TicketId};

use super::row::{Activity, Case, Column, Row};
use super::settings::{FIELDS, People, named};

/// The mapping in words, for the reader of the report.
pub(super) const SAID: &str = "\
mapping    rows to commands, each by the row's resource:
  Insert ticket, and whatever    open, in the customer's name; unless it is Insert ticket
    a case starts with             or Assign seriousness, the row's own commands follow
  Assign seriousness             edit: priority
  Take in charge ticket          assign where another owns it, then take
  Resolve ticket                 resolve
  Closed                         close
  Wait                           set status: pending
  Require upgrade                set status: suspended
  Schedule intervention          set status: suspended
  Create SW anomaly              note, set status: suspended
  Resolve SW anomaly             note; open again if suspended for the defect
  VERIFIED, RESOLVED             note
  INVALID, DUPLICATE             note; the code of the resolution, this one or the next
  work on finished tickets       reopen first
  another workgroup              transfer to the row's resource first
  other values                   edit: priority and fields; not from a defect tracker's rows
";

/// A ticket's id: its place in time, as a UUIDv7 has it, and its place in the file.
pub(super) fn ticket_id(case: &Case, place: usize) -> TicketId {
    let mut entropy = [0; 10];
    for (to, from) in entropy.iter_mut().rev().zip((place as u64).to_le_bytes()) {
        *to = from;
    }
    TicketId::v7(case.rows.first().map(|row| row.at).unwrap_or_default(), entropy)
}

/// A row in its place.
pub(super) struct Step<'a> {
    pub(super) case: &'a Case,
    pub(super) row: &'a Row,
    /// The ticket's id.
    pub(super) id: TicketId,
    /// Who acts.
    pub(super) agent: AgentId,
    /// The ticket before the row; `None`: the row is the first of its case.
    pub(super) ticket: Option<&'a Ticket>,
    /// A defect tracker's verdict that waits for the ticket to be resolved.
    pub(super) verdict: Option<&'static str>,
}

impl Step<'_> {
    pub(super) fn actor(&self) -> Actor {
        Actor::Agent(self.agent)
    }

    /// What the row asks of the desk, in order.
    pub(super) fn commands(&self, people: &People) -> Vec<Command> {
        let mut commands = Vec::with_capacity(3);
        match self.ticket {
            None => commands.extend(self.open(people)),
            Some(ticket) => self.before(ticket, &mut commands),
        }
        self.own(&mut commands);
        commands
    }

    fn open(&self, people: &People) -> Option<Command> {
        let customer = people.customer(self.row.get(Column::Customer))?;
        let mut open = Open::new(self.id, Requester::Contact(customer), "(the log has no text)")
            .subject(self.case.id.as_str());
        open.department = Some(self.workgroup().into());
        open.priority = Some(self.seriousness().into());
        open.fields = self.fields().map(|(name, value)| (name.into(), value)).collect();
        Some(Command::Open(open))
    }

    /// What has to happen on a ticket before the row's own commands make sense.
    fn before(&self, ticket: &Ticket, commands: &mut Vec<Command>) {
        let is_done = ticket.status().category.is_done();
        if is_done && is_work(self.row.activity) {
            let reason = format!("{} on finished work", self.row.activity.name());
            commands.push(Command::Reopen(Reopen { ticket: self.id, reason }));
        }
        if self.row.activity.is_the_trackers() {
            return;
        }
        let workgroup = self.workgroup();
        if ticket.department().is_none_or(|department| *department != *workgroup) {
            let (department, agent) = (workgroup.into(), Some(self.agent));
            commands.push(Command::Transfer(Transfer { ticket: self.id, department, agent }));
        }
        let mut edit = Edit::new(self.id);
        for (name, value) in self.fields() {
            let known = ticket.field(&name.into()).and_then(|field| field.known());
            if known != Some(&value) {
                edit.fields.insert(name.into(), Some(value));
            }
        }
        let seriousness = self.seriousness();
        let assigns = self.row.activity == Activity::AssignSeriousness;
        if assigns || ticket.priority().name != *seriousness {
            edit.priority = Some(seriousness.into());
        }
        if edit != Edit::new(self.id) {
            commands.push(Command::Edit(edit));
        }
    }

    fn own(&self, commands: &mut Vec<Command>) {
        let ticket = self.id;
        match self.row.activity {
            Activity::InsertTicket | Activity::AssignSeriousness => {}
            Activity::TakeInCharge => {
                let moves = commands.iter().any(|command| matches!(command, Command::Transfer(_)));
                let owner = self.ticket.and_then(Ticket::assignee);
                if !moves && owner.is_some_and(|owner| owner != self.agent) {
                    commands.push(Command::Assign(Assign::new(ticket, self.agent)));
                }
                commands.push(Command::Take(Take { ticket }));
            }
            Activity::ResolveTicket => {
                let recorded = self.ticket.and_then(Ticket::resolution);
                let is_resolved = self.ticket.is_some_and(|known| known.resolved_at().is_some());
                // Resolved again, with nothing said of how: as before.
                let code = match recorded.filter(|_| is_resolved) {
                    Some(recorded) => recorded.code().clone(),
                    None => self.verdict.unwrap_or("solved").into(),
                };
                let resolution = Resolving::new(code);
                commands.push(Command::Resolve(Resolve { ticket, resolution }));
            }
            Activity::Closed => commands.push(Command::Close(Close { ticket, resolution: None })),
            Activity::Wait => commands.push(self.status("pending", Some("unknown"))),
            Activity::RequireUpgrade => {
                commands.push(self.status("suspended", Some("product_upgrade")));
            }
            Activity::ScheduleIntervention => {
                commands.push(self.status("suspended", Some("intervention")));
            }
            Activity::CreateSwAnomaly => {
                commands.push(self.note("a software anomaly was created for this"));
                commands.push(self.status("suspended", Some("defect")));
            }
            Activity::ResolveSwAnomaly => {
                commands.push(self.note("the software anomaly was resolved"));
                let reason = self.ticket.and_then(Ticket::reason);
                if reason.is_some_and(|reason| *reason == "defect") {
                    commands.push(self.status("open", None));
                }
            }
            Activity::Verified | Activity::Resolved => commands.push(self.note(self.tracker())),
            Activity::Invalid | Activity::Duplicate => {
                commands.push(self.note(self.tracker()));
                let is_resolved = self.ticket.is_some_and(|known| {
                    known.resolved_at().is_some() && known.closed_at().is_none()
                });
                if let Some(code) = verdict(self.row.activity).filter(|_| is_resolved) {
                    let resolution = Resolving::new(code);
                    commands.push(Command::Resolve(Resolve { ticket, resolution }));
                }
            }
        }
    }

    fn status(&self, status: &str, reason: Option<&str>) -> Command {
        let (ticket, status) = (self.id, status.into());
        Command::SetStatus(SetStatus { ticket, status, reason: reason.map(Into::into) })
    }

    fn note(&self, text: impl Into<String>) -> Command {
        Command::Note(Note::new(self.id, text))
    }

    /// What a defect tracker's row says: the values in it are the defect's.
    fn tracker(&self) -> String {
        let values: Vec<String> = self.fields().map(|(_, value)| text(&value).to_owned()).collect();
        format!("the defect is {} ({})", self.row.activity.name(), values.join(", "))
    }

    fn workgroup(&self) -> String {
        named("workgroup", self.row.get(Column::Workgroup))
    }

    fn seriousness(&self) -> String {
        named("seriousness", self.row.get(Column::Seriousness2))
    }

    fn fields(&self) -> impl Iterator<Item = (&'static str, FieldValue)> {
        fields(self.row)
    }
}

/// Whether a row says that somebody works on the ticket, so that it is not finished.
pub(super) fn is_work(activity: Activity) -> bool {
    match activity {
        Activity::TakeInCharge
        | Activity::AssignSeriousness
        | Activity::Wait
        | Activity::RequireUpgrade
        | Activity::CreateSwAnomaly
        | Activity::ScheduleIntervention => true,
        Activity::ResolveTicket
        | Activity::Closed
        | Activity::InsertTicket
        | Activity::ResolveSwAnomaly
        | Activity::Verified
        | Activity::Resolved
        | Activity::Invalid
        | Activity::Duplicate => false,
    }
}

/// The custom fields as a row has them.
pub(super) fn fields(row: &Row) -> impl Iterator<Item = (&'static str, FieldValue)> {
    FIELDS.into_iter().map(|(column, field, kind)| {
        let value = named(kind, row.get(column)).into();
        let is_text = matches!(column, Column::Customer | Column::Product);
        (field, if is_text { FieldValue::Text(value) } else { FieldValue::Choice(value) })
    })
}

fn text(value: &FieldValue) -> &str {
    match value {
        FieldValue::Text(text) | FieldValue::Choice(text) => text,
        _ => "",
    }
}

/// The code that a defect tracker's state gives the ticket's resolution.
pub(super) fn verdict(activity: Activity) -> Option<&'static str> {
    match activity {
        Activity::Invalid => Some("invalid"),
        Activity::Duplicate => Some("duplicate"),
        _ => None,
    }
}
