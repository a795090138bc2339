//! A worker: opens its tickets, and then carries out what is due and relays, for as long as it lives.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Open, Postpone};
use helpdesk::store::PgStore;
use helpdesk::{
    Actor, AsyncDesk, Command, CommandId, ContactId, DeskError, DeskErrorKind, NoticeKind,
    Requester, TicketId,
};
use tokio::sync::Notify;

use super::connection::Own;
use super::{ANNA, now, outbox, with_causes};

/// How long a worker waits after the first failure; doubled after each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(crate) struct Worker {
    pub(crate) desk: AsyncDesk<PgStore<Own>>,
    pub(crate) number: u32,
    pub(crate) tickets: u32,
    pub(crate) poll: Duration,
    pub(crate) until_idle: bool,
    pub(crate) unreachable: Option<NoticeKind>,
    pub(crate) hint: Arc<Notify>,
}

impl Worker {
    /// Works until nothing is left, if it is to end then.
    ///
    /// # Errors
    ///
    /// What trying again does not help.
    pub(crate) async fn work(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        for _ in 0..self.tickets {
            self.open().await?;
        }
        let mut wait = FIRST_WAIT;
        loop {
            let next = match self.round().await {
                Ok(next) => next,
                Err(error) if error.kind() == DeskErrorKind::Retry => {
                    // The server is away, or busy: whoever asks more and more rarely helps it.
                    eprintln!("worker {}: again in {wait:?}: {}", self.number, with_causes(&error));
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            wait = FIRST_WAIT;
            let until = next.map(|next| (next - now()).to_std().unwrap_or_default());
            let Some(until) = until.filter(|until| *until < self.poll) else {
                if self.until_idle {
                    return Ok(());
                }
                self.sleep(self.poll).await;
                continue;
            };
            self.sleep(until).await;
        }
    }

    /// Does all that is to be done now; when there is something to do next.
    async fn round(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        let ticked = AsyncDesk::tick_all(self.desk.store(), now()).await?;
        for (key, error) in &ticked.failed {
            eprintln!("worker {}: {key} is tried again: {}", self.number, with_causes(error));
        }
        // What was due has left notices, and others' commands have.
        let retry_at = outbox::relay(&self.desk, self.number, self.unreachable).await?;
        Ok(ticked.next_wake.into_iter().chain(retry_at).min())
    }

    /// Sleeps for so long, or until somebody says that there is something to do. That may get lost, and
    /// notices that another worker put off are nobody's to tell of: so no sleep is long.
    async fn sleep(&self, long: Duration) {
        let _ = tokio::time::timeout(long, self.hint.notified()).await;
    }

    /// Opens a ticket, on which Anna will look again in a second.
    async fn open(&self) -> Result<(), DeskError> {
        let (now, id, maria) = (now(), TicketId::v7(now(), random()), ContactId::from_u128(7));
        let open = Open::new(id, Requester::Contact(maria), "It burns. Help!").subject("Fire");
        self.give(Actor::Customer(maria), now, Command::Open(open)).await?;
        let postpone = Postpone::new(id, now + TimeDelta::seconds(1), "look_again");
        self.give(Actor::Agent(ANNA), now, Command::Postpone(postpone)).await
    }

    /// Gives a command until it is known what came of it: under an id, so that what is sent again after
    /// a failure is done once.
    async fn give(
        &self,
        actor: Actor,
        now: DateTime<Utc>,
        command: Command,
    ) -> Result<(), DeskError> {
        let id = CommandId::from_uuid(*TicketId::v7(now, random()).as_uuid());
        let call = actor.at(now).once(id).call(command);
        let mut wait = FIRST_WAIT;
        loop {
            match self.desk.execute(&call).await {
                Err(error) if error.kind() == DeskErrorKind::Retry => {
                    eprintln!("worker {}: again in {wait:?}: {}", self.number, with_causes(&error));
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                done => return done.map(drop),
            }
        }
    }
}

/// Random bytes. The standard library has no other source of them than the keys of its maps; a host
/// has a better one.
fn random() -> [u8; 10] {
    let one = || RandomState::new().hash_one(0).to_le_bytes();
    let ([a, b, c, d, e, ..], [f, g, h, i, j, ..]) = (one(), one());
    [a, b, c, d, e, f, g, h, i, j]
}
