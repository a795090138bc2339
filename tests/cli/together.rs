//! Two processes' worth of stores on one file.

use std::collections::BTreeSet;
use std::thread;

use super::{ANNA, BEN, MARIA, Office};

#[test]
fn of_agents_who_ask_at_once_no_two_get_the_same_ticket() {
    let office = Office::new();
    for _ in 0..6 {
        office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    }
    let work = |who: &'static str| {
        let office = &office;
        move || {
            let next = ["solve", "next", "--as", who, "--json"];
            let taken =
                (0..3).map(|_| office.at("09:10", &next).json()["ticket"]["reference"].clone());
            taken.map(|it| it.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    let taken: Vec<String> = thread::scope(|scope| {
        let both = [scope.spawn(work(ANNA)), scope.spawn(work(BEN))];
        both.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    let all: BTreeSet<String> = (1..=6).map(|number| format!("HD-{number}")).collect();
    assert_eq!((taken.len(), taken.into_iter().collect::<BTreeSet<_>>()), (6, all));
}

#[test]
fn who_writes_first_from_two_places_at_once_is_one_contact_with_two_tickets() {
    let office = Office::new();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| office.at("09:05", &["open", "--as", MARIA, "It burns."]).told());
        }
    });
    let theirs = office.at("09:10", &["list", "--as", MARIA, "--json"]).json();
    let references: Vec<&str> = theirs["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["reference"].as_str().unwrap())
        .collect();
    assert_eq!(references, ["HD-1", "HD-2"]);
}

#[test]
fn a_notice_is_told_by_one_of_two_relays() {
    let office = Office::new();
    for _ in 0..5 {
        office.at("09:05", &["open", "--as", MARIA, "It burns."]).told();
    }
    let relay =
        || office.at("09:10", &["notices", "--json"]).json()["notices"].as_array().unwrap().clone();
    let told: Vec<String> = thread::scope(|scope| {
        let both = [scope.spawn(relay), scope.spawn(relay)];
        let told = both.into_iter().flat_map(|it| it.join().unwrap());
        told.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    });
    let once: BTreeSet<&String> = told.iter().collect();
    assert_eq!((told.len(), once.len()), (5, 5), "{told:?}");
}
