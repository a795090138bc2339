//! What a contact is, and by what they are recognised.

use helpdesk::command::Open;
use helpdesk::conformance::kit::FaultyStore;
use helpdesk::{
    Actor, Command, ContactProfile, Desk, Erasable, FieldDef, FieldKind, FieldValue, Head,
    Identity, IdentityKind, Key, Requester, Revision, Settings, SettingsDraft, fold,
};

use super::{LEA, code, contact, email, put, refused_put};
use crate::support::*;

#[test]
fn a_contact_asks_without_a_record_and_none_comes_of_it() {
    let desk = TestDesk::new();
    desk.given_request();
    assert_eq!(desk.desk.contact(MARIA).unwrap(), None);
    assert_eq!(desk.ticket(TICKET).organisation(), None);
}

#[test]
fn a_visitor_keeps_their_visitor_id_when_they_get_a_name() {
    let desk = TestDesk::new();
    put(&desk, LEA, ContactProfile::default());
    let visitor = contact(&desk, LEA).visitor().unwrap().clone();
    assert!(visitor.as_str().starts_with("visitor-") && visitor.as_str().len() == 14);
    assert_eq!(contact(&desk, LEA).name(), None);

    put(&desk, LEA, ContactProfile::new("Lea"));
    assert_eq!(contact(&desk, LEA).visitor(), Some(&visitor));
    assert_eq!(contact(&desk, LEA).name(), Some("Lea"));

    put(&desk, MARIA, ContactProfile::new("Maria"));
    assert_eq!(contact(&desk, MARIA).visitor(), None, "she had a name from the first");
}

#[test]
fn saying_what_is_on_record_changes_nothing() {
    let desk = TestDesk::new();
    let profile = || {
        let mut profile = ContactProfile::new("Lea").identity(email("Lea@example.com"));
        profile.language = Some("pt-BR".into());
        profile
    };
    assert!(!put(&desk, LEA, profile()).is_no_op());
    assert!(put(&desk, LEA, profile()).is_no_op());
    // Twice in one profile counts once.
    assert!(put(&desk, LEA, profile().identity(email("lea@EXAMPLE.com"))).is_no_op());
    // As it is written is part of what is on record.
    let lower = ContactProfile { identities: vec![email("lea@example.com")], ..profile() };
    assert!(!put(&desk, LEA, lower).is_no_op());
    desk.verify();
}

#[test]
fn an_identity_is_one_contacts_however_it_is_written() {
    let desk = TestDesk::new();
    let phone = Identity::phone("+39 (06) 69-812");
    put(&desk, MARIA, ContactProfile::new("Maria").identity(phone.clone()));
    for same in ["+390669812", "+39 06.69/812"] {
        let profile = ContactProfile::new("Lea").identity(Identity::phone(same));
        assert_eq!(refused_put(&desk, LEA, profile), "identity_taken");
        let found = desk.desk.contact_by(&Identity::phone(same)).unwrap().unwrap();
        assert_eq!(found.id(), MARIA);
    }
    assert_eq!(contact(&desk, MARIA).identities(), [phone], "shown as it was given");
    put(&desk, LEA, ContactProfile::new("Lea").identity(Identity::other("n", "+390669812")));
}

#[test]
fn an_identity_moves_in_two_commands() {
    let desk = TestDesk::new();
    let address = || email("office@example.com");
    put(&desk, MARIA, ContactProfile::new("Maria").identity(address()));
    let lea = || ContactProfile::new("Lea").identity(address());
    assert_eq!(refused_put(&desk, LEA, lea()), "identity_taken");
    put(&desk, MARIA, ContactProfile::new("Maria"));
    assert_eq!(desk.desk.contact_by(&address()).unwrap(), None);
    put(&desk, LEA, lea());
    assert_eq!(desk.desk.contact_by(&address()).unwrap().unwrap().id(), LEA);
}

