//! The commands that only look.

use helpdesk::matching::{Listing, Words};
use helpdesk::{
    Author, DeskError, Erasable, Post, Search, SearchCursor, ServiceClock, Shown, Visibility,
};
use serde_json::{Value, json};

use super::args::List;
use super::failure::Failure;
use super::host::{DESK, Host};
use super::people::Handle;
use super::print::{Answer, HEADS, cells, instant, table, ticket, words};

/// How many messages are read at a time.
const PAGE: usize = 100;

pub(crate) fn list(host: &Host, list: &List) -> Result<Answer, Failure> {
    let mut listing = Listing::of(list.filter.clone()).page(list.page.into());
    listing.sort = list.sort.as_ref().map(|order| order.0.clone()).unwrap_or_default();
    listing.after = list.after.clone();
    let page = host.desk.find(&host.actor, host.now, &listing)?;
    let next = page.next.as_ref().map(ToString::to_string);
    let rows: Vec<Vec<String>> = page.rows.iter().map(cells).collect();
    let mut text = table(&HEADS, &rows);
    if let Some(next) = &next {
        text.push_str(&format!("more: --after {next}\n"));
    }
    let tickets: Vec<Value> =
        page.rows.iter().map(|row| ticket(host, row)).collect::<Result<_, _>>()?;
    Ok(Answer { json: json!({ "tickets": tickets, "next": next }), text, partly: false })
}

pub(crate) fn search(
    host: &Host,
    words: &Words,
    page: u16,
    after: Option<SearchCursor>,
) -> Result<Answer, Failure> {
    let mut search = Search::new(words.clone()).page(page.into());
    search.after = after;
    let found = host.desk.search(&host.actor, host.now, &search)?;
    let next = found.next.as_ref().map(ToString::to_string);
    let rows: Vec<Vec<String>> = found.hits.iter().map(|hit| cells(&hit.row)).collect();
    let mut text = table(&HEADS, &rows);
    if let Some(next) = &next {
        text.push_str(&format!("more: --after {next}\n"));
    }
    let mut tickets = Vec::new();
    for hit in &found.hits {
        let posts = hit.posts.iter().map(|post| message(host, post));
        let posts = posts.collect::<Result<Vec<_>, _>>()?;
        tickets.push(json!({ "ticket": ticket(host, &hit.row)?, "messages": posts }));
    }
    Ok(Answer { json: json!({ "found": tickets, "next": next }), text, partly: false })
}

/// What is not as it should be; what is left of that is told by the exit code.
pub(crate) fn verify(host: &Host, repair: bool) -> Result<Answer, Failure> {
    let store = host.desk.store();
    let verified = match repair {
        true => store.repair(DESK),
        false => store.verify(DESK),
    };
    let verified = verified.map_err(DeskError::from)?;
    let left = verified.findings.iter().any(|finding| !(repair && finding.is_derived()));
    let mut text = format!("{} records, {} events\n", verified.records, verified.events);
    verified.findings.iter().for_each(|finding| text.push_str(&format!("{finding}\n")));
    let findings: Vec<Value> = verified
        .findings
        .iter()
        .map(|it| json!({ "text": it.to_string(), "derived": it.is_derived() }))
        .collect();
    let json = json!({
        "records": verified.records,
        "events": verified.events,
        "findings": findings,
    });
    Ok(Answer { json, text, partly: left })
}

