//! Routing without a desk: what a decision needs is asked for, and the same input gives the same.

use helpdesk::{Call, Command, Decision, Key, Loaded, decide, needs};

use super::*;

/// What the rules say, by what `needs` asks for and no more.
fn decided(desk: &TestDesk, call: &Call) -> (Decision, usize) {
    let (id, mut loaded, mut rounds) = (desk.desk.id(), Loaded::default(), 0);
    loop {
        let missing = needs(id, call, &loaded);
        if missing.is_empty() {
            return (decide(id, call, &loaded).unwrap(), rounds);
        }
        rounds += 1;
        assert!(rounds < 10, "{missing:?}");
        let wanted = Wanted {
            records: missing.records.clone(),
            counters: missing.counters.clone(),
            ..Wanted::default()
        };
        let found = desk.store.load(id, &wanted).unwrap();
        let records: Vec<Key> = missing.records;
        for (key, record) in records.into_iter().zip(found.records) {
            loaded.add_record(key, record);
        }
        for (counter, value) in missing.counters.into_iter().zip(found.counters) {
            loaded.add_counter(counter, value);
        }
        for (key, owner) in missing.keys.iter().zip(desk.store.resolve(id, &missing.keys).unwrap())
        {
            loaded.add_key(key.clone(), owner);
        }
        for (roster, channel) in missing.rosters {
            let wanted = Wanted {
                roster: Some(roster.clone()),
                channel: Some(channel.clone()),
                ..Wanted::default()
            };
            let found = desk.store.load(id, &wanted).unwrap();
            loaded.add_roster(roster, channel, found.roster);
        }
    }
}

#[test]
fn what_is_asked_for_is_enough_and_gives_what_the_desk_does() {
    let route = Route::to("support").same_language().by(helpdesk::rules::Strategy::MostIdle);
    let agents = [
        (ANNA, in_support("Anna").language("it").channel_capacity("email", 3)),
        (CARL, in_support("Carl").language("it")),
    ];
    let desk = desk(route, &agents);
    speaks(&desk, "it");
    asked(&desk, 1, Channel::Email);
    let call = desk.context(&customer(MARIA)).call(Command::Open(request(ticket_id(2))));
    let (decision, _) = decided(&desk, &call);
    let (again, _) = decided(&desk, &call);
    assert_eq!(format!("{decision:?}"), format!("{again:?}"), "the same, always");
    let prepared = desk.desk.prepare(&call).unwrap();
    let events = |decision: &Decision| format!("{:?}", decision.writes[0].events);
    assert_eq!(events(&decision), format!("{:?}", prepared.outcome.events[0].1));
    assert!(decision.writes[0].events.len() > 2, "it was routed");
    // Who resolves it frees somebody, which counts too.
    desk.ok(&customer(MARIA), request(ticket_id(2)));
    let call = desk.context(&Actor::Host).call(Command::Resolve(resolve(ticket_id(2))));
    let (decision, _) = decided(&desk, &call);
    let freed = decision.counters.iter().filter(|it| matches!(it.counter, Counter::Freed(_)));
    assert_eq!(freed.count(), 1);
    let call = desk
        .context(&Actor::Host)
        .call(Command::Assign(helpdesk::command::Assign::new(ticket_id(2), ANNA)));
    decided(&desk, &call);
}
