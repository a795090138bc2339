//! What is loaded: the last commit, in the order asked, and of one desk.

use crate::conformance::hand::{
    ALIKE, ANNA, BEN, DESK, ELSEWHERE, Hand, agent, at, command, elsewhere, email, lift, parts,
    ticket,
};
use crate::conformance::law::{Verdict, same, unless};
use crate::conformance::laws::find::every_ticket;
use crate::store::{
    CommitParts, Found, Lease, LeaseToken, Roster, Rostered, Scope, Settlement, StoreError, Wanted,
};
use crate::{
    AgentChange, AgentId, Columns, Counter, CounterChange, DepartmentName, Key, KeyChange, Record,
    Revision, Role, TicketNumber, UniqueKey, fold,
};

pub(super) async fn an_empty_store_has_nothing(hand: Hand<'_>) -> Verdict {
    let store = hand.store();
    let wanted = Wanted {
        records: vec![ticket(1), agent(ANNA), Key::settings(DESK)],
        counters: vec![Counter::Load(ANNA), Counter::Queued(None)],
        roster: Some(Roster::Everybody),
        channel: None,
    };
    let nothing = Found {
        records: vec![None, None, None],
        counters: vec![0, 0],
        roster: Rostered::default(),
    };
    same("load", store.load(DESK, wanted).await?, nothing)?;
    let keys = vec![email("anna@example.com"), UniqueKey::Number(TicketNumber(1))];
    same("resolve", store.resolve(DESK, keys).await?, [None, None])?;
    same("history", store.history(ticket(1), Revision::ZERO, 9).await?, [])?;
    same("receipt", store.receipt(DESK, command(1)).await?, None)?;
    same("find", store.find(every_ticket(DESK, None, 9)?).await?, [])?;
    same("scan", store.scan(DESK, 0, 9).await?.len(), 0)?;
    let lease = Lease { until: at(2), limit: 9 };
    for scope in [Scope::One(DESK), Scope::All] {
        let due = store.due(scope, at(1), lease).await?;
        same("due", (due.rows.len(), due.next), (0, None))?;
        same("claim", store.claim(scope, at(1), lease).await?, [])?;
    }
    let token = LeaseToken { key: ticket(1), lease: 1 };
    same("settle", store.settle(token, Settlement::Delivered).await?, false)
}

pub(super) async fn answers_come_in_the_order_asked(hand: Hand<'_>) -> Verdict {
    let writes = vec![hand.write(agent(ANNA), 0, 1)?];
    let counters = vec![lift(ANNA, 3, None), lift(BEN, 5, None)];
    let taken = KeyChange::Take(email("anna@example.com"), agent(ANNA));
    hand.commit(CommitParts { counters, keys: vec![taken], ..parts(writes) }).await?;
    hand.given(&[(ticket(1), 0), (ticket(2), 0)]).await?;
    let keys = [ticket(2), ticket(9), agent(ANNA), ticket(1), ticket(2)];
    let counters = [BEN, AgentId::from_u128(9), ANNA, BEN].map(Counter::Load);
    let wanted = Wanted { counters: counters.into(), ..Wanted::records(keys) };
    let found = hand.store().load(DESK, wanted).await?;
    let records = found.records.iter().map(|record| record.as_ref().map(|record| record.key));
    let expected = [Some(ticket(2)), None, Some(agent(ANNA)), Some(ticket(1)), Some(ticket(2))];
    same("records", records.collect::<Vec<_>>(), expected)?;
    same("counters", found.counters, [5, 0, 3, 5])?;
    same("a roster that nobody asked for", found.roster, Rostered::default())?;
    let keys = vec![email("ben@example.com"), email("anna@example.com")];
    same("owners", hand.store().resolve(DESK, keys).await?, [None, Some(agent(ANNA))])
}

