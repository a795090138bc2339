//! Every road on which an actor is told something, gone to its end.

use helpdesk::command::{
    Assign, BlockContact, Close, CloseSide, ConfirmSolution, Edit, Escalate, FollowUp, GrantAccess,
    Link, LogConversation, MarkSpam, MarkTodo, Merge, MergeContacts, Note, NoteContact, Postpone,
    ProposeSolution, RejectSolution, Reopen, Reply, ReplySide, ReportUndelivered, RevokeAccess,
    SaidBy, Split, StartSide, Take, Unassign, UndoMerge, Unlink, UnmarkSpam,
};
use helpdesk::conformance::kit::command_name;
use helpdesk::matching::Listing;
use helpdesk::presence::{Arrival, Doing, MemoryPresence, Presence, Present};
use helpdesk::sla::Metric;
use helpdesk::sla::policy::Audience;
use helpdesk::{
    Actor, Channel, Command, ContactId, DeskError, Follower, GuestId, GuestRight, Key, LinkKind,
    MessageRef, Reference, Refusal, Revision, Search, Shown, SideId, TicketId, TicketNumber,
    TodoId, TodoState,
};

use crate::support::*;
use crate::world::{CONTACTS, VENDOR, World, id};

/// Something that was obtained.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub road: String,
    /// The tickets that the actor named, who so learns nothing by their ids.
    pub named: Vec<TicketId>,
    pub text: String,
}

/// All that an actor obtains.
#[derive(Debug, Default)]
pub struct Haul {
    pub pieces: Vec<Piece>,
}

