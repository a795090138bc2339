//! Four processes on one database: every command is carried out once, nobody has more than they have
//! room for, what is due happens once, and who was to be told is told once.
//!
//! By default each gives 60 commands; `HELPDESK_PROCESSES=n` has each give n.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use helpdesk::command::{Note, Open, Postpone, Reply, Resolve, SetStatus, Transfer};
use helpdesk::conformance::kit::Random;
use helpdesk::store::postgres::Options;
use helpdesk::store::{AsyncStore, Derived, Entry, PgStore};
use helpdesk::{
    Actor, AgentId, AgentProfile, AsyncDesk, Call, Command, CommandId, Counter, Delivery,
    Department, DeskError, Key, Moved, Outcome, Relaying, Requester, Revision, Settings,
    SettingsDraft, Span, TicketChange, TicketId,
};

use crate::scene::{DESK, Desk, MARIA, monday};
use crate::server::{Pool, Schema, block_on, server};

const PROCESSES: u64 = 4;

/// Tickets that every process works on; each opens others of its own.
const SHARED: u64 = 24;

const AGENTS: u128 = 6;

/// How much of a load an agent may have.
const CAPACITY: u32 = 5;

/// How many commands all processes know, and give: under the same ids.
const KNOWN_TO_ALL: u64 = 5;

const DEPARTMENTS: [&str; 2] = ["support", "billing"];

fn settings() -> Settings {
    let departments = DEPARTMENTS.map(Department::new).into();
    let auto_close = Some(Span::hours(2));
    SettingsDraft { departments, auto_close, ..SettingsDraft::default() }.build().unwrap()
}

fn agent(number: u128) -> AgentId {
    AgentId::from_u128(100 + number)
}

/// The tickets that a process opens; those of none are everybody's.
fn ticket(process: Option<u64>, number: u64) -> TicketId {
    TicketId::from_u128(1 + (u128::from(process.map_or(0, |it| it + 1)) << 32) + u128::from(number))
}

/// What the process's command of this number is called.
fn command(process: u64, number: u64) -> CommandId {
    CommandId::from_u128((u128::from(process + 1) << 32) + u128::from(number))
}

fn known_to_all(number: u64) -> CommandId {
    CommandId::from_u128((1 << 64) + u128::from(number))
}

fn opening(id: TicketId, text: String, department: &str) -> Open {
    let open = Open::new(id, Requester::Contact(MARIA), text);
    Open { department: Some(department.into()), ..open }
}

/// Relays whose leases do not run out: each notice comes once.
fn relaying() -> Relaying {
    Relaying { batch: 20, lease: Span::days(300), ..Relaying::default() }
}

