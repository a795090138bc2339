//! Desks over the store: what comes of their commands is what comes of them in memory.

use chrono::{DateTime, TimeDelta, Utc};

use crate::command::{Assign, Edit, Note, Open, Reply, Resolve, Resolving, Take, Transfer};
use crate::conformance::hand::{ANNA, BEN, DESK, ELSEWHERE, Hand, MARIA, at, command, ticket};
use crate::conformance::law::{Fault, Verdict, same, unless};
use crate::store::{AsyncStore, Inline, MemoryStore};
use crate::{
    Actor, AgentProfile, AsyncDesk, Call, Command, Department, Event, Key, Outcome, Record,
    Requester, Revision, Settings, SettingsDraft, TicketId,
};

fn settings() -> Verdict<Settings> {
    let departments = vec![Department::new("support"), Department::new("billing")];
    Ok(SettingsDraft { departments, ..SettingsDraft::default() }.build()?)
}

fn open(id: u128, words: &str) -> Open {
    let mut open = Open::new(TicketId::from_u128(id), Requester::Contact(MARIA), words);
    open.department = Some("support".into());
    open.subject("Printer, 2nd floor")
}

fn calls() -> Vec<Call> {
    let (one, two) = (TicketId::from_u128(1), TicketId::from_u128(2));
    let customer = |hours| Actor::Customer(MARIA).at(at(hours));
    let anna = |hours| Actor::Agent(ANNA).at(at(hours));
    let host = |hours| Actor::Host.at(at(hours));
    let profile = |name: &str, mail: &str| {
        AgentProfile::new(name).email(mail).department("support").capacity(2)
    };
    vec![
        host(0).call(Command::PutAgent { id: ANNA, profile: profile("Anna", "a@example.com") }),
        host(0).call(Command::PutAgent { id: BEN, profile: profile("Ben", "b@example.com") }),
        customer(1).correlated("mail 1").call(Command::Open(open(1, "It burns.\n\nHelp! 🔥"))),
        customer(1).once(command(1)).call(Command::Open(open(2, "And this one, too."))),
        anna(2).call(Command::Take(Take { ticket: one })),
        anna(2).once(command(2)).call(Command::Reply(Reply::new(one, "Unplug it."))),
        anna(3).call(Command::Note(Note::new(one, "The old one again."))),
        customer(4).call(Command::Reply(Reply::new(one, "Still burning."))),
        host(5).call(Command::Edit(Edit {
            add_tags: ["fire".into(), "printer".into()].into(),
            ..Edit::new(one)
        })),
        host(5).call(Command::Assign(Assign::new(two, BEN))),
        host(6).call(Command::Transfer(Transfer {
            ticket: two,
            department: "billing".into(),
            agent: None,
        })),
        // Ben's address goes to Anna, and Ben gets another: keys change hands.
        host(7).call(Command::PutAgent { id: BEN, profile: profile("Ben", "ben@example.com") }),
        host(7).call(Command::PutAgent { id: ANNA, profile: profile("Anna", "B@example.com") }),
        anna(8)
            .call(Command::Resolve(Resolve { ticket: one, resolution: Resolving::new("solved") })),
    ]
}

/// What came of a story: every record, and its history.
type Told = Vec<(Option<Record>, Vec<Event>)>;

/// A desk's life of half a year: two tickets, one of which is resolved, closes by itself, and is
/// written to long after. The other is forgotten.
async fn story(store: &dyn AsyncStore) -> Verdict<Told> {
    let desk = AsyncDesk::create(store, DESK, settings()?, at(0)).await?;
    for call in calls() {
        desk.execute(&call).await?;
    }
    let mut now = at(8);
    let mut ticks = 0;
    while let Some(wake) = desk.next_wake(now).await? {
        unless("the wakes do not end, or do not move on", ticks > 50)?;
        ticks += 1;
        now = now.max(wake);
        let ticked = desk.tick(now).await?;
        if let Some((key, error)) = ticked.failed.into_iter().next() {
            return Err(Fault(format!("the tick of {key} failed: {error}")));
        }
    }
    let late = Reply::new(TicketId::from_u128(1), "Hello?");
    let later = now + TimeDelta::days(90);
    let answered = desk.reply(Actor::Customer(MARIA).at(later), late).await?;
    let mut keys: Vec<Key> = answered.records.iter().map(|record| record.key).collect();
    keys.extend([ticket(1), ticket(2), Key::settings(DESK)]);
    keys.extend([ANNA, BEN].map(|id| Key::agent(DESK, id)));
    keys.sort_unstable();
    keys.dedup();
    let mut told = Told::new();
    for key in keys {
        desk.verify(key).await?;
        told.push((desk.record(key).await?, desk.history(key, Revision::ZERO, 99).await?));
    }
    Ok(told)
}

