//! The other table: every command that is about no ticket, in each situation that matters, by
//! every party, against a table read from the requirements (`desks.txt`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use crate::support::*;
use helpdesk::command::{
    BlockContact, EraseContact, GrantAccess, MergeContacts, NoteContact, Open, SetAvailability,
    UndoContactMerge,
};
use helpdesk::condition::View;
use helpdesk::conformance::kit::{COMMANDS, command_name};
use helpdesk::{
    Actor, AgentId, AgentProfile, Command, ContactId, ContactProfile, DeskError, GuestId,
    GuestRight, Identity, OrganisationId, OrganisationProfile, Origin, Requester, Role,
    SettingsDraft,
};

const TABLE: &str = include_str!("desks.txt");

/// The commands that the other table has: those about a ticket.
const ABOUT_A_TICKET: [&str; 39] = [
    "route",
    "reply",
    "note",
    "grant_access",
    "revoke_access",
    "log_conversation",
    "edit",
    "assign",
    "unassign",
    "take",
    "transfer",
    "escalate",
    "set_status",
    "postpone",
    "resolve",
    "close",
    "reopen",
    "follow_up",
    "tick",
    "adopt",
    "redact",
    "erase_ticket",
    "hold",
    "link",
    "unlink",
    "mark_todo",
    "merge",
    "undo_merge",
    "split",
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

const PARTIES: [&str; 13] = [
    "requester",
    "other_customer",
    "owner",
    "admin",
    "agent",
    "restricted",
    "light",
    "gone",
    "bot",
    "auto_responder",
    "guest",
    "host",
    "system",
];

const GUEST: GuestId = GuestId::from_u128(0x60);
const ACME: OrganisationId = OrganisationId::from_u128(0xACE);
const DOUBLE: ContactId = ContactId::from_u128(0xD0);
const BLOCKED: ContactId = ContactId::from_u128(0xB1);
const ERASED: ContactId = ContactId::from_u128(0xE1);
const LEA: ContactId = ContactId::from_u128(0x1EA);
/// An owner who has left.
const FOUNDER: AgentId = AgentId::from_u128(0xAA);
const NOBODY: AgentId = AgentId::from_u128(0xAF);

fn actor(party: &str) -> Actor {
    match party {
        "requester" => customer(MARIA),
        "other_customer" => customer(OTTO),
        "owner" => agent(OWNER),
        "admin" => agent(ADMIN),
        "agent" => agent(ANNA),
        "restricted" => agent(RHEA),
        "light" => agent(LIA),
        "gone" => agent(CARL),
        "bot" => bot(),
        "auto_responder" => auto_responder(),
        "guest" => Actor::Guest(GUEST),
        "host" => Actor::Host,
        "system" => Actor::System,
        other => panic!("no party is called {other}"),
    }
}

fn maria() -> ContactProfile {
    ContactProfile::new("Maria").identity(Identity::email("maria@acme.example"))
}

fn acme() -> OrganisationProfile {
    OrganisationProfile::new("Acme").domain("acme.example")
}

fn gone(profile: AgentProfile) -> AgentProfile {
    AgentProfile { deactivated: true, ..profile }
}

fn command(name: &str, actor: &Actor) -> Command {
    let open = |requester| Open::new(ticket_id(0xF), requester, "It burns");
    let asker = match actor {
        Actor::Agent(id) => *id,
        _ => ANNA,
    };
    let settings =
        |draft: SettingsDraft| Command::PublishSettings(Arc::new(draft.build().unwrap()));
    let block = |contact, blocked| BlockContact { contact, blocked, reason: "why".into() };
    let merge = |contact| MergeContacts { contact, into: MARIA };
    let away = |agent| SetAvailability { agent, available: false };
    let forget = |contact| Command::EraseContact(EraseContact::new(contact, "asked for"));
    let command: Cmd = match name {
        "open_request" => open(Requester::Contact(MARIA)).into(),
        "open_request_of_a_blocked_contact" => open(Requester::Contact(BLOCKED)).into(),
        "open_outreach" => {
            Open { origin: Origin::AgentReachedOut, ..open(Requester::Contact(MARIA)) }.into()
        }
        "open_internal_of_ones_own" => open(Requester::Agent(asker)).into(),
        "open_internal_of_another" => open(Requester::Agent(BEN)).into(),
        "put_agent_anew" => {
            Command::PutAgent { id: BEN, profile: AgentProfile::new("Benjamin") }.into()
        }
        "put_agent_as_on_record" => Command::PutAgent { id: BEN, profile: profile(BEN) }.into(),
        "put_agent_as_owner" => {
            Command::PutAgent { id: BEN, profile: profile(BEN).role(Role::Owner) }.into()
        }
        "set_availability" => away(BEN).into(),
        "set_availability_of_oneself" => away(asker).into(),
        "set_availability_as_it_is" => SetAvailability { agent: BEN, available: true }.into(),
        "set_availability_of_nobody" => away(NOBODY).into(),
        "save_views" => {
            Command::SaveViews(vec![View::new("mine", "assignee = me".parse().unwrap())]).into()
        }
        "save_views_as_kept" => Command::SaveViews(Vec::new()).into(),
        "put_contact_anew" => {
            Command::PutContact { id: MARIA, profile: ContactProfile::new("Mary") }.into()
        }
        "put_contact_as_on_record" => Command::PutContact { id: MARIA, profile: maria() }.into(),
        "put_contact_with_anothers_identity" => {
            Command::PutContact { id: LEA, profile: maria() }.into()
        }
        "put_organisation_anew" => {
            Command::PutOrganisation { id: ACME, profile: acme().contract("premium") }.into()
        }
        "put_organisation_as_on_record" => {
            Command::PutOrganisation { id: ACME, profile: acme() }.into()
        }
        "merge_contacts" => merge(LEA).into(),
        "merge_contacts_that_are_merged" => merge(DOUBLE).into(),
        "merge_contacts_into_oneself" => merge(MARIA).into(),
        "undo_contact_merge" => UndoContactMerge { contact: DOUBLE }.into(),
        "undo_contact_merge_of_nobody" => UndoContactMerge { contact: LEA }.into(),
        "block_contact" => block(MARIA, true).into(),
        "block_contact_who_is_blocked" => block(BLOCKED, true).into(),
        "block_contact_no_longer" => block(BLOCKED, false).into(),
        "note_contact" => NoteContact { contact: MARIA, text: "words".into() }.into(),
        "create_desk" => Command::CreateDesk(Arc::new(draft().build().unwrap())).into(),
        "publish_settings" => settings(SettingsDraft { auto_close: None, ..draft() }).into(),
        "publish_settings_in_force" => settings(draft()).into(),
        "erase_agent" => Command::EraseAgent(CARL).into(),
        "erase_agent_who_is_active" => Command::EraseAgent(BEN).into(),
        "erase_agent_of_the_owners" => Command::EraseAgent(FOUNDER).into(),
        "erase_agent_who_is_unknown" => Command::EraseAgent(NOBODY).into(),
        "erase_contact" => forget(MARIA).into(),
        "erase_contact_who_was_merged" => forget(DOUBLE).into(),
        "erase_contact_without_a_record" => forget(LEA).into(),
        "erase_contact_who_is_erased" => forget(ERASED).into(),
        other => panic!("no command is called {other}"),
    };
    command.0
}

/// A fresh desk with everybody that the table speaks of.
fn given() -> TestDesk {
    let desk = TestDesk::new();
    desk.put_agent(CARL, gone(profile(CARL)));
    desk.put_agent(FOUNDER, gone(AgentProfile::new("Fiona").role(Role::Owner)));
    let host = Actor::Host;
    desk.ok(&host, Command::PutOrganisation { id: ACME, profile: acme() });
    desk.ok(&host, Command::PutContact { id: MARIA, profile: maria() });
    desk.ok(&host, MergeContacts { contact: DOUBLE, into: MARIA });
    desk.ok(&host, BlockContact { contact: BLOCKED, blocked: true, reason: "why".into() });
    desk.ok(&host, Command::PutContact { id: ERASED, profile: ContactProfile::new("Eric") });
    desk.ok(&host, EraseContact::new(ERASED, "asked for"));
    desk.given_request();
    let rights = [GuestRight::Reply].into();
    let until = desk.now() + days(9);
    desk.ok(&host, GrantAccess { ticket: TICKET, guest: GUEST, contact: MARIA, rights, until });
    desk.pass(hours(1));
    desk
}

/// All that can be known of a desk, the outbox included.
fn all_of(desk: &TestDesk) -> String {
    format!("{}\n{:?}", desk.everything(), desk.notices())
}

/// What a party's command comes to, as a cell says it.
fn cell(name: &str, party: &str, untouched: &str) -> String {
    let (desk, actor) = (given(), actor(party));
    let call = desk.context(&actor).call(command(name, &actor));
    match desk.desk.execute(&call) {
        Ok(outcome) if outcome.is_no_op() => {
            assert_eq!(all_of(&desk), untouched, "{name} by {party}: a no-op changed something");
            "=".into()
        }
        Ok(outcome) => {
            assert_ne!(all_of(&desk), untouched, "{name} by {party}: it is not done");
            for record in &outcome.records {
                let stored = desk.desk.record(record.key).unwrap();
                assert_eq!(stored.as_ref(), Some(record), "{name} by {party}");
            }
            desk.verify();
            "ok".into()
        }
        Err(DeskError::Refused(refusal)) => {
            assert_eq!(all_of(&desk), untouched, "{name} by {party}: a refusal changed something");
            format!("!{}", refusal.code())
        }
        Err(error) => panic!("{name} by {party}: {error}"),
    }
}

/// The golden rows, by command and party.
fn expected() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            Some(row) => blocks.last_mut().unwrap().1.push(row),
            None => blocks.push((line, Vec::new())),
        }
    }
    let mut table = BTreeMap::new();
    for (name, rows) in blocks {
        let mut said = BTreeSet::new();
        for row in rows {
            let (parties, cell) = row.trim().rsplit_once(' ').unwrap();
            for party in parties.split_whitespace() {
                let rest: Vec<&str> = if party == "rest" {
                    PARTIES.into_iter().filter(|party| !said.contains(party)).collect()
                } else {
                    assert!(PARTIES.contains(&party), "no party is called {party}");
                    vec![party]
                };
                for party in rest {
                    assert!(said.insert(party), "{name} by {party} is there twice");
                    assert!(table.insert((name, party), cell).is_none(), "{name} is there twice");
                }
            }
        }
        assert_eq!(said.len(), PARTIES.len(), "{name} is not whole");
    }
    table
}

#[test]
fn every_command_about_no_ticket_by_every_party_does_what_the_table_says() {
    let untouched = all_of(&given());
    let mut differences = String::new();
    for ((name, party), expected) in expected() {
        let found = cell(name, party, &untouched);
        if found != expected {
            writeln!(differences, "{name} by {party}: {found}, not {expected}").unwrap();
        }
    }
    assert!(differences.is_empty(), "differences from the table:\n{differences}");
}

#[test]
fn every_command_is_in_one_of_the_two_tables() {
    let names: BTreeSet<&str> = expected().into_keys().map(|(name, _)| name).collect();
    let mut covered: BTreeSet<&str> = ABOUT_A_TICKET.into();
    for name in names {
        let command = command(name, &Actor::Host);
        assert_eq!(command.ticket(), None, "{name} is about a ticket");
        assert!(name.starts_with(command_name(&command)), "{name} is another command");
        covered.insert(command_name(&command));
    }
    assert_eq!(covered, COMMANDS.into(), "a command in neither table");
}
