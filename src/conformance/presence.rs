//! The laws of where presence is kept, for a host's own [`Presence`]: what a desk relies on to tell
//! who looks at a ticket and who writes.
//!
//! As with stores, a law is a sentence with a case that shows it, each on a new and empty place:
//!
//! ```
//! use helpdesk::conformance::presence::run_all;
//! use helpdesk::presence::MemoryPresence;
//!
//! let broken = run_all(MemoryPresence::new);
//! assert!(broken.is_empty(), "{broken:?}");
//! ```

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, TimeDelta, Utc};

use super::kit::Random;
use super::law::{Fault, Verdict, same, unless};
use super::poll::{caught, on_the_spot, together};
use crate::presence::{Arrival, AsyncPresence, Doing, MemoryPresence, Presence, Present};
use crate::store::Inline;
use crate::{AgentId, DeskId, Key, TicketId};

/// What a case does with the place that it is given.
type Case = for<'p> fn(Place<'p>) -> Pin<Box<dyn Future<Output = Verdict> + 'p>>;

/// A sentence that is true of every place where presence is kept, and the case that shows it.
#[derive(Clone, Copy)]
pub struct Law {
    name: &'static str,
    demands: &'static str,
    case: Case,
}

impl Law {
    /// Its name: the sentence in short.
    ///
    /// ```
    /// use helpdesk::conformance::presence::LAWS;
    ///
    /// assert_eq!(LAWS[0].name(), "nobody_is_anywhere_at_first");
    /// ```
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it demands, in full.
    pub fn demands(&self) -> &'static str {
        self.demands
    }
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Law").field("name", &self.name).finish()
    }
}

/// A law that a place does not keep: which, and what was found instead.
#[derive(Clone, Debug)]
pub struct Violation {
    law: Law,
    found: String,
}

impl Violation {
    /// The law.
    pub fn law(&self) -> Law {
        self.law
    }

    /// What was found.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law: Law { name, demands, .. }, found } = self;
        write!(f, "the presence breaks `{name}`\n demands: {demands}\n   found: {found}")
    }
}

impl std::error::Error for Violation {}

/// Every law.
pub const LAWS: &[Law] = &[
    Law {
        name: "nobody_is_anywhere_at_first",
        demands: "on a ticket to which nobody has come, nobody is, and to leave it is no error",
        case: |place| Box::pin(nobody(place)),
    },
    Law {
        name: "who_comes_is_there_until_the_lease_ends",
        demands: "`list` has who has come, to the microsecond before the end of the lease, and \
                  not at the end",
        case: |place| Box::pin(until_the_end(place)),
    },
    Law {
        name: "who_comes_again_is_there_once",
        demands: "who comes again is there in the place of what they were before: once, doing \
                  what they do now, until the new end",
        case: |place| Box::pin(again(place)),
    },
    Law {
        name: "one_writes_and_the_others_look_on",
        demands: "who comes to write where somebody else does looks on, and who takes over \
                  writes; the answer of `put` says so, and so does `list`",
        case: |place| Box::pin(one_writes(place)),
    },
    Law {
        name: "what_has_ended_holds_nobody_up",
        demands: "who comes to write at the instant at which another's lease ends writes, and \
                  the other is not there any more",
        case: |place| Box::pin(ended(place)),
    },
    Law {
        name: "who_leaves_is_gone_and_nobody_else",
        demands: "`remove` takes that agent off that ticket, at once, and nobody else",
        case: |place| Box::pin(leaves(place)),
    },
    Law {
        name: "tickets_and_desks_are_apart",
        demands: "who is on a ticket is on no other, nor on one with the same id of another desk",
        case: |place| Box::pin(apart(place)),
    },
    Law {
        name: "agents_are_in_the_order_of_their_ids",
        demands: "`put` and `list` give the same, in the order of ids, whoever came first",
        case: |place| Box::pin(in_order(place)),
    },
    Law {
        name: "random_arrivals_are_answered_as_in_memory",
        demands: "whatever comes and goes in whatever order, every answer is that of \
                  `MemoryPresence`",
        case: |place| Box::pin(random(place)),
    },
    Law {
        name: "of_those_who_come_at_once_one_writes",
        demands: "of agents who come to write at the same time exactly one does, and all are \
                  there: the rule is applied in one step",
        case: |place| Box::pin(at_once(place)),
    },
];

/// Holds a place that blocks against one law; it is tried from several threads, as a host's would.
///
/// ```
/// use helpdesk::conformance::presence::{LAWS, check};
/// use helpdesk::presence::MemoryPresence;
///
/// for law in LAWS {
///     check(*law, MemoryPresence::new).unwrap();
/// }
/// ```
///
/// # Errors
///
/// [`Violation`], also where the place could not answer, or panicked.
pub fn check<P: Presence + Sync>(law: Law, make: impl FnOnce() -> P) -> Result<(), Violation> {
    let case = caught(async {
        let inline = Inline(make());
        (law.case)(Place { presence: &inline, threads: Some(&inline.0) }).await
    });
    verdict(law, on_the_spot(case))
}

