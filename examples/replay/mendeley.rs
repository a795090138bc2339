//! Conversations of a software vendor's help desk (M. Abdellatif 2025, Mendeley Data), replayed.

mod figures;
mod mapping;
mod read;
mod settings;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};

use helpdesk::{Actor, DeskError, Origin, Post, Record, Ticket, Visibility};

use self::mapping::{Scene, Step, words};
use self::read::{Comment, Log};
use self::settings::People;
use super::args::LogFile;
use super::audit::Audit;
use super::copy::Copy;
use super::overlay::Overlay;
use super::player::Player;
use super::progress::Progress;
use super::rules::{Acted, What};
use super::summary::{self, Differences};
use super::{FINE, STOPPED, Stage, WRONG};

pub(super) use self::read::HEADER;

/// How many messages are read at a time.
const PAGE: usize = 50;

/// What was found while the steps went by, and afterwards.
#[derive(Debug, Default)]
struct Findings {
    /// By what the step is: how many, and how many changed nothing.
    steps: BTreeMap<&'static str, [u64; 2]>,
    /// Messages that the reporters see, and those that the desk sees.
    seen: [u64; 2],
    /// Comments with an empty text.
    empty: u64,
    /// Tickets that ended in another status or with another owner.
    mismatched: u64,
    /// What the desk and the log do not agree on, in words.
    others: Vec<String>,
}

/// Reads the conversations, replays them, and checks what came of it.
pub(super) fn run(
    file: &LogFile,
    over: &Overlay,
    stage: &mut Stage<'_>,
) -> Result<u8, Box<dyn Error>> {
    let log = Log::read(&file.path, file.strict, stage.err)?;
    if log.turns.stopped || log.comments.stopped {
        writeln!(stage.err, "replay: stopped at a malformed row, as `--strict` asks")?;
        return Ok(STOPPED);
    }
    let settings = over.on(settings::of(&log)?)?;
    let stream = mapping::stream(&log);
    let Some((first, _, _)) = stream.first() else {
        return Err(format!("{}: no row could be read", file.path.display()).into());
    };
    summary::settings(stage.out, settings::SAID, settings.draft())?;
    writeln!(stage.out, "{}", mapping::SAID)?;

    let people = People::of(&log);
    let mut player = Player::new(settings, *first)?;
    for (id, profile) in people.agents() {
        player.desk.put_agent(Actor::Host.at(*first), id, profile)?;
    }
    let mut findings = Findings::default();
    let mut progress = Progress::new(stage.err, stage.watched, stream.len() as u64);
    for (at, place, step) in stream {
        progress.step();
        let Some(scene) = scene(&log, &people, place) else { continue };
        let context = scene.actor(step).at(at).correlated(scene.issue.id.as_str());
        let no_op = player.give(&context.call(scene.command(step)))?;
        if no_op.is_err() {
            player.acted.refused(scene.ticket);
        }
        let no_op = no_op.is_ok_and(|outcome| outcome.is_no_op());
        findings.note(&scene, step, no_op);
    }
    progress.finish();
    let ending = over.end(&mut player)?;
    let audit = Audit::of(&player.desk)?;
    let copy = Copy::of(&player.desk, &audit)?;
    findings.compare(&log, &people, &mut player, &audit.tickets)?;
    let odd = figures::count(&log).write(stage.out, file.excerpt)?;

    let out = &mut *stage.out;
    findings.write(out, &log, &audit.tickets)?;
    summary::commands(out, &player.tally)?;
    let unexplained = findings.others.len() as u64 + player.refused_as_the_log_stands();
    let differences = Differences { mismatched: findings.mismatched, unexplained };
    ending.write(out, &player)?;
    summary::last(out, &player.tally, &audit, &copy, differences)?;
    writeln!(stage.err, "{}", player.pace())?;
    let fine = unexplained == 0 && audit.is_sound() && copy.is_exact() && odd == 0;
    Ok(if fine && ending.agrees() { FINE } else { WRONG })
}

fn scene<'a>(log: &'a Log, people: &'a People, place: usize) -> Option<Scene<'a>> {
    let issue = log.issues.get(place)?;
    let requester = people.contact(&issue.reporter)?;
    Some(Scene { people, issue, ticket: mapping::ticket_id(issue, place), requester })
}

impl Findings {
    fn note(&mut self, scene: &Scene<'_>, step: Step<'_>, no_op: bool) {
        let actor = scene.actor(step);
        let name = match (step, actor) {
            (Step::Open(_), Actor::Customer(_)) => "open, by the reporter",
            (Step::Open(_), _) => "open, by an agent who reaches out",
            (Step::Comment(it), Actor::Host) if it.private => "note, by the host",
            (Step::Comment(it), _) if it.private => "note, by an agent",
            (Step::Comment(_), Actor::Customer(_)) => "reply, by the reporter",
            (Step::Comment(_), Actor::Host) => "reply, by the host",
            (Step::Comment(_), _) => "reply, by an agent",
            (Step::Turn(turn), _) if turn.assignee.is_none() => "turn of nobody",
            (Step::Turn(_), _) => "turn",
            (Step::Resolve(_), _) => "end of the last turn",
        };
        let [steps, no_ops] = self.steps.entry(name).or_default();
        *steps += 1;
        *no_ops += u64::from(no_op);
        if let Step::Open(comment) | Step::Comment(comment) = step {
            self.empty += u64::from(comment.body.trim().is_empty());
        }
    }