pub(super) async fn a_head_is_the_fold_of_its_history(hand: Hand<'_>) -> Verdict {
    let keys = [ticket(1), agent(ANNA), Key::settings(DESK)];
    let mut last = 0;
    for events in [1, 3, 1] {
        for key in keys {
            let more = hand.write(key, last, events)?;
            hand.commit(parts(vec![more])).await?;
        }
        last += events;
        for key in keys {
            let record = hand.record(key).await?;
            let history = hand.store().history(key, Revision::ZERO, 99).await?;
            let (revision, head) = (Revision(last), fold(key, &history)?);
            same(format!("the head of {key}"), record.as_ref().map(|it| &it.head), Some(&head))?;
            same(format!("where {key} is"), record.map(|it| it.revision), Some(revision))?;
        }
    }
    Ok(())
}

pub(super) async fn another_desks_records_are_not_there(hand: Hand<'_>) -> Verdict {
    let keys = [ticket(1), agent(ANNA)];
    for key in keys {
        hand.given(&[(key, 0)]).await?;
    }
    let wanted = Wanted { roster: Some(Roster::Everybody), ..Wanted::records(keys) };
    let found = hand.store().load(ELSEWHERE, wanted).await?;
    same("this desk's keys, asked of another", found.records, [None, None])?;
    same("this desk's agents on another's roster", found.roster, Rostered::default())?;
    for key in keys {
        same("the same id on another desk", hand.record(elsewhere(key)).await?, None)?;
        let history = hand.store().history(elsewhere(key), Revision::ZERO, 9).await?;
        same("its history", history, [])?;
    }
    // And what is there under the same id is another record.
    hand.given(&[(elsewhere(ticket(1)), 0)]).await?;
    hand.given(&[(elsewhere(ticket(1)), 1)]).await?;
    let revisions = |record: Option<Record>| record.map(|record| record.revision);
    same("here", revisions(hand.record(ticket(1)).await?), Some(Revision(1)))?;
    same("there", revisions(hand.record(elsewhere(ticket(1))).await?), Some(Revision(2)))
}

/// The agents of a roster, each with the load.
async fn roster(hand: Hand<'_>, roster: Roster) -> Result<Vec<(Key, i64)>, StoreError> {
    let wanted = Wanted { roster: Some(roster), ..Wanted::default() };
    let found = hand.store().load(DESK, wanted).await?;
    Ok(found.roster.iter().map(|(record, tally)| (record.key, tally.load)).collect())
}

fn department(name: &str) -> Roster {
    Roster::Department(DepartmentName::from(name))
}

pub(super) async fn a_roster_lists_who_can_own_tickets(hand: Hand<'_>) -> Verdict {
    // Agents 1 to 4, the last first: 1 and 3 in support, 2 nowhere, 4 in support and billing.
    let departments: [&[&str]; 4] = [&["support"], &[], &["support"], &["billing", "support"]];
    for (id, names) in [1, 2, 3, 4].into_iter().zip(departments).rev() {
        let (id, names) = (AgentId::from_u128(id), names.iter().map(|name| (*name).into()));
        let write = hand.profile(agent(id), 0, |facts| facts.departments = names.collect())?;
        let load = i64::try_from(id.as_uuid().as_u128()).unwrap_or(0) * 10;
        let counters = vec![lift(id, load, None)];
        hand.commit(CommitParts { counters, ..parts(vec![write]) }).await?;
    }
    let one = |id: u128| agent(AgentId::from_u128(id));
    let all = [(one(1), 10), (one(2), 20), (one(3), 30), (one(4), 40)];
    same("everybody", roster(hand, Roster::Everybody).await?, all)?;
    let support = [(one(1), 10), (one(3), 30), (one(4), 40)];
    same("support", roster(hand, department("support")).await?, support)?;
    same("billing", roster(hand, department("billing")).await?, [(one(4), 40)])?;
    same("a department of nobody", roster(hand, department("sales")).await?, [])?;
    let wanted = Wanted { roster: Some(Roster::Everybody), ..Wanted::records([one(1)]) };
    let found = hand.store().load(DESK, wanted).await?;
    let first = found.roster.records.first().cloned();
    same("a record and its place on the roster", found.records, [first])
}

