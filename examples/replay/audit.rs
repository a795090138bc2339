//! Reads a desk's whole history back: how much there is, its hash, and head against fold.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Write};

use chrono::DateTime;
use helpdesk::matching::Listing;
use helpdesk::store::{MemoryStore, Store};
use helpdesk::{Actor, Desk, DeskId, Head, Key, Record, Row};

/// How many commits or tickets are read at a time.
const PAGE: usize = 1000;

/// What a desk holds when all is done.
#[derive(Debug)]
pub(super) struct Audit {
    /// Every ticket, by number.
    pub(super) tickets: Vec<Record>,
    /// Events of tickets, agents and settings.
    pub(super) events: u64,
    /// FNV-1a, 64 bits, over every event's JSON in the order of commits.
    pub(super) hash: u64,
    /// Bytes of that JSON.
    pub(super) bytes: u64,
    /// Tickets whose head is the fold of their history.
    pub(super) verified: u64,
    /// Records, of whatever kind, whose head is not, and why.
    pub(super) failed: Vec<(Key, String)>,
}

impl Audit {
    pub(super) fn of(desk: &Desk<MemoryStore>) -> Result<Self, Box<dyn Error>> {
        let mut hash = Fnv { hash: 0xcbf2_9ce4_8422_2325, bytes: 0 };
        let (mut events, mut keys, mut after) = (0, BTreeSet::new(), 0);
        loop {
            let page = desk.store().scan(desk.id(), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            for entry in &page {
                keys.insert(entry.key);
                serde_json::to_writer(&mut hash, &entry.key)?;
                for event in entry.events.iter() {
                    events += 1;
                    serde_json::to_writer(&mut hash, event)?;
                }
            }
        }
        let (mut verified, mut failed) = (0, Vec::new());
        for key in keys {
            match desk.verify(key) {
                Ok(_) => verified += u64::from(key.as_ticket().is_some()),
                Err(error) => failed.push((key, error.to_string())),
            }
        }
        let tickets = tickets(desk)?;
        Ok(Self { tickets, events, hash: hash.hash, bytes: hash.bytes, verified, failed })
    }

    /// Whether every record's head is the fold of its history, and no ticket was left out.
    pub(super) fn is_sound(&self) -> bool {
        self.failed.is_empty() && self.verified == self.tickets.len() as u64
    }
}

/// Every ticket of the desk, by number.
pub(super) fn tickets(desk: &Desk<MemoryStore>) -> Result<Vec<Record>, Box<dyn Error>> {
    let mut tickets: Vec<Record> = Vec::new();
    let mut listing = Listing::every().page(PAGE);
    loop {
        // Nothing of the listing depends on the time.
        let page = desk.find(&Actor::Host, DateTime::UNIX_EPOCH, &listing)?;
        tickets.extend(page.rows.into_iter().filter_map(|row| record(desk.id(), row)));
        match page.next {
            Some(next) => listing.after = Some(next),
            None => return Ok(tickets),
        }
    }
}

/// What the host sees of a ticket, which is all of it.
fn record(desk: DeskId, row: Row) -> Option<Record> {
    let ticket = row.ticket()?.clone();
    let (key, revision) = (Key::ticket(desk, ticket.id()), ticket.revision());
    let number = Some(row.reference.number());
    Some(Record { key, revision, number, head: Head::Ticket(ticket) })
}

struct Fnv {
    hash: u64,
    bytes: u64,
}

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
