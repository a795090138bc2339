//! The desk that faults are tried on, one command of every kind, and all that a store holds.

use std::sync::Arc;

use helpdesk::command::*;
use helpdesk::condition::View;
use helpdesk::rules::{Action, Assignment, Macro};
use helpdesk::store::{Entry, Lease, MemoryStore, Scope, Settlement, Store, Touched, Wanted};
use helpdesk::{
    About, Actor, AgentProfile, Call, Command, CommandId, Confirmation, ContactProfile, Counter,
    Desk, Event, ExternalRef, Follower, GuestId, GuestRight, Identity, Key, LinkKind, MessageRef,
    Notice, OrganisationProfile, Record, Revision, SideId, TicketId, TicketNumber, TodoId,
    TodoState, UniqueKey,
};

use super::support::*;

/// The desk's id in every store.
pub(crate) const DESK: helpdesk::DeskId = helpdesk::DeskId::from_u128(1);

/// The command that is tried.
pub(crate) const ONCE: CommandId = CommandId::from_u128(0x0ce);

/// A ticket that does not exist yet.
pub(crate) const FRESH: TicketId = ticket(0x70);
/// Maria's request in the support queue.
pub(crate) const NEW: TicketId = ticket(0x71);
/// Anna works on it.
pub(crate) const OWNED: TicketId = ticket(0x72);
/// Anna resolved it.
pub(crate) const RESOLVED: TicketId = ticket(0x73);
/// Closed on Monday.
pub(crate) const CLOSED: TicketId = ticket(0x74);
/// Three that are put aside until Monday at noon.
pub(crate) const LATER: [TicketId; 3] = [ticket(0x75), ticket(0x76), ticket(0x77)];

/// A solution of Anna's waits for Maria's word.
pub(crate) const PROPOSED: TicketId = ticket(0x78);
/// Anna marked it as spam.
pub(crate) const SPAM: TicketId = ticket(0x79);

/// A guest of hers.
const VISITOR: GuestId = GuestId::from_u128(0x69);
/// Merged into what Anna works on.
pub(crate) const MERGED: TicketId = ticket(0x7A);
/// What a third party was asked on Maria's request.
pub(crate) const SIDE: SideId = SideId(Revision(3));
/// What Maria said to Anna.
pub(crate) const SAID: MessageRef = MessageRef { ticket: OWNED, revision: Revision(9) };

/// All that there are.
pub(crate) const EVERY_TICKET: [TicketId; 10] =
    [NEW, OWNED, RESOLVED, CLOSED, LATER[0], LATER[1], LATER[2], PROPOSED, SPAM, MERGED];

/// An organisation with a domain.
pub(crate) const ACME: helpdesk::OrganisationId = helpdesk::OrganisationId::from_u128(0xACE);
/// Merged into Otto.
pub(crate) const DOUBLE: helpdesk::ContactId = helpdesk::ContactId::from_u128(0xD0);

fn acme() -> OrganisationProfile {
    OrganisationProfile::new("Acme").domain("acme.example")
}

const fn ticket(n: u128) -> TicketId {
    TicketId::from_u128(n)
}

pub(crate) fn noon() -> At {
    at("2026-03-02T12:00:00Z")
}

/// Too late to reopen what was closed on Monday.
pub(crate) fn april() -> At {
    at("2026-04-20T09:00:00Z")
}