#[test]
fn of_two_hosts_that_put_one_address_at_once_one_wins() {
    let desk = TestDesk::new();
    let call = |id, name: &str| {
        let profile = ContactProfile::new(name).identity(email("one@example.com"));
        Actor::Host.at(desk.now()).call(Command::PutContact { id, profile })
    };
    let store = FaultyStore::new(desk.store.clone());
    let host = Desk::open_existing(store.clone(), desk.desk.id()).unwrap();
    let before = store.take_calls().len();
    assert!(before > 0);
    host.prepare(&call(MARIA, "Maria")).unwrap();
    let commit = store.take_calls().len() + 1;
    let (other, theirs) = (desk.desk.clone(), call(LEA, "Lea"));
    store.meanwhile(commit, move || {
        other.execute(&theirs).unwrap();
    });
    assert_eq!(code(host.execute(&call(MARIA, "Maria"))), "identity_taken");
    assert_eq!(desk.desk.contact_by(&email("ONE@example.com")).unwrap().unwrap().id(), LEA);
    assert_eq!(desk.desk.contact(MARIA).unwrap(), None);
}

#[test]
fn words_that_cannot_be_are_refused() {
    let desk = TestDesk::new();
    let with = |change: fn(&mut ContactProfile)| {
        let mut profile = ContactProfile::default();
        change(&mut profile);
        profile
    };
    let wrong: [fn(&mut ContactProfile); 12] = [
        |it| it.name = Some("x".repeat(201)),
        |it| it.name = Some(String::new()),
        |it| it.location = Some(" Rome".into()),
        |it| it.time_zone = Some("Europe//Rome".into()),
        |it| it.time_zone = Some("1/Rome".into()),
        |it| it.language = Some("i".into()),
        |it| it.language = Some("it_IT".into()),
        |it| it.identities.push(email("nobody")),
        |it| it.identities.push(email("@example.com")),
        |it| it.identities.push(Identity::phone("0669812")),
        |it| it.identities.push(Identity::phone("+39 call me")),
        |it| it.identities.push(Identity::social("a:b", "lea")),
    ];
    for change in wrong {
        let profile = with(change);
        assert_eq!(refused_put(&desk, LEA, profile.clone()), "bad_name", "{profile:?}");
    }
    for zone in ["UTC", "Europe/Rome", "America/Argentina/Buenos_Aires", "Etc/GMT+3"] {
        put(&desk, LEA, ContactProfile { time_zone: Some(zone.into()), ..Default::default() });
        assert_eq!(contact(&desk, LEA).time_zone(), Some(zone));
    }
    let many = |count: usize| ContactProfile {
        identities: (0..count).map(|n| Identity::other("n", n.to_string())).collect(),
        ..ContactProfile::default()
    };
    put(&desk, LEA, many(50));
    assert_eq!(refused_put(&desk, LEA, many(51)), "limit_exceeded");
}

#[test]
fn contacts_have_custom_fields_of_their_own() {
    let mut draft = draft();
    draft.contact_fields = vec![
        FieldDef::new("seats", FieldKind::Integer { min: 1, max: 9 }),
        FieldDef::new("badge", FieldKind::Text { max_bytes: 9 }),
    ];
    let desk = TestDesk::with(draft);
    let with = |name: &str, value| {
        let mut profile = ContactProfile::new("Lea");
        profile.fields.insert(name.into(), value);
        profile
    };
    put(&desk, LEA, with("seats", FieldValue::Integer(3)));
    let found = contact(&desk, LEA).field(&"seats".into());
    assert_eq!(found, Some(Erasable::Known(FieldValue::Integer(3))));
    let (ten, order) = (FieldValue::Integer(10), FieldValue::Text("A".into()));
    assert_eq!(refused_put(&desk, LEA, with("seats", ten)), "field_invalid");
    assert_eq!(refused_put(&desk, LEA, with("order", order)), "unknown_name");
    let wrong = SettingsDraft {
        contact_fields: vec![FieldDef::new("", FieldKind::Boolean)],
        ..SettingsDraft::default()
    };
    let error = wrong.build().unwrap_err();
    assert_eq!(error.problems()[0].path(), "contact_fields[0].name");
}

