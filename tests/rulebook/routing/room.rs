//! How much anybody can have at once.

use helpdesk::command::{Assign, Reply, Take};
use helpdesk::rules::{Action, Anchor, Strategy, TimeRule};
use helpdesk::{AgentProfile, Burden, RoutingSettings, Span};

use super::*;

/// Settings that weigh a chat as three.
fn weighing(to: Route) -> SettingsDraft {
    SettingsDraft { routing: RoutingSettings::default().weight("chat", 3), ..all(to) }
}

#[test]
fn work_is_counted_by_the_weight_of_its_channel() {
    let desk = with(weighing(Route::to("support")), &[(ANNA, in_support("Anna").capacity(5))]);
    assert_eq!(asked(&desk, 1, Channel::Chat), Some(ANNA));
    assert_eq!(desk.load_of(ANNA), 3);
    assert_eq!(asked(&desk, 2, Channel::Chat), None, "three more are too much");
    assert_eq!(asked(&desk, 3, Channel::Email), Some(ANNA));
    assert_eq!(asked(&desk, 4, Channel::Email), Some(ANNA));
    assert_eq!((desk.load_of(ANNA), asked(&desk, 5, Channel::Email)), (5, None));
    let channel = Some("chat".into());
    assert_eq!(*desk.ticket(ticket_id(1)).burden(), Burden { weight: 3, channel });

    // What was assigned keeps its weight, whatever the settings say later.
    desk.publish(all(Route::to("support")));
    desk.ok(&agent(ANNA), resolve(ticket_id(1)));
    assert_eq!(desk.load_of(ANNA), 2);
    desk.verify();
}

#[test]
fn a_hand_is_held_to_the_weights_too() {
    let mut draft = weighing(Route::to("support"));
    draft.rules.routing.clear();
    let desk = with(draft, &[(ANNA, in_support("Anna").capacity(2))]);
    asked(&desk, 1, Channel::Chat);
    let refusal = desk.refused(&agent(ANNA), Take { ticket: ticket_id(1) });
    assert_eq!(refusal.code(), "over_capacity");
    desk.ok(&Actor::Host, Assign { over_capacity: true, ..Assign::new(ticket_id(1), ANNA) });
    assert_eq!(desk.load_of(ANNA), 3);
}

#[test]
fn tickets_of_a_channel_may_be_bounded_by_themselves() {
    let agents =
        [(ANNA, in_support("Anna").channel_capacity("chat", 1)), (CARL, in_support("Carl"))];
    let route = Route::to("support").by(Strategy::LeastLoaded);
    let desk = desk(route, &agents);
    assert_eq!(asked(&desk, 1, Channel::Chat), Some(ANNA));
    for n in 2..=5 {
        assert_eq!(asked(&desk, n, Channel::Chat), Some(CARL));
    }
    assert_eq!(asked(&desk, 6, Channel::Email), Some(ANNA));
    assert_eq!(counter(&desk, Counter::Open(ANNA, "chat".into())), 1);
    assert_eq!(counter(&desk, Counter::Open(CARL, "chat".into())), 4);

    let refusal = desk.refused(&agent(CARL), Assign::new(ticket_id(2), ANNA));
    assert_eq!(refusal.code(), "over_channel_capacity");
    assert!(refusal.to_string().ends_with("owns 1 of 1 tickets of the channel `chat`"));
    desk.ok(&agent(ANNA), resolve(ticket_id(1)));
    assert_eq!(counter(&desk, Counter::Open(ANNA, "chat".into())), 0);
    desk.ok(&agent(CARL), Assign::new(ticket_id(2), ANNA));
    // It comes back, and Anna has no room for a second chat.
    desk.ok(&customer(MARIA), Reply::new(ticket_id(1), "Still broken"));
    assert_eq!(owner(&desk, 1), Some(CARL));
    assert_eq!(counter(&desk, Counter::Open(ANNA, "chat".into())), 1);
    desk.verify();
}