/// The store before the command.
pub(crate) fn world() -> MemoryStore {
    let mut draft = confirming(Confirmation::Offered);
    let mark = Macro::new("mark").then(Action::AddTag("marked".into()));
    draft.rules.macros.push(mark.then(Action::Assign(Assignment::agent(CARL))));
    let store = MemoryStore::new();
    let kit = TestDesk::in_memory(&store, draft);
    kit.put_agent(ANNA, profile(ANNA).email("anna@example.com").capacity(9));
    kit.put_agent(RUDI, AgentProfile { deactivated: true, ..profile(RUDI) });
    kit.ok(&Actor::Host, Command::PutOrganisation { id: ACME, profile: acme() });
    let profile = ContactProfile::new("Otto").identity(Identity::email("otto@example.com"));
    kit.ok(&Actor::Host, Command::PutContact { id: OTTO, profile });
    kit.ok(&Actor::Host, MergeContacts { contact: DOUBLE, into: OTTO });
    for id in EVERY_TICKET {
        kit.ok(&customer(MARIA), request(id));
    }
    kit.pass(hours(1));
    for ticket in [OWNED, RESOLVED] {
        kit.ok(&agent(ANNA), Take { ticket });
    }
    let rights = [GuestRight::View].into();
    let until = april() + days(9);
    kit.ok(
        &agent(ANNA),
        GrantAccess { ticket: OWNED, guest: VISITOR, contact: MARIA, rights, until },
    );
    let mut edit = Edit::new(OWNED);
    edit.add_external_refs = [external("1")].into();
    kit.ok(&agent(ANNA), edit);
    kit.ok(&agent(ANNA), resolve(RESOLVED));
    kit.ok(&Actor::Host, close(CLOSED));
    kit.ok(&agent(ANNA), propose(PROPOSED));
    kit.ok(&agent(ANNA), Take { ticket: SPAM });
    kit.ok(&agent(ANNA), MarkSpam { ticket: SPAM });
    kit.ok(&Actor::Host, Link { ticket: NEW, kind: LinkKind::Related, other: RESOLVED });
    let remind_at = Some(april());
    let todo = NewTodo { owner: Some(CARL), remind_at, ..NewTodo::new("Call her") };
    kit.ok(&agent(ANNA), Note { todos: vec![todo], ..Note::new(OWNED, "out until noon") });
    for id in LATER {
        kit.ok(&agent(ANNA), postpone(id, noon()));
    }
    kit.ok(&customer(MARIA), reply(OWNED));
    let follow = [Follower::Contact(OTTO)].into();
    kit.ok(&agent(ANNA), Edit { follow, ..Edit::new(MERGED) });
    kit.ok(&agent(ANNA), Merge::new(MERGED, OWNED));
    kit.ok(&agent(ANNA), StartSide::new(NEW, VENDOR, "Does it burn?").subject("Model 7"));
    store
}

/// A command to be tried, and what its name is in a failing test.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) call: Call,
}