#[test]
fn what_is_personal_can_be_erased_and_what_is_not_stays() {
    let desk = TestDesk::new();
    let mut profile = ContactProfile::new("Lea").identity(email("lea@example.com"));
    profile.location = Some("Rome".into());
    profile.time_zone = Some("Europe/Rome".into());
    profile.language = Some("it".into());
    put(&desk, LEA, profile);
    let key = Key::contact(desk.desk.id(), LEA);
    let mut history = desk.desk.history(key, Revision::ZERO, 10).unwrap();
    for word in ["Lea", "lea@", "Rome", "it\""] {
        let facts = serde_json::to_string(&history[0].change).unwrap();
        assert!(!facts.contains(word), "{facts}");
    }
    history[0].personal = None;
    let Head::Contact(erased) = fold(key, &history).unwrap() else { panic!("it is a contact") };
    assert!(erased.is_erased());
    assert_eq!((erased.name(), erased.identities().len()), (Some(""), 0));
    assert_eq!(erased.identity_kinds(), [IdentityKind::Email]);
    assert_eq!((erased.location(), erased.time_zone(), erased.language()), (None, None, None));
}

#[test]
fn who_may_say_what_a_contact_is() {
    let desk = TestDesk::new();
    for (number, (actor, may)) in [
        (Actor::Host, true),
        (agent(OWNER), true),
        (agent(ADMIN), true),
        (agent(ANNA), true),
        (agent(RHEA), false),
        (agent(LIA), false),
        (customer(LEA), false),
        (bot(), false),
        (Actor::AutoResponder(LEA), false),
        (Actor::System, false),
    ]
    .into_iter()
    .enumerate()
    {
        let profile = ContactProfile::new(format!("Lea {number}"));
        let result = desk.run(&actor, Command::PutContact { id: LEA, profile });
        match may {
            true => assert!(result.is_ok(), "{actor}"),
            false => assert_eq!(code(result), "forbidden", "{actor}"),
        }
    }
}

#[test]
fn nobody_says_what_they_have_not_seen() {
    let desk = TestDesk::new();
    put(&desk, LEA, ContactProfile::new("Lea"));
    put(&desk, LEA, ContactProfile::new("Lea L."));
    let profile = ContactProfile::new("L.");
    let context = desk.context(&Actor::Host).having_seen(Revision(1));
    assert_eq!(code(desk.desk.put_contact(context, LEA, profile.clone())), "stale_view");
    let context = desk.context(&Actor::Host).having_seen(Revision(2));
    desk.desk.put_contact(context, LEA, profile).unwrap();
}

#[test]
fn what_one_desk_knows_of_a_contact_no_other_desk_does() {
    let desk = TestDesk::new();
    put(&desk, LEA, ContactProfile::new("Lea").identity(email("lea@example.com")));
    let id = helpdesk::DeskId::from_u128(0x0DE5);
    let other = Desk::create(desk.store.clone(), id, Settings::default(), desk.now()).unwrap();
    assert_eq!(other.contact(LEA).unwrap(), None);
    assert_eq!(other.contact_by(&email("lea@example.com")).unwrap(), None);
    // The same person, the same address, another tenant's.
    let profile = ContactProfile::new("Frau L.").identity(email("lea@example.com"));
    other.put_contact(Actor::Host.at(desk.now()), LEA, profile).unwrap();
    assert_eq!(contact(&desk, LEA).name(), Some("Lea"));
    let open = Open::new(TICKET, Requester::Contact(LEA), "words");
    assert_eq!(other.open(customer(LEA).at(desk.now()), open).unwrap().opened().count(), 1);
}