fn say(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// One of the processes, as it goes on.
struct Worker {
    desk: Desk,
    process: u64,
    random: Random,
    opened: u64,
}

impl Worker {
    /// What the next command is to be; `None`: whatever comes next is taken.
    fn draw(&mut self, number: u64, now: DateTime<Utc>) -> (Actor, Option<Command>) {
        let random = &mut self.random;
        let text = format!("{}/{number}", self.process);
        let agent = Actor::Agent(agent(random.below(AGENTS as usize) as u128));
        let of_all = self.opened == 0 || random.below(2) == 0;
        let id = match of_all {
            true => ticket(None, random.below(SHARED as usize) as u64),
            false => ticket(Some(self.process), random.below(self.opened as usize) as u64),
        };
        let department = DEPARTMENTS[random.below(2)];
        let (actor, command) = match random.below(100) {
            0..12 => {
                self.opened += 1;
                let id = ticket(Some(self.process), self.opened - 1);
                let open = opening(id, text, department);
                (Actor::Customer(MARIA), Command::Open(open))
            }
            12..22 => (Actor::Customer(MARIA), Command::Reply(Reply::new(id, text))),
            22..34 => (agent, Command::Reply(Reply::new(id, text))),
            34..44 => (agent, Command::Note(Note::new(id, text))),
            44..54 => (agent, Command::Transfer(Transfer::new(id, department))),
            54..64 => {
                let status = ["open", "in_progress", "answered"][random.below(3)];
                (agent, Command::SetStatus(SetStatus::new(id, status)))
            }
            64..72 => {
                let until = now + TimeDelta::minutes(3 + random.below(40) as i64);
                (agent, Command::Postpone(Postpone::new(id, until, "look_again")))
            }
            72..82 => (agent, Command::Resolve(Resolve::new(id, "solved"))),
            _ => return (agent, None),
        };
        (actor, Some(command))
    }

    /// Gives a command until somebody says what came of it; `None`: it is refused.
    async fn give(
        &self,
        id: CommandId,
        now: DateTime<Utc>,
        (actor, command): &(Actor, Option<Command>),
    ) -> Option<Outcome> {
        loop {
            let context = actor.at(now).once(id);
            let result = match command {
                Some(command) => {
                    let call: Call = context.call(command.clone());
                    self.desk.execute(&call).await.map(Some)
                }
                None => self.desk.take_next(context).await,
            };
            match result {
                Ok(outcome) => return outcome,
                Err(DeskError::Refused(_)) => return None,
                Err(DeskError::Contended { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    async fn work(&mut self, commands: u64) {
        for number in 0..commands {
            let now = monday() + TimeDelta::minutes(1 + number as i64);
            let drawn = self.draw(number, now);
            let outcome = self.give(command(self.process, number), now, &drawn).await;
            let changed = outcome.as_ref().is_some_and(|outcome| !outcome.events.is_empty());
            if outcome.is_some_and(|outcome| outcome.repeated) {
                panic!("{number} was given once");
            }
            say(format_args!("#done {number} {changed}"));
            // Whoever lost the answer asks again.
            if changed && number % 7 == 0 {
                let again = self.give(command(self.process, number), now, &drawn).await;
                assert!(again.unwrap().repeated, "{number}: {drawn:?}");
            }
            let each = (commands / KNOWN_TO_ALL).max(1);
            if number % each == 0 && number / each < KNOWN_TO_ALL {
                let which = number / each;
                let note = Note::new(ticket(None, 0), format!("all/{which}"));
                let note = (Actor::Agent(agent(0)), Some(Command::Note(note)));
                self.give(known_to_all(which), monday(), &note).await.unwrap();
            }
            if number % 3 == 0 {
                let ticked = self.desk.tick(now).await.unwrap();
                for (key, error) in ticked.failed {
                    assert!(matches!(error, DeskError::Contended { .. }), "{key}: {error:?}");
                }
            }
            if number % 2 == 0 {
                relay(&self.desk, now, |notice| say(format_args!("#told {notice}"))).await;
            }
        }
    }
}

/// One step of a relay; whether there was anything to tell.
async fn relay(desk: &Desk, now: DateTime<Utc>, mut tell: impl FnMut(&str)) -> bool {
    let deliver = |_| std::future::ready(Delivery::Delivered);
    let relayed = desk.relay(now, &relaying(), deliver).await.unwrap();
    assert!(relayed.late.is_empty() && relayed.retried.is_empty(), "{relayed:?}");
    assert!(relayed.failed.is_empty() && relayed.given_up.is_empty(), "{relayed:?}");
    for id in relayed.delivered.iter().chain(&relayed.withheld) {
        tell(&id.to_string());
    }
    !relayed.is_empty()
}

/// A process. It is no test of its own: the last one of this file starts it, and says what to do.
#[test]
#[ignore = "it is started by `four_processes_work_on_one_database`"]
fn child() {
    let told = |name: &str| std::env::var(name).ok();
    let Some(dsn) = told("HELPDESK_CHILD_DSN") else { return };
    let number = |name: &str| told(name).unwrap().parse::<u64>().unwrap();
    let process = number("HELPDESK_CHILD_PROCESS");
    let mut options = Options::default();
    options.schema = told("HELPDESK_CHILD_SCHEMA").unwrap();
    block_on(async {
        let store = PgStore::open(Pool::new(&dsn), options).await.unwrap();
        let desk = AsyncDesk::open_existing(store, DESK).await.unwrap();
        let random = Random::new(process);
        let mut worker = Worker { desk, process, random, opened: 0 };
        worker.work(number("HELPDESK_CHILD_COMMANDS")).await;
    });
    say(format_args!("#end"));
}

fn start(schema: &Schema, process: u64, commands: u64) -> Child {
    Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HELPDESK_CHILD_DSN", &schema.dsn)
        .env("HELPDESK_CHILD_SCHEMA", &schema.name)
        .env("HELPDESK_CHILD_PROCESS", process.to_string())
        .env("HELPDESK_CHILD_COMMANDS", commands.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a process said: its commands, and whether each changed anything; and whom it told.
#[derive(Debug, Default)]
struct Said {
    done: BTreeMap<u64, bool>,
    told: Vec<String>,
}

fn hear(mut child: Child) -> Said {
    let (mut said, mut ended) = (Said::default(), false);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((_, done)) = line.split_once("#done ") {
            let (number, changed) = done.trim().split_once(' ').unwrap();
            said.done.insert(number.parse().unwrap(), changed.parse().unwrap());
        } else if let Some((_, notice)) = line.split_once("#told ") {
            said.told.push(notice.trim().to_owned());
        }
        ended |= line.contains("#end");
    }
    assert!(child.wait().unwrap().success() && ended, "a process failed");
    said
}

/// The desk, its agents and the tickets of all; and a list of every notice that is ever written.
async fn begin(schema: &Schema) -> Desk {
    let now = monday();
    let desk = AsyncDesk::create(schema.store().await, DESK, settings(), now).await.unwrap();
    let list = format!(
        "CREATE TABLE {told} (ticket uuid, revision bigint, notice text); \
         CREATE FUNCTION {remember}() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO {told} VALUES (NEW.ticket, NEW.revision, NEW.notice); \
         RETURN NEW; END $$; \
         CREATE TRIGGER remember AFTER INSERT ON {notices} FOR EACH ROW EXECUTE FUNCTION {remember}()",
        told = schema.table("told"),
        remember = schema.table("remember"),
        notices = schema.table("notices"),
    );
    schema.client().await.batch_execute(&list).await.unwrap();
    for number in 0..AGENTS {
        let profile = AgentProfile::new(format!("Agent {number}")).capacity(CAPACITY);
        let profile = DEPARTMENTS.iter().fold(profile, |it, name| it.department(*name));
        desk.put_agent(Actor::Host.at(now), agent(number), profile).await.unwrap();
    }
    for number in 0..SHARED {
        let department = DEPARTMENTS[number as usize % 2];
        let open = opening(ticket(None, number), "It burns.".to_owned(), department);
        desk.open(Actor::Customer(MARIA).at(now), open).await.unwrap();
    }
    desk
}

/// Every command that was said to have changed something has a receipt of its own, and what was said
/// stands in one event; nothing else is there.
async fn every_command_once(desk: &Desk, schema: &Schema, said: &[Said], log: &[Entry]) {
    let mut texts = BTreeMap::<String, usize>::new();
    for event in log.iter().flat_map(|entry| entry.events.iter()) {
        if let Some(text) = event.personal.as_ref().and_then(|personal| personal.text.as_ref()) {
            *texts.entry(text.to_string()).or_default() += 1;
        }
    }
    let mut places = BTreeSet::new();
    for (process, said) in said.iter().enumerate() {
        for (number, changed) in &said.done {
            let id = command(process as u64, *number);
            let receipt = desk.store().receipt(DESK, id).await.unwrap();
            assert_eq!(receipt.is_some(), *changed, "{process}/{number}");
            if let Some(receipt) = receipt {
                assert!(places.insert(receipt.seq), "{process}/{number}");
            }
        }
    }
    for which in 0..KNOWN_TO_ALL {
        assert_eq!(texts.remove(&format!("all/{which}")), Some(1));
    }
    for (text, count) in texts.iter().filter(|(text, _)| text.contains('/')) {
        assert_eq!(*count, 1, "{text}");
        let (process, number) = text.split_once('/').unwrap();
        let said = &said[process.parse::<usize>().unwrap()];
        assert!(said.done[&number.parse::<u64>().unwrap()], "{text}");
    }
    let named = format!("SELECT count(command) FROM {}", schema.table("commits"));
    let named: i64 = schema.client().await.query_one(&named, &[]).await.unwrap().get(0);
    assert_eq!(named as u64, places.len() as u64 + KNOWN_TO_ALL);
}

/// No revision of any record is missing, and heads are what their histories come to.
async fn every_revision_once(desk: &Desk, log: &[Entry]) {
    let mut last = BTreeMap::<Key, Revision>::new();
    for entry in log {
        let last = last.entry(entry.key).or_default();
        for event in entry.events.iter() {
            assert_eq!(event.revision, last.next(), "{}", entry.key);
            *last = event.revision;
        }
    }
    for (key, last) in last {
        assert_eq!(desk.record(key).await.unwrap().unwrap().revision, last);
    }
    let verified = desk.verify_all().await.unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
}

/// Whether this may change what its ticket counts for.
fn moves(change: Option<&TicketChange>) -> bool {
    use TicketChange as To;
    matches!(
        change,
        Some(To::Opened(_) | To::Assigned { .. } | To::Unassigned { .. } | To::StatusChanged(_))
    )
}

/// After each commit, nobody had more than they have room for.
fn nobody_has_too_much(log: &[Entry]) {
    let mut histories = BTreeMap::<Key, Vec<_>>::new();
    let mut loads = BTreeMap::<Key, Option<(AgentId, i64)>>::new();
    let (mut sums, mut most) = (BTreeMap::<AgentId, i64>::new(), 0);
    for entry in log.iter().filter(|entry| entry.key.as_ticket().is_some()) {
        let history = histories.entry(entry.key).or_default();
        history.extend(entry.events.iter().cloned());
        if !entry.events.iter().any(|event| moves(event.ticket_change())) {
            continue;
        }
        let counts = Derived::of(entry.key, history).unwrap().counts;
        let load = counts.iter().find_map(|(counter, count)| match counter {
            Counter::Load(agent) => Some((*agent, *count)),
            _ => None,
        });
        if let Some((agent, before)) = loads.insert(entry.key, load).flatten() {
            *sums.entry(agent).or_default() -= before;
        }
        if let Some((agent, after)) = load {
            let sum = sums.entry(agent).or_default();
            *sum += after;
            most = most.max(*sum);
            assert!(*sum <= i64::from(CAPACITY), "commit {}: {agent} has {sum}", entry.seq);
        }
    }
    assert_eq!(most, i64::from(CAPACITY), "nobody was ever at their limit");
}

/// Whatever was to happen by itself happened when it was due, and once. How much did.
fn every_timer_once(log: &[Entry], auto_close: Span) -> usize {
    let closes = TimeDelta::microseconds(auto_close.as_micros());
    let mut happened = 0;
    let mut due = BTreeMap::<Key, (Option<DateTime<Utc>>, Moved)>::new();
    let mut last = BTreeMap::<Key, DateTime<Utc>>::new();
    let mut flagged = BTreeSet::new();
    for entry in log {
        let due = due.entry(entry.key).or_insert((None, Moved::ByHand));
        for event in entry.events.iter() {
            let before = last.insert(entry.key, event.at).unwrap_or(event.at);
            match event.ticket_change() {
                Some(TicketChange::StatusChanged(change)) => {
                    if matches!(change.because, Moved::Woken | Moved::AutoClosed) {
                        // A history's instants never go back, whosever clock is behind.
                        let at = due.0.map(|due| due.max(before));
                        assert_eq!((at, due.1), (Some(event.at), change.because), "{}", entry.key);
                        happened += 1;
                    }
                    *due = match change.because {
                        Moved::Postponed => (change.until, Moved::Woken),
                        Moved::Resolved => (Some(event.at + closes), Moved::AutoClosed),
                        _ => (None, Moved::ByHand),
                    };
                }
                // Whoever writes on what is resolved may want it to stay.
                Some(TicketChange::MessageAdded { heard, .. }) if heard.cancels_closing => {
                    *due = (None, Moved::ByHand);
                }
                Some(TicketChange::ResolutionRecorded { restarts_closing: true, .. }) => {
                    *due = (Some(event.at + closes), Moved::AutoClosed);
                }
                Some(TicketChange::OpenAgeWarned) => {
                    assert!(flagged.insert((entry.key, false)), "{}", entry.key);
                    happened += 1;
                }
                Some(TicketChange::OpenAgeOverdue) => {
                    assert!(flagged.insert((entry.key, true)), "{}", entry.key);
                    happened += 1;
                }
                _ => {}
            }
        }
    }
    for (key, (due, _)) in due {
        assert_eq!(due, None, "{key}: it never happened");
    }
    happened
}

#[test]
fn four_processes_work_on_one_database() {
    let Some(server) = server() else { return };
    let wish = std::env::var("HELPDESK_PROCESSES").ok().map(|n| n.parse().expect("a number"));
    let commands: u64 = wish.unwrap_or(60);
    let schema = server.schema();
    let desk = block_on(begin(&schema));
    drop(desk);
    let children: Vec<_> = (0..PROCESSES).map(|it| start(&schema, it, commands)).collect();
    let said: Vec<Said> = thread::scope(|scope| {
        let heard: Vec<_> = children.into_iter().map(|it| scope.spawn(|| hear(it))).collect();
        heard.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(said.iter().all(|said| said.done.len() as u64 == commands));
    let changed = said.iter().flat_map(|said| said.done.values()).filter(|it| **it).count();
    assert!(changed as u64 > commands * PROCESSES / 3, "{changed} changed anything");
    block_on(async {
        let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
        // All that is ever to happen by itself.
        let mut told: Vec<String> = said.iter().flat_map(|said| said.told.clone()).collect();
        let end = monday() + TimeDelta::minutes(commands as i64) + TimeDelta::days(30);
        for _ in 0..4 {
            let ticked = desk.tick(end).await.unwrap();
            assert!(ticked.failed.is_empty(), "{:?}", ticked.failed);
        }
        while relay(&desk, end, |notice| told.push(notice.to_owned())).await {}

        let log = desk.store().scan(DESK, 0, usize::MAX).await.unwrap();
        every_command_once(&desk, &schema, &said, &log).await;
        every_revision_once(&desk, &log).await;
        nobody_has_too_much(&log);
        let happened = every_timer_once(&log, settings().auto_close().unwrap());
        assert!(happened as u64 > commands / 4, "{happened} things happened by themselves");

        // Nobody's lease ran out: each notice that was ever written was told once.
        let list = format!("SELECT notice FROM {}", schema.table("told"));
        let written = schema.client().await.query(&list, &[]).await.unwrap();
        let written = written.iter().map(|row| {
            let notice = helpdesk::store::codec::decode_notice(row.get(0)).unwrap();
            notice.id.to_string()
        });
        let mut written: Vec<String> = written.collect();
        written.sort_unstable();
        told.sort_unstable();
        assert!(written.len() as u64 > commands);
        assert_eq!(told, written);
    });
}