/// Commands that are carried out: every kind, but for the one that creates the desk.
pub(crate) fn accepted() -> Vec<Scene> {
    let (maria, anna, host) = (customer(MARIA), agent(ANNA), Actor::Host);
    let ten = monday() + hours(2);
    let scene = |name, actor: &Actor, now: At, command: Command| {
        let call = actor.at(now).correlated("request 7").call(command);
        Scene { name, call }
    };
    let mut open = request(FRESH);
    open.followers = [Follower::Contact(OTTO), Follower::Agent(CARL)].into();
    open.about = [About::new("order", "7")].into();
    let mut note = Note::new(OWNED, "a thought");
    note.mentions = [CARL, LIA].into();
    note.todos = vec![NewTodo::new("Think it through")];
    let mut edit = Edit::new(OWNED);
    edit.subject = Some("Printer, again".into());
    edit.category = Patch::Set("billing".into());
    edit.add_tags = ["fire".into()].into();
    edit.priority = Some("critical".into());
    edit.add_about = [About::new("order", "7").role("cause")].into();
    edit.add_external_refs = [external("2")].into();
    edit.remove_external_refs = [external("1")].into();
    let log = LogConversation {
        ticket: OWNED,
        said_by: SaidBy::Requester,
        channel: helpdesk::Channel::Phone,
        occurred_at: monday() + hours(1),
        text: "She called".into(),
    };
    let guest = GrantAccess {
        ticket: OWNED,
        guest: GuestId::from_u128(0x60),
        contact: MARIA,
        rights: [GuestRight::View].into(),
        until: april(),
    };
    let gone = RevokeAccess { ticket: OWNED, guest: VISITOR };
    let transfer = Transfer { agent: Some(BEN), ..transfer(OWNED, "billing") };
    let escalate = Escalate { agent: Some(EVA), ..escalate(OWNED, "engineering") };
    let anna_anew = AgentProfile::new("Anna B.").department("billing").email("a.b@example.com");
    let anna_anew = Command::PutAgent { id: ANNA, profile: anna_anew };
    let maria_known = ContactProfile::new("Maria").identity(Identity::email("maria@acme.example"));
    let mut settings = draft();
    settings.auto_close = Some(helpdesk::Span::days(1));
    let settings = Command::PublishSettings(Arc::new(settings.build().unwrap()));
    vec![
        scene("a request", &maria, ten, Command::Open(open)),
        scene("an answer", &anna, ten, Command::Reply(reply(OWNED))),
        scene("a question that reopens", &maria, ten, Command::Reply(reply(RESOLVED))),
        scene("a question that comes too late", &maria, april(), Command::Reply(reply(CLOSED))),
        scene("a note", &anna, ten, Command::Note(note)),
        scene("a guest", &anna, ten, Command::GrantAccess(guest)),
        scene("no guest any more", &anna, ten, Command::RevokeAccess(gone)),
        scene("a call that is logged", &anna, ten, Command::LogConversation(log)),
        scene("an edit", &anna, ten, Command::Edit(edit)),
        scene("a link", &anna, ten, {
            Command::Link(Link { ticket: OWNED, kind: LinkKind::ParentOf, other: NEW })
        }),
        scene("a link taken back", &anna, ten, {
            Command::Unlink(Unlink { ticket: NEW, kind: LinkKind::Related, other: RESOLVED })
        }),
        scene("a to-do done", &anna, ten, {
            let todo = TodoId(Revision(7));
            Command::MarkTodo(MarkTodo { ticket: OWNED, todo, state: TodoState::Done })
        }),
        scene("an assignment", &host, ten, Command::Assign(Assign::new(NEW, ANNA))),
        scene("giving back", &anna, ten, Command::Unassign(Unassign { ticket: OWNED })),
        scene("taking", &anna, ten, Command::Take(Take { ticket: NEW })),
        scene("taking what is warned about", &anna, april(), Command::Take(Take { ticket: NEW })),
        scene("a transfer", &anna, ten, Command::Transfer(transfer)),
        scene("an escalation", &anna, ten, Command::Escalate(escalate)),
        scene("a wait", &anna, ten, {
            Command::SetStatus(set_with_reason(OWNED, "pending", "information"))
        }),
        scene("postponing", &anna, ten, Command::Postpone(postpone(OWNED, noon()))),
        scene("a solution", &anna, ten, Command::Resolve(resolve(OWNED))),
        scene("an end", &anna, ten, Command::Close(close(OWNED))),
        scene("reopening", &anna, ten, Command::Reopen(reopen(RESOLVED))),
        scene("a follow-up", &maria, april(), Command::FollowUp(follow_up(CLOSED, FRESH))),
        scene("a merge", &anna, ten, Command::Merge(Merge::new(NEW, RESOLVED))),
        scene("a merge into what is merged", &anna, ten, Command::Merge(Merge::new(NEW, MERGED))),
        scene("a reply to what is merged", &maria, ten, Command::Reply(reply(MERGED))),
        scene("taking away from what is merged", &anna, ten, {
            let unfollow = [Follower::Contact(OTTO)].into();
            Command::Edit(Edit { unfollow, ..Edit::new(MERGED) })
        }),
        scene("undoing a merge", &host, ten, Command::UndoMerge(UndoMerge { ticket: MERGED })),
        scene("a split", &anna, ten, Command::Split(Split::new(OWNED, SAID, FRESH))),
        scene("a tick", &Actor::System, april(), Command::Tick(LATER[0])),
        scene("adopting settings", &Actor::System, april(), Command::Adopt(LATER[0])),
        scene("routing, without rules", &Actor::System, april(), Command::Route(LATER[0])),
        scene("an agent, moved and renamed", &host, ten, anna_anew),
        scene("an agent who is away", &anna, ten, {
            Command::SetAvailability(SetAvailability { agent: ANNA, available: false })
        }),
        scene("views of one's own", &anna, ten, {
            Command::SaveViews(vec![View::new("mine", "assignee = me".parse().unwrap())])
        }),
        scene("a contact", &host, ten, Command::PutContact { id: MARIA, profile: maria_known }),
        scene("an organisation", &host, ten, {
            let profile = acme().domain("acme.test").contract("premium");
            Command::PutOrganisation { id: ACME, profile }
        }),
        scene("one contact of two", &anna, ten, {
            Command::MergeContacts(MergeContacts { contact: OTTO, into: MARIA })
        }),
        scene("two contacts of one", &anna, ten, {
            Command::UndoContactMerge(UndoContactMerge { contact: DOUBLE })
        }),
        scene("a block", &anna, ten, {
            let reason = "advertises".into();
            Command::BlockContact(BlockContact { contact: DOUBLE, blocked: true, reason })
        }),
        scene("a note about a contact", &anna, ten, {
            let text = "calls in the morning".into();
            Command::NoteContact(NoteContact { contact: DOUBLE, text })
        }),
        scene("settings", &agent(OWNER), ten, settings),
        scene("a redaction", &host, ten, {
            Command::Redact(Redact::new(OWNED, [MessageRef::new(OWNED, Revision(1))], "a secret"))
        }),
        scene("an erasure", &agent(OWNER), ten, {
            Command::EraseTicket(EraseTicket::new(CLOSED, "she asked for it"))
        }),
        scene("a hold", &host, ten, Command::Hold(Hold::new(CLOSED, true, "a lawsuit"))),
        scene("a proposal", &anna, ten, Command::ProposeSolution(propose(OWNED))),
        scene("a yes", &maria, ten, {
            Command::ConfirmSolution(ConfirmSolution { ticket: PROPOSED })
        }),
        scene("a no", &maria, ten, {
            Command::RejectSolution(RejectSolution::new(PROPOSED).because("no plug"))
        }),
        scene("spam", &anna, ten, Command::MarkSpam(MarkSpam { ticket: OWNED })),
        scene("a question on spam", &maria, april(), Command::Reply(reply(SPAM))),
        scene("no spam after all", &host, ten, {
            Command::UnmarkSpam(UnmarkSpam { ticket: SPAM })
        }),
        scene("a third party", &anna, ten, {
            Command::StartSide(StartSide::new(OWNED, VENDOR, "Does it burn?").subject("Model 7"))
        }),
        scene("a third party's answer", &customer(VENDOR), ten, {
            Command::ReplySide(ReplySide::new(NEW, SIDE, "It does."))
        }),
        scene("no third party any more", &anna, ten, {
            Command::CloseSide(CloseSide { ticket: NEW, side: SIDE })
        }),
        scene("a macro", &anna, ten, Command::ApplyMacro(ApplyMacro::new(OWNED, "mark"))),
        scene("a mail that came back", &host, ten, {
            Command::ReportUndelivered(ReportUndelivered::new(not_sent(OWNED)).text("550"))
        }),
        scene("an agent who is forgotten", &host, ten, Command::EraseAgent(RUDI)),
        scene("a contact who is forgotten", &host, ten, {
            Command::EraseContact(EraseContact::new(DOUBLE, "he asked for it"))
        }),
    ]
}

