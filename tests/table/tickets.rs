//! The whole table: every status, every command, every party, against a table read from the
//! requirements (`tickets.txt`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::support::*;
use helpdesk::command::{
    ApplyMacro, Assign, Close, CloseSide, ConfirmSolution, Edit, EraseTicket, GrantAccess, Hold,
    Link, LogConversation, MarkSpam, MarkTodo, Merge, NewTodo, Note, Redact, RejectSolution, Reply,
    ReplySide, ReportUndelivered, Resolve, Resolving, RevokeAccess, SaidBy, Split, StartSide, Take,
    Unassign, UndoMerge, Unlink, UnmarkSpam,
};
use helpdesk::rules::{Action, Macro};
use helpdesk::{
    Actor, Channel, Command, Confirmation, DeskError, GuestId, GuestRight, LinkKind, MessageRef,
    Revision, SideId, TicketId, TodoId, TodoState,
};

/// The guests: who may write, who may read, and who was not let in.
const GUEST: GuestId = GuestId::from_u128(0x60);
const VIEWER: GuestId = GuestId::from_u128(0x61);
const STRANGER: GuestId = GuestId::from_u128(0x62);

fn grant(ticket: TicketId, guest: GuestId, right: GuestRight, now: At) -> GrantAccess {
    let rights = [right].into();
    GrantAccess { ticket, guest, contact: MARIA, rights, until: now + days(1000) }
}

const TABLE: &str = include_str!("tickets.txt");

const COMMANDS: [&str; 51] = [
    "reply",
    "note",
    "log_requester",
    "log_agent",
    "grant_access",
    "revoke_access",
    "edit",
    "link",
    "unlink",
    "mark_todo",
    "assign",
    "unassign",
    "take_free",
    "take_owned",
    "transfer",
    "escalate",
    "set_new",
    "set_open",
    "set_in_progress",
    "set_answered",
    "set_pending",
    "set_suspended",
    "set_postponed",
    "set_resolved",
    "set_closed",
    "postpone",
    "resolve",
    "close",
    "close_bare",
    "reopen",
    "follow_up",
    "merge",
    "merge_here",
    "undo_merge",
    "split",
    "tick",
    "adopt",
    "route",
    "redact",
    "erase_ticket",
    "hold",
    "propose_solution",
    "confirm_solution",
    "reject_solution",
    "mark_spam",
    "unmark_spam",
    "start_side",
    "reply_side",
    "close_side",
    "apply_macro",
    "report_undelivered",
];

/// What the host asks a third party.
const SIDE: SideId = SideId(Revision(3));

/// Another ticket of Maria's: new, and Rhea's.
const OTHER: TicketId = TicketId::from_u128(0xE);

const PARTIES: [&str; 17] = [
    "requester",
    "other_customer",
    "owner",
    "admin",
    "agent",
    "agent_elsewhere",
    "restricted_own",
    "restricted_other",
    "light",
    "bot",
    "auto_responder",
    "other_auto_responder",
    "guest",
    "guest_who_views",
    "other_guest",
    "host",
    "system",
];

/// Another request of Maria's, which is hers to see and Rhea's to work on.
const TORN: TicketId = TicketId::from_u128(0x72);

/// What is to be done about the ticket: opened, answered, two guests let in, linked, noted, and
/// then this.
const TODO: TodoId = TodoId(Revision(8));

fn actor(party: &str) -> Actor {
    match party {
        "requester" => customer(MARIA),
        "other_customer" => customer(OTTO),
        "owner" => agent(OWNER),
        "admin" => agent(ADMIN),
        "agent" => agent(ANNA),
        "agent_elsewhere" => agent(BEN),
        "restricted_own" => agent(RHEA),
        "restricted_other" => agent(RUDI),
        "light" => agent(LIA),
        "bot" => bot(),
        "auto_responder" => auto_responder(),
        "other_auto_responder" => Actor::AutoResponder(OTTO),
        "guest" => Actor::Guest(GUEST),
        "guest_who_views" => Actor::Guest(VIEWER),
        "other_guest" => Actor::Guest(STRANGER),
        "host" => Actor::Host,
        "system" => Actor::System,
        other => panic!("no party is called {other}"),
    }
}