pub(super) async fn a_roster_says_what_is_counted_of_each(hand: Hand<'_>) -> Verdict {
    let open = |id, channel: &str| Counter::Open(id, channel.into());
    let counted = [
        (ANNA, [(Counter::Load(ANNA), 1), (open(ANNA, "chat"), 2), (open(ANNA, "email"), 3)]),
        (BEN, [(Counter::Load(BEN), 4), (open(BEN, "chat"), 5), (open(BEN, "Chat"), 6)]),
    ];
    for (id, counters) in counted {
        let stamps = [(Counter::Given(id), 1 << 50), (Counter::Freed(id), (1 << 50) + 1)];
        let changes = counters.into_iter().chain(stamps.into_iter().filter(|_| id == ANNA));
        let changes =
            changes.map(|(counter, delta)| CounterChange { counter, delta, ceiling: Some(delta) });
        let write = hand.profile(agent(id), 0, |_| ())?;
        hand.commit(CommitParts { counters: changes.collect(), ..parts(vec![write]) }).await?;
    }
    let of = async |channel: Option<&str>| -> Result<Vec<(i64, i64, i64, i64)>, StoreError> {
        let channel = channel.map(Into::into);
        let wanted = Wanted { roster: Some(Roster::Everybody), channel, ..Wanted::default() };
        let found = hand.store().load(DESK, wanted).await?;
        let all = found.roster.tallies.iter().map(|it| (it.load, it.open, it.given, it.freed));
        Ok(all.collect())
    };
    let anna = |open| (1, open, 1 << 50, (1 << 50) + 1);
    same("of chats", of(Some("chat")).await?, [anna(2), (4, 5, 0, 0)])?;
    same("of mails", of(Some("email")).await?, [anna(3), (4, 0, 0, 0)])?;
    same("of another channel", of(Some("cha")).await?, [anna(0), (4, 0, 0, 0)])?;
    same("of no channel", of(None).await?, [anna(0), (4, 0, 0, 0)])
}

pub(super) async fn rosters_are_told_apart_by_their_bytes(hand: Hand<'_>) -> Verdict {
    let agents = || (1..).map(|id| agent(AgentId::from_u128(id))).zip(ALIKE);
    for (key, name) in agents() {
        let write = hand.profile(key, 0, |facts| facts.departments = vec![name.into()])?;
        hand.commit(parts(vec![write])).await?;
    }
    for (key, name) in agents() {
        same(format!("{name:?}"), roster(hand, department(name)).await?, [(key, 0)])?;
    }
    same("a name that begins so", roster(hand, department("caf")).await?, [])
}

pub(super) async fn a_roster_follows_what_is_said_of_an_agent(hand: Hand<'_>) -> Verdict {
    let anna = agent(ANNA);
    let support = |facts: &mut AgentChange| facts.departments = vec!["support".into()];
    type Says<'a> = &'a dyn Fn(&mut AgentChange);
    let said: [(&str, Says<'_>, usize, usize); 5] = [
        ("in support", &support, 1, 1),
        ("moved to billing", &|facts| facts.departments = vec!["billing".into()], 0, 1),
        ("a light agent", &|facts| (support(facts), facts.role = Role::Light).1, 0, 0),
        ("an agent again", &support, 1, 1),
        ("gone", &|facts| (support(facts), facts.deactivated = true).1, 0, 0),
    ];
    for (from, (what, change, in_support, on_desk)) in (0..).zip(said) {
        let write = hand.profile(anna, from, change)?;
        unless(
            "the kit's columns are not an agent's",
            !matches!(write.columns, Columns::Agent(_)),
        )?;
        hand.commit(parts(vec![write])).await?;
        let support = roster(hand, department("support")).await?.len();
        same(format!("support, with an agent {what}"), support, in_support)?;
        let everybody = roster(hand, Roster::Everybody).await?.len();
        same(format!("everybody, with an agent {what}"), everybody, on_desk)?;
    }
    Ok(())
}