/// Commands that are refused, each after another look at the store, with the code.
pub(crate) fn refused() -> Vec<(Scene, &'static str)> {
    let ten = monday() + hours(2);
    let (maria, anna, host) = (customer(MARIA), agent(ANNA), Actor::Host);
    let scene = |name, actor: &Actor, command| Scene { name, call: actor.at(ten).call(command) };
    let email = AgentProfile::new("Ben").department("billing").email("Anna@example.com");
    let ben = Command::PutAgent { id: BEN, profile: email };
    let his = ContactProfile::new("M.").identity(Identity::email("OTTO@example.com"));
    let his = Command::PutContact { id: MARIA, profile: his };
    let (profile, id) = (acme(), helpdesk::OrganisationId::from_u128(0x99));
    let theirs = Command::PutOrganisation { id, profile };
    let again = Command::CreateDesk(Arc::new(draft().build().unwrap()));
    let asleep = Command::SetStatus(set_status(OWNED, "pending"));
    let stranger = agent(helpdesk::AgentId::from_u128(0xdead));
    vec![
        (
            scene("no such message", &host, {
                Command::Redact(Redact::new(
                    OWNED,
                    [MessageRef::new(OWNED, Revision(99))],
                    "a secret",
                ))
            }),
            "no_such_event",
        ),
        (scene("an id in use", &maria, Command::Open(request(NEW))), "id_taken"),
        (scene("not hers", &customer(OTTO), Command::Reply(reply(NEW))), "not_found"),
        (scene("nobody", &stranger, Command::Reply(reply(NEW))), "not_an_agent"),
        (
            scene("nothing to confirm", &maria, {
                Command::ConfirmSolution(ConfirmSolution { ticket: NEW })
            }),
            "no_proposal",
        ),
        (scene("spam", &anna, Command::Reopen(reopen(SPAM))), "spam"),
        (scene("taken", &agent(CARL), Command::Take(Take { ticket: OWNED })), "already_taken"),
        (scene("no room", &host, Command::Assign(Assign::new(NEW, EVA))), "not_in_department"),
        (scene("no reason", &anna, asleep), "reason_required"),
        (scene("open still", &maria, Command::FollowUp(follow_up(NEW, FRESH))), "not_closed"),
        (scene("merged", &host, Command::Take(Take { ticket: MERGED })), "forbidden"),
        (scene("moved on", &host, Command::Reopen(reopen(MERGED))), "merged"),
        (scene("by itself", &anna, Command::UndoMerge(UndoMerge { ticket: NEW })), "not_merged"),
        (scene("round", &host, Command::Merge(Merge::new(OWNED, MERGED))), "merge_cycle"),
        (
            scene("first words", &host, {
                let message = MessageRef { ticket: OWNED, revision: Revision(1) };
                Command::Split(Split::new(OWNED, message, FRESH))
            }),
            "opening_message",
        ),
        (scene("Anna's address", &host, ben), "email_taken"),
        (scene("Otto's address", &host, his), "identity_taken"),
        (scene("Acme's domain", &host, theirs), "domain_taken"),
        (
            scene("what another ticket is called", &host, {
                let mut edit = Edit::new(NEW);
                edit.add_external_refs = [external("1")].into();
                Command::Edit(edit)
            }),
            "external_ref_taken",
        ),
        (scene("a second desk", &host, again), "desk_exists"),
        (
            scene("no such talk", &host, Command::ReplySide(ReplySide::new(OWNED, SIDE, "?"))),
            "no_such_side",
        ),
        (
            scene("no third party", &host, Command::StartSide(StartSide::new(NEW, MARIA, "?"))),
            "sees_ticket",
        ),
        (
            scene("not theirs", &customer(OTTO), {
                Command::ReplySide(ReplySide::new(NEW, SIDE, "It does."))
            }),
            "not_found",
        ),
        (scene("not for her", &anna, Command::Tick(NEW)), "forbidden"),
        (scene("nor that", &anna, Command::Adopt(NEW)), "forbidden"),
    ]
}