/// Holds a place that is awaited against one law: [`check`], with futures that take turns.
///
/// ```
/// use helpdesk::conformance::on_the_spot;
/// use helpdesk::conformance::presence::{LAWS, check_async};
/// use helpdesk::presence::MemoryPresence;
/// use helpdesk::store::Inline;
///
/// let make = async || Inline(MemoryPresence::new());
/// on_the_spot(check_async(LAWS[3], make)).unwrap();
/// ```
///
/// # Errors
///
/// As there.
pub async fn check_async<P: AsyncPresence, F: Future<Output = P>>(
    law: Law,
    make: impl FnOnce() -> F,
) -> Result<(), Violation> {
    let case = caught(async {
        let presence = make().await;
        (law.case)(Place { presence: &presence, threads: None }).await
    });
    verdict(law, case.await)
}

/// Holds a place that blocks against every law; `make` makes a new, empty one for each. Gives those
/// that do not hold.
pub fn run_all<P: Presence + Sync>(make: impl Fn() -> P) -> Vec<Violation> {
    LAWS.iter().filter_map(|law| check(*law, &make).err()).collect()
}

fn verdict(law: Law, came: Result<Verdict, String>) -> Result<(), Violation> {
    let found = match came {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(Fault(found))) | Err(found) => found,
    };
    Err(Violation { law, found })
}

/// The place that a case is about.
#[derive(Clone, Copy)]
struct Place<'p> {
    presence: &'p dyn AsyncPresence,
    /// The same from any thread, where it blocks.
    threads: Option<&'p (dyn Presence + Sync)>,
}

const MICROSECOND: TimeDelta = TimeDelta::microseconds(1);

