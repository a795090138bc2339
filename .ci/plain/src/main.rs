//! What is true only where no feature is on: a regular expression is refused by its path, and a
//! desk lives without any of the rest.

use std::error::Error;

use helpdesk::command::{Open, Reply};
use helpdesk::matching::{Listing, Place};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, Condition, ContactId, Desk, DeskId, Requester, Settings, TicketId,
};

fn main() -> Result<(), Box<dyn Error>> {
    let lexicon = Settings::default().lexicon();
    let pattern: Condition = r#"priority = high and subject matches "(?i)fire""#.parse()?;
    let refused = pattern.check(&lexicon, Place::View).err().ok_or("it was to be refused")?;
    assert_eq!(
        refused.to_string(),
        "invalid condition: all[1].matches: the crate was built without the feature `regex`, \
         which this needs"
    );
    // As data it is kept and printed all the same.
    assert_eq!(pattern, pattern.to_string().parse()?);

    let now = "2026-03-02T09:00:00Z".parse()?;
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), Settings::default(), now)?;
    let (maria, id) = (ContactId::from_u128(7), TicketId::from_u128(1));
    desk.open(
        Actor::Customer(maria).at(now),
        Open::new(id, Requester::Contact(maria), "It burns. Help!"),
    )?;
    desk.reply(Actor::Host.at(now), Reply::new(id, "We have heard you."))?;
    let found = desk.find(&Actor::Host, now, &Listing::of("messages = 2".parse()?))?;
    assert_eq!(found.rows.len(), 1);
    println!("a host without features: as it should be");
    Ok(())
}