/// What another system calls a ticket.
fn external(id: &str) -> ExternalRef {
    ExternalRef::new("jira", "acme", id)
}

/// All that a store holds of the desk.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    pub(crate) records: Vec<Option<Record>>,
    pub(crate) histories: Vec<Vec<Event>>,
    /// Without their places: a commit that was rolled back may leave a gap.
    pub(crate) commits: Vec<Vec<(Key, usize)>>,
    loads: Vec<i64>,
    unique_keys: Vec<Option<Key>>,
    receipt: Option<(u64, Vec<Touched>)>,
    wakes: Vec<Option<At>>,
    pub(crate) notices: Vec<Notice>,
}

/// All that a store holds of the desk. Empties the outbox: the notices are in it, in the order
/// in which they go out.
pub(crate) fn everything(store: &MemoryStore) -> Everything {
    let entries = store.scan(DESK, 0, usize::MAX).unwrap();
    let mut keys: Vec<Key> = entries.iter().map(|entry| entry.key).collect();
    keys.sort();
    keys.dedup();
    let history = |key: &Key| store.history(*key, Revision::ZERO, usize::MAX).unwrap();
    let commits = entries.chunk_by(|one, other| one.seq == other.seq);
    let wrote = |entry: &Entry| (entry.key, entry.events.len());
    let loads = keys.iter().filter_map(Key::as_agent).map(Counter::Load);
    let addresses = ["anna@example.com", "a.b@example.com"].map(Into::into);
    let numbers = (1..=20).map(|number| UniqueKey::Number(TicketNumber(number)));
    let domains = ["acme.example", "acme.test"].map(|domain| UniqueKey::Domain(domain.into()));
    let identities = ["otto@example.com", "maria@acme.example"].map(Identity::email);
    let identities = identities.iter().map(UniqueKey::identity).chain(domains);
    let addresses = addresses.map(UniqueKey::AgentEmail).into_iter().chain(identities);
    let external = ["1", "2"].map(external).map(UniqueKey::from);
    let unique: Vec<_> = addresses.chain(numbers).chain(external).collect();
    let receipt = store.receipt(DESK, ONCE).unwrap();
    let look = Lease { until: monday(), limit: 0 };
    let wake = |now| store.due(Scope::One(DESK), now, look).unwrap().next;
    Everything {
        histories: keys.iter().map(history).collect(),
        commits: commits.map(|commit| commit.iter().map(wrote).collect()).collect(),
        loads: store.load(DESK, &Wanted::counters(loads)).unwrap().counters,
        unique_keys: store.resolve(DESK, &unique).unwrap(),
        receipt: receipt.map(|receipt| (receipt.digest, receipt.touched)),
        wakes: [monday(), noon(), april()].map(wake).into(),
        records: store.load(DESK, &Wanted::records(keys)).unwrap().records,
        notices: outbox(store),
    }
}

/// The notices that wait, in order; they no longer do.
pub(crate) fn outbox(store: &MemoryStore) -> Vec<Notice> {
    let mut notices = Vec::new();
    // After every lease and every retry.
    let now = at("2030-01-01T00:00:00Z");
    let lease = Lease { until: now + hours(1), limit: 1 };
    while let Some(claimed) = store.claim(Scope::All, now, lease).unwrap().pop() {
        assert!(store.settle(claimed.token, Settlement::Delivered).unwrap());
        notices.push(claimed.notice);
    }
    notices
}

/// What a store is after the command, done without a fault.
pub(crate) fn done(call: &Call) -> MemoryStore {
    let store = world();
    Desk::open_existing(store.clone(), DESK).unwrap().execute(call).unwrap();
    store
}
