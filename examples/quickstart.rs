//! A ticket's life: opened, answered, answered back, resolved, closed by itself.

use helpdesk::command::{Open, Reply, Resolve, Take};
use helpdesk::store::MemoryStore;
use helpdesk::{
    Actor, AgentId, AgentProfile, ContactId, Desk, DeskId, Requester, Settings, TicketId,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The host owns the clock, the ids and the database; here, a store in memory.
    let monday = "2026-03-02T09:00:00Z".parse()?;
    let tuesday = "2026-03-03T10:30:00Z".parse()?;
    let desk = Desk::create(MemoryStore::new(), DeskId::from_u128(1), Settings::default(), monday)?;

    let (maria, anna) = (ContactId::from_u128(7), AgentId::from_u128(8));
    desk.put_agent(Actor::Host.at(monday), anna, AgentProfile::new("Anna"))?;
    let (maria, anna) = (Actor::Customer(maria), Actor::Agent(anna));

    // Maria writes.
    let id = TicketId::v7(monday, [42; 10]);
    let request = Open::new(id, Requester::Contact(ContactId::from_u128(7)), "It burns. Help!")
        .subject("Printer on fire");
    let opened = desk.open(maria.at(monday), request)?;
    let reference = opened.reference().ok_or("a committed ticket has a number")?;
    println!("{reference}: {}", opened.ticket().ok_or("it is a ticket")?.status());

    // Anna takes it and answers; Maria answers back, which makes it Anna's turn again.
    desk.take(anna.at(monday), Take { ticket: id })?;
    let answered = desk.reply(anna.at(monday), Reply::new(id, "Did you unplug it?"))?;
    println!("{reference}: {}", answered.ticket().ok_or("it is a ticket")?.status());
    let asked = desk.reply(maria.at(tuesday), Reply::new(id, "I did. Thank you!"))?;
    println!("{reference}: {}", asked.ticket().ok_or("it is a ticket")?.status());

    // Resolved tickets close by themselves after four days. The desk says when to wake it.
    desk.resolve(anna.at(tuesday), Resolve::new(id, "solved"))?;
    let wake = desk.next_wake(tuesday)?.ok_or("something will happen")?;
    desk.tick(wake)?;
    let ticket = desk.ticket(id)?.ok_or("it is there")?;
    println!("{reference}: {} at {wake}", ticket.status());
    Ok(())
}