pub(super) async fn a_story_goes_as_it_goes_in_memory(hand: Hand<'_>) -> Verdict {
    let expected = story(&Inline(MemoryStore::new())).await?;
    let found = story(hand.store()).await?;
    for (found, expected) in found.iter().zip(&expected) {
        same("a record", &found.0, &expected.0)?;
        same("a history", &found.1, &expected.1)?;
    }
    same("records", found.len(), expected.len())
}

pub(super) async fn a_command_that_comes_again_tells_the_first_outcome(hand: Hand<'_>) -> Verdict {
    let desk = AsyncDesk::create(hand.store(), DESK, settings()?, at(0)).await?;
    desk.open(Actor::Customer(MARIA).at(at(1)), open(1, "It burns.")).await?;
    let context = Actor::Customer(MARIA).at(at(2)).once(command(7));
    let call = context.call(Command::Reply(Reply::new(TicketId::from_u128(1), "Help!")));
    let first = desk.execute(&call).await?;
    desk.note(Actor::Host.at(at(3)), Note::new(TicketId::from_u128(1), "Since.")).await?;
    let again = desk.execute(&call).await?;
    same("repeated", (first.repeated, again.repeated), (false, true))?;
    same("the events", &again.events, &first.events)?;
    same("the reference", again.reference(), first.reference())?;
    same("its place", again.seq, first.seq)?;
    let history = desk.history(ticket(1), Revision::ZERO, 99).await?;
    same("events in all", history.len(), 3)?;
    // Another command under its id is refused, not carried out.
    let other = Command::Reply(Reply::new(TicketId::from_u128(1), "Another."));
    let refused = desk.execute(&Call { command: other, ..call }).await;
    unless("two commands under one id were carried out", refused.is_ok())
}

pub(super) async fn racing_desks_lose_no_message(hand: Hand<'_>) -> Verdict {
    let desk = AsyncDesk::create(hand.store(), DESK, settings()?, at(0)).await?;
    desk.open(Actor::Customer(MARIA).at(at(1)), open(1, "It burns.")).await?;
    let raced = hand.race(4, |hand, racer| async move {
        let desk = AsyncDesk::open_existing(hand.store(), DESK).await?.tries(1_000);
        let (ticket, now) = (TicketId::from_u128(1), at(2));
        for n in 0..5 {
            let once = command(u128::from(racer) * 100 + n + 1);
            let reply = Reply::new(ticket, format!("{racer}/{n}"));
            desk.reply(Actor::Customer(MARIA).at(now).once(once), reply).await?;
        }
        Verdict::Ok(())
    });
    raced.await.into_iter().collect::<Verdict>()?;
    let head = desk.ticket(TicketId::from_u128(1)).await?;
    same("messages", head.map(|ticket| ticket.message_count()), Some(21))?;
    desk.verify(ticket(1)).await?;
    Ok(())
}

pub(super) async fn a_tick_of_all_desks_reaches_each(hand: Hand<'_>) -> Verdict {
    let wake = async |id, now: DateTime<Utc>| {
        let desk = AsyncDesk::create(hand.store(), id, settings()?, at(0)).await?;
        let opened: Outcome =
            desk.open(Actor::Customer(MARIA).at(now), open(1, "It burns.")).await?;
        let wake = opened.ticket().and_then(|ticket| ticket.next_wake());
        wake.ok_or_else(|| Fault("an unresolved ticket never wakes".into()))
    };
    let (here, there) = (wake(DESK, at(1)).await?, wake(ELSEWHERE, at(2)).await?);
    let store = hand.store();
    let first = AsyncDesk::tick_all(&store, here).await?;
    same("what is due first", first.outcomes.len(), 1)?;
    same("and then", first.next_wake, Some(there))?;
    let second = AsyncDesk::tick_all(&store, there).await?;
    same("what is due second", second.outcomes.len(), 1)
}