fn command(name: &str, ticket: TicketId, now: At) -> Command {
    let log = |said_by| LogConversation {
        ticket,
        said_by,
        channel: Channel::Phone,
        occurred_at: now,
        text: "on the phone".into(),
    };
    let set = |status: &str| match status {
        "pending" => set_with_reason(ticket, status, "information"),
        "suspended" => set_with_reason(ticket, status, "vendor"),
        status => set_status(ticket, status),
    };
    let otherwise = || Resolving::new("workaround");
    let command: Cmd = match name {
        "reply" => reply(ticket).into(),
        "note" => Note::new(ticket, "between us").into(),
        "log_requester" => log(SaidBy::Requester).into(),
        "log_agent" => log(SaidBy::Agent(ANNA)).into(),
        "grant_access" => grant(ticket, GuestId::from_u128(0x63), GuestRight::View, now).into(),
        "revoke_access" => RevokeAccess { ticket, guest: GUEST }.into(),
        "edit" => Edit { subject: Some("Fax".into()), ..Edit::new(ticket) }.into(),
        "link" => Link { ticket, kind: LinkKind::ParentOf, other: TORN }.into(),
        "unlink" => Unlink { ticket, kind: LinkKind::Related, other: TORN }.into(),
        "mark_todo" => MarkTodo { ticket, todo: TODO, state: TodoState::Done }.into(),
        "assign" => Assign::new(ticket, ANNA).into(),
        "unassign" => Unassign { ticket }.into(),
        "take_free" | "take_owned" => Take { ticket }.into(),
        "transfer" => transfer(ticket, "billing").into(),
        "escalate" => escalate(ticket, "engineering").into(),
        "postpone" => postpone(ticket, now + days(2)).into(),
        "resolve" => Resolve { ticket, resolution: otherwise() }.into(),
        "close" => Close { ticket, resolution: Some(otherwise()) }.into(),
        "close_bare" => Close { ticket, resolution: None }.into(),
        "reopen" => reopen(ticket).into(),
        "follow_up" => follow_up(ticket, ticket_id(0xF)).into(),
        "merge" => Merge::new(ticket, OTHER).into(),
        "merge_here" => Merge::new(OTHER, ticket).into(),
        "undo_merge" => UndoMerge { ticket }.into(),
        "split" => {
            let message = MessageRef { ticket, revision: Revision(2) };
            Split::new(ticket, message, ticket_id(0xF)).into()
        }
        "tick" => Command::Tick(ticket).into(),
        "adopt" => Command::Adopt(ticket).into(),
        "route" => Command::Route(ticket).into(),
        "redact" => Redact::new(ticket, [MessageRef::new(ticket, Revision(1))], "a secret").into(),
        "erase_ticket" => EraseTicket::new(ticket, "she asked for it").into(),
        "hold" => Hold::new(ticket, true, "a lawsuit").into(),
        "propose_solution" => propose(ticket).into(),
        "confirm_solution" => ConfirmSolution { ticket }.into(),
        "reject_solution" => RejectSolution::new(ticket).because("no plug").into(),
        "mark_spam" => MarkSpam { ticket }.into(),
        "unmark_spam" => UnmarkSpam { ticket }.into(),
        "start_side" => StartSide::new(ticket, VENDOR, "once more").into(),
        "reply_side" => ReplySide::new(ticket, SIDE, "any news?").into(),
        "close_side" => CloseSide { ticket, side: SIDE }.into(),
        "apply_macro" => ApplyMacro::new(ticket, "mark").into(),
        "report_undelivered" => {
            ReportUndelivered::new(not_sent(ticket)).text("550 no such user").into()
        }
        other => set(other.strip_prefix("set_").unwrap()).into(),
    };
    command.0
}

/// What a row begins with: Rhea's ticket, nobody's, or Rhea's where a solution of hers waits, if it
/// is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Given {
    Owned,
    Free,
    Proposed,
}

/// A fresh desk with the ticket in this status.
fn given(status: &str, given: Given) -> TestDesk {
    let mut draft = confirming(Confirmation::Offered);
    draft.rules.macros.push(Macro::new("mark").then(Action::AddTag("marked".into())));
    let desk = TestDesk::with(draft);
    desk.given_request();
    desk.ok(&bot(), Reply::new(TICKET, "We have heard you."));
    desk.ok(&Actor::Host, StartSide::new(TICKET, VENDOR, "Does it burn?"));
    desk.ok(&customer(MARIA), request(OTHER));
    desk.ok(&Actor::Host, Assign::new(OTHER, RHEA));
    for (guest, right) in [(GUEST, GuestRight::Reply), (VIEWER, GuestRight::View)] {
        for ticket in [TICKET, OTHER] {
            desk.ok(&Actor::Host, grant(ticket, guest, right, desk.now()));
        }
    }
    desk.ok(&customer(MARIA), request(TORN));
    desk.ok(&Actor::Host, Assign::new(TORN, RHEA));
    desk.ok(&Actor::Host, Link { ticket: TICKET, kind: LinkKind::Related, other: TORN });
    let mut note = Note::new(TICKET, "between us");
    note.todos.push(NewTodo::new("Call her"));
    desk.ok(&Actor::Host, note);
    if given != Given::Free {
        desk.ok(&Actor::Host, Assign::new(TICKET, RHEA));
    }
    desk.move_to(TICKET, status);
    if given == Given::Proposed && status == "pending" {
        desk.ok(&agent(RHEA), propose(TICKET));
    }
    desk
}