    /// Compares what the desk holds at the end with what the log says of each issue.
    fn compare(
        &mut self,
        log: &Log,
        people: &People,
        player: &mut Player,
        tickets: &[Record],
    ) -> Result<(), DeskError> {
        let tickets: BTreeMap<_, _> =
            tickets.iter().filter_map(Record::ticket).map(|ticket| (ticket.id(), ticket)).collect();
        for place in 0..log.issues.len() {
            let Some(scene) = scene(log, people, place) else { continue };
            let id = &scene.issue.id;
            let Some(ticket) = tickets.get(&scene.ticket) else {
                self.mismatched += 1;
                self.others.push(format!("{id}: no ticket"));
                continue;
            };
            let wrong = facts(&scene, ticket, &mut player.acted);
            self.mismatched +=
                u64::from(wrong.iter().any(|what| ["status", "owner"].contains(what)));
            self.others.extend(wrong.into_iter().map(|what| format!("{id}: another {what}")));
            let comments = || scene.issue.comments.iter();
            let reporter = thread(player, &Actor::Customer(scene.requester), ticket)?;
            let host = thread(player, &Actor::Host, ticket)?;
            if !are_posts_of(&scene, comments().filter(|comment| !comment.private), &reporter) {
                self.others.push(format!("{id}: the reporter sees another thread"));
            }
            if !are_posts_of(&scene, comments(), &host) {
                self.others.push(format!("{id}: the desk sees another thread"));
            }
            let [seen_by_reporters, seen_by_desk] = &mut self.seen;
            *seen_by_reporters += reporter.len() as u64;
            *seen_by_desk += host.len() as u64;
        }
        Ok(())
    }

    fn write(&self, out: &mut dyn Write, log: &Log, tickets: &[Record]) -> io::Result<()> {
        let (comments, turns) = (log.comments, log.turns);
        writeln!(out, "comments   {} read, {} malformed", comments.read, comments.malformed)?;
        writeln!(out, "turns      {} read, {} malformed", turns.read, turns.malformed)?;
        writeln!(out, "  {:<34} {:>6} {:>8}", "step", "count", "no-ops")?;
        for (name, [steps, no_ops]) in &self.steps {
            writeln!(out, "  {name:<34} {steps:>6} {no_ops:>8}")?;
        }
        writeln!(out, "  comments with an empty text, written as `.`: {}", self.empty)?;
        let order = ["new", "open", "answered", "resolved"];
        summary::statuses(out, "tickets   ", tickets, &order)?;
        let [seen_by_reporters, seen_by_desk] = self.seen;
        writeln!(
            out,
            "threads    {seen_by_reporters} messages as the reporters see them, {seen_by_desk} as \
             the desk does: each word for\n           word, with its author and its instant, in \
             the order of the log"
        )?;
        for other in &self.others {
            writeln!(out, "  UNEXPLAINED {other}")?;
        }
        Ok(())
    }
}

/// In what a ticket is otherwise than its issue at the end, and no rule has changed it.
fn facts(scene: &Scene<'_>, ticket: &Ticket, acted: &mut Acted) -> Vec<&'static str> {
    let (people, issue) = (scene.people, scene.issue);
    let owner = issue.turns.last().and_then(|turn| people.agent(turn.assignee.as_deref()?));
    // Who reached out owes no first answer; else it is the first public one by an agent.
    let asked = ticket.origin() == Origin::CustomerWrote;
    let mut answers = issue.comments.iter().skip(1).filter(|comment| {
        let by_agent = matches!(scene.actor(Step::Comment(comment)), Actor::Agent(_));
        asked && !comment.private && by_agent
    });
    let first = answers.next().map(|comment| comment.at);
    let facts = [
        ("status", ticket.status().name == "resolved"),
        ("owner", ticket.assignee() == owner),
        ("priority", ticket.priority().name == *issue.priority),
        ("category", ticket.category().is_some_and(|category| *category == *issue.kind)),
        ("first answer", ticket.first_answered_at() == first),
        ("number of reopenings", ticket.reopen_count() == 0),
    ];
    let by_rule = |name| match name {
        "status" => Some(What::Status),
        "owner" => Some(What::Owner),
        "priority" => Some(What::Priority),
        "category" => Some(What::Category),
        _ => None,
    };
    let different = facts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name);
    let id = ticket.id();
    different.filter(|name| !by_rule(name).is_some_and(|what| acted.explains(id, what))).collect()
}

/// The whole thread, as somebody sees it, but for what rules wrote.
fn thread(player: &Player, reader: &Actor, ticket: &Ticket) -> Result<Vec<Post>, DeskError> {
    let (mut posts, mut after) = (Vec::new(), None);
    let now = ticket.updated_at();
    loop {
        let page = player.desk.thread(reader, now, ticket.id(), after, PAGE)?;
        let said = page.posts.into_iter();
        posts.extend(said.filter(|post| !player.acted.wrote(post.ticket, post.revision)));
        after = page.next;
        if after.is_none() {
            return Ok(posts);
        }
    }
}

/// Whether the thread is these comments: every one, in their order, word for word.
fn are_posts_of<'a>(
    scene: &Scene<'_>,
    comments: impl Iterator<Item = &'a Comment>,
    posts: &[Post],
) -> bool {
    let said = comments.map(|it| (words(it).into_owned(), it.private, scene.author(it), it.at));
    let found = posts.iter().map(|post| {
        let note = post.message.visibility == Visibility::Note;
        (post.text.as_str().to_owned(), note, post.message.author.clone(), post.at)
    });
    said.eq(found)
}
