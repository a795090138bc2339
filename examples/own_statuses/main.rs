//! A host's own statuses: settings read from a JSON file, checked, drawn, and lived through.
//!
//! ```sh
//! cargo run --example own_statuses                  # a repair shop
//! cargo run --example own_statuses -- settings.json # check and draw your own
//! ```

use std::error::Error;
use std::process::ExitCode;

use helpdesk::command::{Open, Reply, Resolve, Resolving, SetStatus, Take};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, FieldValue, Outcome, Requester,
    Settings, SettingsDraft, TicketId,
};

const REPAIR_SHOP: &str = include_str!("settings.json");

fn main() -> ExitCode {
    let file = std::env::args().nth(1);
    let result = match &file {
        Some(path) => read(path).map(|settings| draw(&settings)),
        None => built(REPAIR_SHOP).and_then(|settings| {
            draw(&settings);
            live(settings)
        }),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", file.as_deref().unwrap_or("the repair shop"));
            ExitCode::FAILURE
        }
    }
}

fn read(path: &str) -> Result<Settings, Box<dyn Error>> {
    built(&std::fs::read_to_string(path)?)
}

/// Reads first and checks then, so that a mistake in JSON is told with its line, and every
/// mistake in what it says with its path.
fn built(json: &str) -> Result<Settings, Box<dyn Error>> {
    let draft: SettingsDraft = serde_json::from_str(json)?;
    Ok(draft.build()?)
}

/// What leads where: by message, by taking, by hand.
fn draw(settings: &Settings) {
    println!("{:14} {:9} {:14} {:14} by hand", "status", "means", "customer", "agent");
    for status in &settings.workflow().draft().statuses {
        let name = |to: &Option<helpdesk::StatusName>| {
            to.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
        };
        let hand: Vec<&str> = status.transitions.iter().map(|way| way.to.as_str()).collect();
        println!(
            "{:14} {:9} {:14} {:14} {}",
            status.name,
            status.category,
            name(&status.on_customer_reply),
            name(&status.on_agent_reply),
            hand.join(", ")
        );
    }
}

/// A repair, from the counter to its return.
fn live(settings: Settings) -> Result<(), Box<dyn Error>> {
    let now = "2026-03-02T09:00:00Z".parse()?;
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), settings, now)?;
    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(now), anna, AgentProfile::new("Anna"))?;
    let (maria, requester) = (Actor::Customer(maria), Requester::Contact(maria));
    let (anna, id) = (Actor::Agent(anna), TicketId::from_u128(1));

    let told = |what: &str, outcome: &Outcome| {
        let status = outcome.ticket().map(|ticket| ticket.status().to_string());
        println!("{what:24} {}", status.unwrap_or_default());
    };
    println!();
    told("Maria brings it in", &desk.open(maria.at(now), Open::new(id, requester, "It smokes"))?);
    told("Anna takes it", &desk.take(anna.at(now), Take { ticket: id })?);
    told("Anna says what it costs", &desk.reply(anna.at(now), Reply::new(id, "90, a new fan"))?);
    told("Maria agrees", &desk.reply(maria.at(now), Reply::new(id, "Please do"))?);
    let order = |reason: Option<&str>| SetStatus {
        ticket: id,
        status: "parts_ordered".into(),
        reason: reason.map(Into::into),
    };
    match desk.set_status(anna.at(now), order(None)) {
        Err(refused) => println!("{:24} refused: {refused}", "Anna orders a part"),
        Ok(outcome) => told("Anna orders a part", &outcome),
    }
    told("and says why it waits", &desk.set_status(anna.at(now), order(Some("spare_part")))?);

    let resolve = || Resolve { ticket: id, resolution: Resolving::new("solved") };
    match desk.resolve(anna.at(now), resolve()) {
        Err(refused) => println!("{:24} refused: {refused}", "Anna is done"),
        Ok(outcome) => told("Anna is done", &outcome),
    }
    let mut edit = helpdesk::command::Edit::new(id);
    edit.fields.insert("part".into(), Some(FieldValue::Text("fan".into())));
    desk.edit(anna.at(now), edit)?;
    told("and names the part", &desk.resolve(anna.at(now), resolve())?);
    while let Some(wake) = desk.next_wake(now)? {
        for outcome in desk.tick(wake)?.outcomes {
            told("two weeks later", &outcome);
        }
    }
    Ok(())
}