/// All that can be known of a desk, the outbox included.
fn all_of(desk: &TestDesk) -> String {
    format!("{}\n{:?}", desk.everything(), desk.notices())
}

/// What a party's command comes to, as a cell says it.
fn cell(
    name: &str,
    party: &str,
    status: &str,
    untouched: &BTreeMap<(Given, &str), String>,
) -> String {
    let before = match name {
        "take_free" if party != "restricted_own" => Given::Free,
        "confirm_solution" | "reject_solution" => Given::Proposed,
        _ => Given::Owned,
    };
    let desk = given(status, before);
    let call = desk.context(&actor(party)).call(command(name, TICKET, desk.now()));
    let unchanged = |desk: &TestDesk| all_of(desk) == untouched[&(before, status)];
    match desk.desk.execute(&call) {
        Ok(outcome) if outcome.is_no_op() => {
            assert!(unchanged(&desk), "{name} by {party} in {status}: a no-op changed something");
            "=".into()
        }
        Ok(outcome) => {
            desk.verify();
            let ticket = desk.ticket(TICKET);
            let said = outcome.records.iter().find(|record| record.key == desk.key(TICKET));
            assert_eq!(said.and_then(|record| record.ticket()), Some(&ticket));
            ticket.status().name.to_string()
        }
        Err(DeskError::Refused(refusal)) => {
            assert!(unchanged(&desk), "{name} by {party} in {status}: a refusal changed something");
            format!("!{}", refusal.code())
        }
        Err(error) => panic!("{name} by {party} in {status}: {error}"),
    }
}

/// The golden rows, by command and party: a cell for each status.
fn expected() -> BTreeMap<(&'static str, &'static str), Vec<String>> {
    let mut table = BTreeMap::new();
    let mut block = "";
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(columns) = line.strip_prefix("columns") {
            assert_eq!(columns.split_whitespace().collect::<Vec<_>>(), STATUSES);
            continue;
        }
        let Some(row) = line.strip_prefix("  ") else {
            assert!(line == "every command" || COMMANDS.contains(&line), "no command: {line}");
            block = line;
            continue;
        };
        let is_party = |word: &&str| PARTIES.contains(word);
        let parties = row.split_whitespace().take_while(is_party);
        let mut cells: Vec<&str> = row.split_whitespace().skip_while(is_party).collect();
        if cells.len() == 1 {
            cells = vec![cells[0]; STATUSES.len()];
        }
        assert_eq!(cells.len(), STATUSES.len(), "a row has one cell or nine: {line}");
        let cells = cells.iter().zip(STATUSES);
        let cells: Vec<String> =
            cells.map(|(cell, own)| if *cell == "same" { own } else { cell }.to_owned()).collect();
        let commands = COMMANDS.iter().filter(|name| block == "every command" || block == **name);
        for (party, name) in parties.flat_map(|party| commands.clone().map(move |n| (party, *n))) {
            let twice = table.insert((name, party), cells.clone());
            assert!(twice.is_none(), "{name} by {party} is there twice");
        }
    }
    table
}

#[test]
fn every_command_by_every_party_in_every_status_does_what_the_table_says() {
    let expected = expected();
    let all: BTreeSet<_> = COMMANDS.iter().flat_map(|n| PARTIES.iter().map(|p| (*n, *p))).collect();
    assert_eq!(expected.keys().copied().collect::<BTreeSet<_>>(), all, "the table is not whole");

    let mut untouched = BTreeMap::new();
    for status in STATUSES {
        for before in [Given::Owned, Given::Free, Given::Proposed] {
            untouched.insert((before, status), all_of(&given(status, before)));
        }
    }
    let mut differences = String::new();
    for ((name, party), cells) in &expected {
        for (status, expected) in STATUSES.into_iter().zip(cells) {
            let found = cell(name, party, status, &untouched);
            if found != *expected {
                writeln!(differences, "{name} by {party} in {status}: {found}, not {expected}")
                    .unwrap();
            }
        }
    }
    assert!(differences.is_empty(), "differences from the table:\n{differences}");
}