pub(crate) fn show(host: &Host, name: &str) -> Result<Answer, Failure> {
    let id = host.ticket(name)?;
    let row = host.desk.show(&host.actor, host.now, id)?;
    let mut text = table(&HEADS, &[cells(&row)]);
    let (mut posts, mut clocks) = (Vec::new(), Vec::new());
    // Who sees no more than the status is refused the rest.
    if !matches!(row.shown, Shown::Status { .. }) {
        let mut after = None;
        loop {
            let page = host.desk.thread(&host.actor, host.now, id, after, PAGE)?;
            posts.extend(page.posts);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        clocks = host.desk.service(&host.actor, host.now, id)?.clocks;
    }
    for post in &posts {
        text.push_str(&said(host, post)?);
    }
    // What is measured and promised to nobody is for programs.
    let promised = clocks.iter().filter(|clock| clock.status.is_promised());
    promised.for_each(|clock| text.push_str(&explained(clock)));
    let posts: Vec<Value> =
        posts.iter().map(|post| message(host, post)).collect::<Result<_, _>>()?;
    let clocks: Vec<Value> = clocks.iter().map(clock).collect();
    let json = json!({ "ticket": ticket(host, &row)?, "messages": posts, "clocks": clocks });
    Ok(Answer { json, text, partly: false })
}

fn author(host: &Host, author: &Author) -> Result<String, Failure> {
    Ok(match author {
        Author::Agent(id) | Author::LightAgent(id) => format!("agent:{}", Handle::of(*id)),
        Author::Customer(id) => host.contact(*id)?,
        author => author.kind().to_owned(),
    })
}

fn said(host: &Host, post: &Post) -> Result<String, Failure> {
    let note = if post.message.visibility == Visibility::Note { " (note)" } else { "" };
    let (at, who) = (instant(post.at), author(host, &post.message.author)?);
    Ok(format!("\n{at} {who}{note}\n{}\n", words(&post.text)))
}

fn message(host: &Host, post: &Post) -> Result<Value, Failure> {
    Ok(json!({
        "at": instant(post.at),
        "author": author(host, &post.message.author)?,
        "note": post.message.visibility == Visibility::Note,
        "text": Erasable::known(&post.text),
        "files": post.file_names,
    }))
}

/// How a clock stands, and of what its time consists: up to its deadline, or up to now where it has
/// none.
fn explained(clock: &ServiceClock) -> String {
    let status = &clock.status;
    let due =
        status.due.map_or_else(|| "no deadline".to_owned(), |at| format!("due {}", instant(at)));
    let ledger = clock.explained().or_else(|| clock.ledger());
    let ledger = ledger.map_or_else(String::new, |ledger| ledger.to_string());
    format!("\n[{}] {}, {due}: {ledger}", clock.audience, status.state)
}

fn clock(clock: &ServiceClock) -> Value {
    let status = &clock.status;
    let ledger = clock.explained().or_else(|| clock.ledger());
    let entries = ledger.as_ref().map(|ledger| ledger.entries()).unwrap_or_default();
    let why: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "from": instant(entry.from),
                "to": instant(entry.to),
                "length": entry.length().to_string(),
                "state": entry.state.to_string(),
            })
        })
        .collect();
    json!({
        "audience": clock.audience.to_string(),
        "metric": status.metric.to_string(),
        "state": status.state.to_string(),
        "started_at": instant(status.started_at),
        "ended_at": status.ended_at.map(instant),
        "due_at": status.due.map(instant),
        "target": status.target.map(|span| span.to_string()),
        "elapsed": status.elapsed.to_string(),
        "remaining": status.remaining.map(|span| span.to_string()),
        "why": why,
    })
}

pub(crate) fn count(host: &Host, department: Option<&str>) -> Result<Answer, Failure> {
    let workload = host.desk.workload(department.map(Into::into))?;
    let agents: Vec<Value> = workload
        .agents
        .iter()
        .map(|it| {
            let name = Handle::of(it.agent.id());
            json!({ "agent": name, "load": it.load, "room": it.room() })
        })
        .collect();
    let rows: Vec<Vec<String>> = workload
        .agents
        .iter()
        .map(|it| {
            let room = it.room().map_or_else(|| "any".to_owned(), |room| room.to_string());
            vec![Handle::of(it.agent.id()), it.load.to_string(), room]
        })
        .collect();
    let text = format!(
        "{} unfinished, {} of them nobody's\n{}",
        workload.unfinished,
        workload.queued,
        table(&["agent", "load", "room"], &rows)
    );
    let json = json!({
        "unfinished": workload.unfinished,
        "queued": workload.queued,
        "agents": agents,
    });
    Ok(Answer { json, text, partly: false })
}