/// A ticket that there is not.
pub fn missing() -> TicketId {
    id(0xBAD)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

impl Haul {
    pub fn of(world: &World, actor: &Actor) -> Self {
        let mut haul = Self::default();
        haul.listings(world, actor);
        for ticket in world.tickets().into_iter().chain([missing()]) {
            haul.reading(world, actor, ticket);
            haul.presence(world, actor, ticket);
            haul.sides(world, actor, ticket);
            haul.service(world, actor, ticket);
            haul.splits(world, actor, ticket);
            for (name, text) in refusals(world, actor, ticket) {
                haul.push(format!("{name} on {ticket}"), &[ticket, other(world)], text);
            }
        }
        haul.people(world, actor);
        for reference in &world.external {
            let found = world.desk.desk.by_external(actor, world.desk.now(), reference);
            // The words are the actor's own; what is found, if anything, is the answer.
            haul.push(format!("by_external, {}", haul.pieces.len()), &[], format!("{found:?}"));
        }
        haul.work(world, actor);
        haul.searching(world, actor);
        for number in 1..=world.tickets().len() + 1 {
            let reference = Reference::new("HD", TicketNumber(number as u64));
            let found = world.desk.desk.by_reference(actor, world.desk.now(), &reference);
            haul.push(format!("by_reference {reference}"), &[], format!("{found:?}"));
        }
        let views = world.desk.desk.views(actor, world.desk.now());
        haul.push("views".into(), &[], format!("{views:?}"));
        haul
    }

    pub fn push(&mut self, road: String, named: &[TicketId], text: String) {
        self.pieces.push(Piece { road, named: named.to_vec(), text });
    }

    fn listings(&mut self, world: &World, actor: &Actor) {
        let filters = [
            "all()",
            "subject contains \"words\"",
            "subject contains \"another\"",
            "field.shown contains \"words\"",
            "field.kept contains \"words\"",
            "field.kept contains \"another\"",
            "tags contains \"~9~\"",
            "notes > 0",
            "follows is present",
            "merged_into is present",
            "external_refs is present",
            "category is missing and messages > 1",
            "kind = internal",
            "resolution is present",
            "followers is present",
            "open_sides > 0",
        ];
        let sorts = [
            "",
            "number desc",
            "subject",
            "field.shown",
            "field.kept",
            "updated_at desc",
            "open_sides",
        ];
        let numbers: Vec<String> =
            (1..40).map(|n| format!("subject contains \"~{}~\"", n * 7)).collect();
        let probes = numbers.iter().map(|probe| (&**probe, ""));
        let tried = filters.into_iter().flat_map(|filter| sorts.map(|sort| (filter, sort)));
        for (filter, sort) in tried.chain(probes) {
            self.listing(world, actor, filter, sort);
        }
    }

    fn listing(&mut self, world: &World, actor: &Actor, filter: &str, sort: &str) {
        let road = format!("find {filter}, by {sort}");
        let listing = Listing::of(filter.parse().unwrap()).sorted(sort).unwrap();
        let mut listing = listing.page(3);
        loop {
            let found = world.desk.desk.find(actor, world.desk.now(), &listing);
            self.push(road.clone(), &[], format!("{found:?}"));
            let Ok(page) = found else { return };
            for row in &page.rows {
                match &row.shown {
                    Shown::Full(ticket) => self.push(road.clone(), &[], json(&**ticket)),
                    Shown::Public(ticket) => self.push(road.clone(), &[], json(&**ticket)),
                    Shown::Status { .. } => {}
                }
            }
            let Some(next) = page.next else { return };
            self.push(road.clone(), &[], next.to_string());
            listing.after = Some(next);
        }
    }

    /// What they find by what was said.
    fn searching(&mut self, world: &World, actor: &Actor) {
        let marks = (1..40).map(|n| (n * 7).to_string());
        let sought = ["words", "another story", "wor*", "se* qu*"].map(ToOwned::to_owned);
        for words in sought.into_iter().chain(marks) {
            let road = format!("search {words}");
            let mut search = Search::new(words.parse().unwrap()).page(3);
            loop {
                let found = world.desk.desk.search(actor, world.desk.now(), &search);
                self.push(road.clone(), &[], format!("{found:?}"));
                let Ok(page) = found else { break };
                for hit in &page.hits {
                    match &hit.row.shown {
                        Shown::Full(ticket) => self.push(road.clone(), &[], json(&**ticket)),
                        Shown::Public(ticket) => self.push(road.clone(), &[], json(&**ticket)),
                        Shown::Status { .. } => {}
                    }
                }
                let Some(next) = page.next else { break };
                self.push(road.clone(), &[], next.to_string());
                search = search.after(next);
            }
        }
    }

    /// What they may solve, and what they are told where they take it.
    fn work(&mut self, world: &World, actor: &Actor) {
        let (desk, now, mut after) = (&world.desk.desk, world.desk.now(), None);
        loop {
            let found = desk.to_solve(actor, now, after.as_ref(), 3);
            self.push("to_solve".into(), &[], format!("{found:?}"));
            let Ok(page) = found else { return };
            for entry in &page.entries {
                self.push("to_solve".into(), &[], entry.turn.to_string());
                let told = entry.row.ticket().map_or_else(String::new, |ticket| json(&**ticket));
                self.push("to_solve".into(), &[], told);
            }
            let Some(next) = page.next else { return };
            self.push("to_solve, cursor".into(), &[], next.to_string());
            after = Some(next);
        }
    }

    /// Who is on a ticket, and what has happened since they looked.
    fn presence(&mut self, world: &World, actor: &Actor, ticket: TicketId) {
        for (name, told) in presence(world, actor, ticket) {
            self.push(format!("{name} on {ticket}"), &[ticket], told);
        }
        let (desk, now) = (&world.desk.desk, world.desk.now());
        let key = Key::ticket(desk.id(), ticket);
        let stale = Refusal::StaleView { key, seen: Revision(1), found: Revision(2) };
        let since = desk.since_seen(actor, now, &stale, 50);
        self.push(format!("since_seen on {ticket}"), &[ticket], format!("{since:?}"));
    }

    fn reading(&mut self, world: &World, actor: &Actor, ticket: TicketId) {
        let (desk, now, named) = (&world.desk.desk, world.desk.now(), &[ticket]);
        let shown = (desk.show(actor, now, ticket), desk.sight(actor, now, ticket));
        self.push(format!("show {ticket}"), named, format!("{shown:?}"));
        let mut after = None;
        loop {
            let page = desk.thread(actor, now, ticket, after, 3);
            self.push(format!("thread of {ticket}"), named, format!("{page:?}"));
            after = page.ok().and_then(|page| page.next);
            let Some(after) = &after else { break };
            self.push(format!("thread of {ticket}, cursor"), named, json(after));
        }
        let mut after = Revision::ZERO;
        loop {
            let page = desk.activity(actor, now, ticket, after, 5);
            self.push(format!("activity of {ticket}"), named, format!("{page:?}"));
            let Some(last) = page.ok().and_then(|page| page.last().cloned()) else { break };
            after = last.revision();
        }
    }

    /// What the ticket is promised, how its clocks stand and who had it meanwhile.
    fn service(&mut self, world: &World, actor: &Actor, ticket: TicketId) {
        let (desk, now, named) = (&world.desk.desk, world.desk.now(), &[ticket]);
        let service = desk.service(actor, now, ticket);
        self.push(format!("service of {ticket}"), named, format!("{service:?}"));
        for clock in service.iter().flat_map(|service| &service.clocks) {
            let told = format!("{:?} {:?}", clock.ledger(), clock.explained());
            self.push(format!("ledger of {ticket}"), named, told);
        }
        let judged = desk.judged_now(actor, now, ticket);
        self.push(format!("service of {ticket}, as judged now"), named, format!("{judged:?}"));
        for audience in Audience::ALL {
            let owners = desk.owners(actor, now, ticket, audience, Metric::TotalResolution);
            self.push(format!("owners of {ticket}"), named, format!("{owners:?}"));
        }
    }

    /// What a split makes of a message is read on the new ticket, whatever history it is in.
    fn splits(&mut self, world: &World, actor: &Actor, ticket: TicketId) {
        let Some(survivor) = world.desk.desk.survivor(ticket).unwrap() else { return };
        let last = world.desk.desk.ticket(ticket).unwrap().unwrap().revision();
        for message in (2..=last.0).map(|at| MessageRef { ticket, revision: Revision(at) }) {
            let split = Command::Split(Split::new(survivor, message, id(0xF00)));
            let split = world.desk.desk.prepare(&actor.at(world.desk.now()).call(split));
            let told = match split {
                Ok(prepared) => json(&**prepared.outcome.ticket().unwrap()),
                Err(error) => format!("{error} {error:?}"),
            };
            self.push(format!("split of {message:?}"), &[ticket, survivor], told);
        }
    }

    fn people(&mut self, world: &World, actor: &Actor) {
        let (desk, now) = (&world.desk.desk, world.desk.now());
        for contact in CONTACTS {
            let mut after = None;
            loop {
                let page = desk.timeline(actor, now, contact, after, 4);
                self.push(format!("timeline of {contact}"), &[], format!("{page:?}"));
                after = page.ok().and_then(|page| page.next);
                let Some(after) = after else { break };
                self.push(format!("timeline of {contact}, cursor"), &[], after.to_string());
            }
            let mut after = None;
            loop {
                let page = desk.contact_notes(actor, now, contact, after, 2);
                self.push(format!("notes about {contact}"), &[], format!("{page:?}"));
                after = page.ok().and_then(|page| page.next);
                if after.is_none() {
                    break;
                }
            }
        }
    }
}

/// What this actor is told of who is on a ticket, where somebody is on every one.
fn presence(world: &World, actor: &Actor, ticket: TicketId) -> Vec<(&'static str, String)> {
    let (desk, now) = (&world.desk.desk, world.desk.now());
    let presence = MemoryPresence::new();
    let until = now + hours(1);
    let present = Present { agent: OWNER, doing: Doing::Replying, until };
    let arrival = Arrival { present, now, take_over: false };
    presence.put(Key::ticket(desk.id(), ticket), arrival).unwrap();
    let told = [
        ("view", desk.view(&presence, actor, now, ticket)),
        ("begin_reply", desk.begin_reply(&presence, actor, now, ticket)),
        ("take_over_reply", desk.take_over_reply(&presence, actor, now, ticket)),
        ("attendance", desk.attendance(&presence, actor, now, ticket)),
        ("leave", desk.leave(&presence, actor, now, ticket)),
    ];
    told.map(|(name, told)| (name, format!("{told:?}"))).into()
}

/// What is said to this actor of every command on a ticket that is refused: in words, and as a
/// value. What comes of those that are not is the host's.
pub fn refusals(world: &World, actor: &Actor, ticket: TicketId) -> Vec<(&'static str, String)> {
    // Their own words come back to them.
    let own = world.external.first().map(|own| [own.to_string(), format!("{:?}", own.id)]);
    let theirs =
        |text: String| own.iter().flatten().fold(text, |text, own| text.replace(own, "it"));
    let said = |command: Command| {
        let name = command_name(&command);
        let text = match world.desk.desk.prepare(&actor.at(world.desk.now()).call(command)) {
            Ok(_) => "carried out".to_owned(),
            Err(error @ DeskError::Refused(_)) => theirs(format!("{error} {error:?}")),
            Err(error) => panic!("{error}"),
        };
        (name, text)
    };
    let mut tried: Vec<_> = commands(world, ticket).into_iter().map(|cmd| said(cmd.0)).collect();
    let stale = actor.at(world.desk.now()).having_seen(Revision(1));
    let stale = world.desk.desk.prepare(&stale.call(Command::Reply(reply(ticket))));
    tried
        .push(("a reply to what is old", stale.map_or_else(|no| format!("{no:?}"), |_| "".into())));
    tried.extend(presence(world, actor, ticket));
    tried
}

/// The ticket at the other end of what is about two.
fn other(world: &World) -> TicketId {
    world.tickets()[0]
}

fn commands(world: &World, ticket: TicketId) -> Vec<Cmd> {
    let (now, new) = (world.desk.now(), id(0xF00));
    let other = other(world);
    let side = world.sides(ticket)[0];
    let mut edit = Edit::new(ticket);
    edit.add_tags = ["urgent".into()].into();
    let guest = GuestId::from_u128(0x60);
    let (until, rights) = (now + days(1), [GuestRight::View].into());
    let mut named = Edit::new(ticket);
    named.add_external_refs = world.external.iter().take(1).cloned().collect();
    let logged = LogConversation {
        ticket,
        said_by: SaidBy::Requester,
        channel: Channel::Phone,
        occurred_at: now,
        text: "words".into(),
    };
    let mut commands = vec![
        Reply::new(ticket, "words").into(),
        Note::new(ticket, "words").into(),
        GrantAccess { ticket, guest, contact: MARIA, rights, until }.into(),
        RevokeAccess { ticket, guest }.into(),
        logged.into(),
        edit.into(),
        named.into(),
        Link { ticket, kind: LinkKind::ChildOf, other }.into(),
        Link { ticket, kind: LinkKind::ParentOf, other }.into(),
        Unlink { ticket, kind: LinkKind::Related, other }.into(),
        MarkTodo { ticket, todo: TodoId(Revision(1)), state: TodoState::Done }.into(),
        Assign::new(ticket, ANNA).into(),
        Unassign { ticket }.into(),
        Take { ticket }.into(),
        transfer(ticket, "billing").into(),
        escalate(ticket, "engineering").into(),
        Escalate { agent: Some(EVA), ..escalate(ticket, "engineering") }.into(),
        set_status(ticket, "open").into(),
        Postpone { ticket, until, reason: Some("look_again".into()) }.into(),
        resolve(ticket).into(),
        Close { ticket, resolution: None }.into(),
        Reopen { ticket, reason: "words".into() }.into(),
        FollowUp::new(ticket, new, "words").into(),
        Merge::new(ticket, other).into(),
        Merge::new(other, ticket).into(),
        UndoMerge { ticket }.into(),
        Split::new(ticket, MessageRef { ticket, revision: Revision(2) }, new).into(),
        Split::new(other, MessageRef { ticket, revision: Revision(2) }, new).into(),
        helpdesk::command::Redact::new(ticket, [MessageRef::new(ticket, Revision(1))], "words")
            .into(),
        helpdesk::command::Hold { ticket, hold: true, reason: "words".into() }.into(),
        helpdesk::command::EraseTicket::new(ticket, "words").into(),
        ProposeSolution::new(ticket, "words", "solved").into(),
        ConfirmSolution { ticket }.into(),
        RejectSolution::new(ticket).into(),
        MarkSpam { ticket }.into(),
        StartSide::new(ticket, VENDOR, "words").into(),
        StartSide::new(ticket, OTTO, "words").into(),
        ReplySide::new(ticket, side, "words").into(),
        ReplySide::new(ticket, SideId(Revision(9_999)), "words").into(),
        CloseSide { ticket, side }.into(),
        UnmarkSpam { ticket }.into(),
        helpdesk::command::ApplyMacro::new(ticket, "mark").into(),
        ReportUndelivered::new(not_sent(ticket)).text("words").into(),
        MergeContacts { contact: OTTO, into: MARIA }.into(),
        BlockContact { contact: OTTO, blocked: true, reason: "words".into() }.into(),
        NoteContact { contact: OTTO, text: "words".into() }.into(),
        Command::Tick(ticket).into(),
        Command::Adopt(ticket).into(),
        Command::Route(ticket).into(),
    ];
    let copies = CONTACTS.into_iter().chain([NOBODY]);
    commands.extend(copies.map(|contact| copy(ticket, contact).into()));
    commands
}

/// Who is on no record, and asks for nothing.
pub const NOBODY: ContactId = ContactId::from_u128(0xBAD0_0BAD);

/// Gives a contact a copy.
fn copy(ticket: TicketId, contact: ContactId) -> Edit {
    Edit { follow: [Follower::Contact(contact)].into(), ..Edit::new(ticket) }
}

/// What is said to this actor who gives a contact a copy of a ticket.
pub fn copying(world: &World, actor: &Actor, ticket: TicketId, contact: ContactId) -> String {
    let command = Command::Edit(copy(ticket, contact));
    match world.desk.desk.prepare(&actor.at(world.desk.now()).call(command)) {
        Ok(_) => "carried out".to_owned(),
        Err(error) => format!("{error} {error:?}").replace(&contact.to_string(), "they"),
    }
}