#[test]
fn reopening_never_fills_anybody_beyond_their_capacity_and_looks_for_somebody_else() {
    let agents = [(ANNA, in_support("Anna").capacity(1)), (CARL, in_support("Carl").capacity(1))];
    let desk = desk(Route::to("support"), &agents);
    assert_eq!(asked(&desk, 1, Channel::Email), Some(ANNA));
    desk.ok(&agent(ANNA), resolve(ticket_id(1)));
    assert_eq!([2, 3].map(|n| asked(&desk, n, Channel::Email)), [Some(CARL), Some(ANNA)]);
    desk.ok(&customer(MARIA), Reply::new(ticket_id(1), "Still broken"));
    assert_eq!(owner(&desk, 1), None);
    assert_eq!([ANNA, CARL].map(|it| desk.load_of(it)), [1, 1]);
    // As soon as there is room, by whoever asks for it.
    desk.ok(&agent(CARL), resolve(ticket_id(2)));
    desk.desk.route(desk.context(&agent(CARL)), ticket_id(1)).unwrap();
    assert_eq!(owner(&desk, 1), Some(CARL));
}

#[test]
fn an_agent_who_is_away_is_given_nothing() {
    let desk = desk(Route::to("support"), &two());
    away(&desk, ANNA, true);
    for n in 1..=4 {
        assert_eq!(asked(&desk, n, Channel::Email), Some(CARL));
    }
    away(&desk, CARL, true);
    assert_eq!(asked(&desk, 5, Channel::Email), None);
    // What they own stays theirs.
    assert_eq!(owner(&desk, 1), Some(CARL));
    // Their profile, said anew, does not bring them back.
    desk.put_agent(ANNA, in_support("Anna Maria"));
    assert!(!desk.desk.agent(ANNA).unwrap().unwrap().is_available());
    assert_eq!(owner(&desk, 5), None);
}

#[test]
fn what_cannot_be_said_of_an_agent_is_refused_by_name() {
    let desk = with(draft(), &[]);
    let cases: [(AgentProfile, &str, &str); 6] = [
        (in_support("A").skill("networks", 0), "bad_name", "the skill `networks` has a level"),
        (in_support("A").skill("networks", 11), "bad_name", "the skill `networks` has a level"),
        (in_support("A").skill(" ", 1), "bad_name", "the skill ` `"),
        (in_support("A").language("english!"), "bad_name", "the language `english!`"),
        (in_support("A").calendar("nights"), "unknown_name", "no calendar `nights`"),
        (in_support("A").channel_capacity("fax", 1), "bad_name", "the channel `fax`"),
    ];
    for (profile, code, said) in cases {
        let command = helpdesk::Command::PutAgent { id: ANNA, profile };
        let refusal = desk.refused(&Actor::Host, command);
        assert_eq!(refusal.code(), code);
        assert!(refusal.to_string().contains(said), "{refusal}");
    }
}

#[test]
fn who_is_given_it_whatever_they_have_is_not_held_to_the_room_of_who_had_it_before() {
    let mut draft = draft();
    let route = Action::Route(Route::to("support"));
    draft.rules.time_rules =
        vec![TimeRule::new("hour", Anchor::OpenedAt, Span::hours(1)).then(route)];
    let agents = [(ANNA, in_support("Anna").capacity(1)), (CARL, in_support("Carl").capacity(0))];
    let desk = with(draft, &agents);
    asked(&desk, 1, Channel::Email);
    let give = |n| Assign { over_capacity: true, ..Assign::new(ticket_id(n), CARL) };
    desk.ok(&Actor::Host, give(1));
    assert_eq!(asked(&desk, 2, Channel::Email), None);
    desk.pass(hours(2));
    // It is given to Anna, who has room for one, and in the same command to Carl, who has one.
    let given = desk.ok(&Actor::Host, give(2));
    assert_eq!(given.tries, 1);
    assert_eq!((owner(&desk, 2), desk.load_of(CARL), desk.load_of(ANNA)), (Some(CARL), 2, 0));
    desk.verify();
}
