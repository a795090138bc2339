//! The incidents of an IT company: routed by category and priority.

use std::error::Error;
use std::path::Path;

use helpdesk::{AgentProfile, Channel};

use super::feed::{Arrival, Feed, names};

#[path = "../replay/servicenow/row.rs"]
#[allow(dead_code, unused_imports, reason = "the replay reads more of it")]
mod row;

pub(crate) use row::HEADER;
use row::{Case, Contact, Log, Names};

const RULES: &str = include_str!("servicenow.json");

pub(crate) fn feed(path: &Path) -> Result<Feed, Box<dyn Error>> {
    let log = Log::read(path, false, &mut std::io::stderr())?;
    let mut categories: Vec<String> = (1..=70).map(|n| format!("Category {n}")).collect();
    let arrivals: Vec<Arrival> =
        log.cases.iter().filter_map(|case| arrival(&log.names, case)).collect();
    categories.extend(arrivals.iter().filter_map(|arrival| arrival.category.clone()));
    categories.sort();
    categories.dedup();
    let feed = Feed {
        name: "the incidents",
        departments: names(["service desk", "applications", "infrastructure"]),
        categories,
        priorities: names(row::PRIORITIES),
        rules: serde_json::from_str(RULES)?,
        agents: (0..60).map(agent).collect(),
        arrivals,
    };
    Ok(feed.in_order())
}

fn arrival(names: &Names, case: &Case) -> Option<Arrival> {
    let (first, last) = case.rows.first().zip(case.rows.last())?;
    let finished = case.rows.iter().find(|row| row.now.state.is_done()).unwrap_or(last);
    let at = row::opening(case);
    Some(Arrival {
        at,
        contact: first.caller.number(),
        language: None,
        channel: match first.contact {
            Contact::SelfService => Channel::WebForm,
            Contact::Email => Channel::Email,
            Contact::Phone | Contact::Ivr | Contact::DirectOpening => Channel::Phone,
        },
        subject: Some(case.number.to_string()),
        text: "(the log has no text)".into(),
        department: "service desk".into(),
        category: first.now.category.known().map(|name| names.text(name).to_owned()),
        priority: first.now.priority.known().map(|name| names.text(name).to_owned()),
        done_at: finished.at.max(at),
    })
}

/// Thirty at the service desk, eighteen for applications, twelve for infrastructure.
fn agent(n: u32) -> AgentProfile {
    let profile = AgentProfile::new(format!("Agent {n}"));
    match n {
        0..30 => profile.department("service desk").capacity(30),
        30..48 => profile.department("applications").capacity(32),
        _ => profile.department("infrastructure").capacity(34),
    }
}