fn now() -> DateTime<Utc> {
    // Any instant will do.
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn key(desk: u128, ticket: u128) -> Key {
    Key::ticket(DeskId::from_u128(desk), TicketId::from_u128(ticket))
}

fn minutes(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn present(agent: u128, doing: Doing, until: DateTime<Utc>) -> Present {
    Present { agent: AgentId::from_u128(agent), doing, until }
}

fn arrival(present: Present) -> Arrival {
    Arrival { present, now: now(), take_over: false }
}

async fn nobody(Place { presence, .. }: Place<'_>) -> Verdict {
    let ticket = key(1, 1);
    same("who is there", presence.list(ticket, now()).await?, Vec::new())?;
    presence.remove(ticket, AgentId::from_u128(1)).await?;
    same("who is there", presence.list(ticket, now()).await?, Vec::new())
}

async fn until_the_end(Place { presence, .. }: Place<'_>) -> Verdict {
    let (ticket, end) = (key(1, 1), minutes(3) + MICROSECOND);
    let anna = present(1, Doing::Viewing, end);
    same("the answer", presence.put(ticket, arrival(anna)).await?, vec![anna])?;
    let before = end - MICROSECOND;
    same("before the end", presence.list(ticket, before).await?, vec![anna])?;
    same("at the end", presence.list(ticket, end).await?, Vec::new())
}

async fn again(Place { presence, .. }: Place<'_>) -> Verdict {
    let ticket = key(1, 1);
    presence.put(ticket, arrival(present(1, Doing::Viewing, minutes(3)))).await?;
    let writes = present(1, Doing::Replying, minutes(5));
    same("the answer", presence.put(ticket, arrival(writes)).await?, vec![writes])?;
    same("who is there", presence.list(ticket, minutes(4)).await?, vec![writes])?;
    let sooner = present(1, Doing::Viewing, minutes(1));
    same("the answer", presence.put(ticket, arrival(sooner)).await?, vec![sooner])?;
    same("after the new end", presence.list(ticket, minutes(1)).await?, Vec::new())
}

async fn one_writes(Place { presence, .. }: Place<'_>) -> Verdict {
    let ticket = key(1, 1);
    let of = |agent, doing| present(agent, doing, minutes(3));
    presence.put(ticket, arrival(of(1, Doing::Replying))).await?;
    let there = presence.put(ticket, arrival(of(2, Doing::Replying))).await?;
    let one = vec![of(1, Doing::Replying), of(2, Doing::Viewing)];
    same("while another writes", there, one.clone())?;
    same("who is there", presence.list(ticket, now()).await?, one)?;
    let take_over = Arrival { take_over: true, ..arrival(of(2, Doing::Replying)) };
    let there = presence.put(ticket, take_over).await?;
    let other = vec![of(1, Doing::Viewing), of(2, Doing::Replying)];
    same("who took over", there, other.clone())?;
    same("who is there", presence.list(ticket, now()).await?, other)
}

async fn ended(Place { presence, .. }: Place<'_>) -> Verdict {
    let ticket = key(1, 1);
    presence.put(ticket, arrival(present(1, Doing::Replying, minutes(3)))).await?;
    let writes = present(2, Doing::Replying, minutes(6));
    let comes = Arrival { now: minutes(3), ..arrival(writes) };
    same("the answer", presence.put(ticket, comes).await?, vec![writes])?;
    same("who is there", presence.list(ticket, minutes(3)).await?, vec![writes])
}

async fn leaves(Place { presence, .. }: Place<'_>) -> Verdict {
    let (ticket, other) = (key(1, 1), key(1, 2));
    let of = |agent| present(agent, Doing::Viewing, minutes(3));
    for (to, agent) in [(ticket, 1), (ticket, 2), (other, 1)] {
        presence.put(to, arrival(of(agent))).await?;
    }
    for _ in 0..2 {
        presence.remove(ticket, AgentId::from_u128(1)).await?;
        same("who is left", presence.list(ticket, now()).await?, vec![of(2)])?;
        same("on another ticket", presence.list(other, now()).await?, vec![of(1)])?;
    }
    Ok(())
}

async fn apart(Place { presence, .. }: Place<'_>) -> Verdict {
    let writes = |agent| present(agent, Doing::Replying, minutes(3));
    for (agent, ticket) in [(1, key(1, 1)), (2, key(1, 2)), (3, key(2, 1))] {
        let there = presence.put(ticket, arrival(writes(agent))).await?;
        same("who is there", there, vec![writes(agent)])?;
    }
    for (agent, ticket) in [(1, key(1, 1)), (2, key(1, 2)), (3, key(2, 1))] {
        same("who is there", presence.list(ticket, now()).await?, vec![writes(agent)])?;
    }
    Ok(())
}

async fn in_order(Place { presence, .. }: Place<'_>) -> Verdict {
    let ticket = key(1, 1);
    let of = |agent| present(agent, Doing::Viewing, minutes(3));
    let mut there = Vec::new();
    for agent in [3, 1, 2] {
        there = presence.put(ticket, arrival(of(agent))).await?;
    }
    same("the answer", there, vec![of(1), of(2), of(3)])?;
    same("who is there", presence.list(ticket, now()).await?, vec![of(1), of(2), of(3)])
}

async fn random(Place { presence, .. }: Place<'_>) -> Verdict {
    let (mut random, memory) = (Random::new(7), MemoryPresence::new());
    let mut at = now();
    for step in 0..500 {
        at += TimeDelta::seconds(random.below(40) as i64);
        let ticket = key(1 + random.below(2) as u128, 1 + random.below(3) as u128);
        let agent = 1 + random.below(4) as u128;
        if random.percent(15) {
            presence.remove(ticket, AgentId::from_u128(agent)).await?;
            memory.remove(ticket, AgentId::from_u128(agent))?;
        } else if random.percent(70) {
            let doing = random.one_of([Doing::Viewing, Doing::Replying]);
            let until = at + TimeDelta::seconds(random.below(90) as i64);
            let take_over = random.percent(20);
            let comes = Arrival { present: present(agent, doing, until), now: at, take_over };
            let found = presence.put(ticket, comes).await?;
            same(format!("the answer of step {step}"), found, memory.put(ticket, comes)?)?;
        }
        let found = presence.list(ticket, at).await?;
        same(format!("who is there after step {step}"), found, memory.list(ticket, at)?)?;
    }
    Ok(())
}

/// How many come at once, and how often.
const RACERS: u128 = 4;
const ROUNDS: u128 = 40;

async fn at_once(Place { presence, threads }: Place<'_>) -> Verdict {
    let writes = |agent| present(agent, Doing::Replying, minutes(3));
    for round in 1..=ROUNDS {
        let ticket = key(1, round);
        match threads {
            Some(shared) => {
                let (start, shared) = (std::sync::Barrier::new(RACERS as usize), &shared);
                let come = |agent| {
                    start.wait();
                    shared.put(ticket, arrival(writes(agent))).map(drop)
                };
                let come = &come;
                std::thread::scope(|scope| {
                    let racers = (1..=RACERS).map(|agent| scope.spawn(move || come(agent)));
                    let racers: Vec<_> = racers.collect();
                    racers.into_iter().try_for_each(|racer| match racer.join() {
                        Ok(put) => Ok(put?),
                        Err(_) => Err(Fault("it panicked".into())),
                    })
                })?;
            }
            None => {
                let come = (1..=RACERS).map(|agent| presence.put(ticket, arrival(writes(agent))));
                for put in together(come).await {
                    put?;
                }
            }
        }
        let there = presence.list(ticket, now()).await?;
        unless(format!("{there:?} are there, of {RACERS}"), there.len() as u128 != RACERS)?;
        let writing = there.iter().filter(|it| it.doing == Doing::Replying).count();
        unless(format!("{writing} write at once: {there:?}"), writing != 1)?;
    }
    Ok(())
}
