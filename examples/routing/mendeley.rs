//! The conversations of a software vendor's help desk: routed by what they say.

use std::error::Error;
use std::path::Path;

use helpdesk::{AgentProfile, Channel};

use super::feed::{Arrival, Feed, names};

#[path = "../replay/mendeley/read.rs"]
#[allow(dead_code, unused_imports, reason = "the replay reads more of it")]
mod read;

pub(crate) use read::HEADER;
use read::{Issue, Log, person};

const RULES: &str = include_str!("mendeley.json");

pub(crate) fn feed(path: &Path) -> Result<Feed, Box<dyn Error>> {
    let log = Log::read(path, false, &mut std::io::stderr())?;
    let mut reporters: Vec<&str> = log.issues.iter().map(|issue| person(&issue.reporter)).collect();
    reporters.sort_unstable();
    let contact = |issue: &Issue| reporters.partition_point(|it| *it < person(&issue.reporter));
    let mut categories: Vec<String> = log.issues.iter().map(|issue| issue.kind.clone()).collect();
    categories.sort();
    categories.dedup();
    let arrivals = log.issues.iter().filter_map(|issue| arrival(issue, contact(issue) as u128));
    let feed = Feed {
        name: "the conversations",
        departments: names(["support", "operations"]),
        categories,
        priorities: names(["Low", "Medium", "High", "Highest", "Blocker"]),
        rules: serde_json::from_str(RULES)?,
        agents: (0..9).map(agent).collect(),
        arrivals: arrivals.collect(),
    };
    Ok(feed.in_order())
}

fn arrival(issue: &Issue, contact: u128) -> Option<Arrival> {
    let first = issue.comments.first()?;
    let arabic = first.body.chars().any(|it| ('\u{600}'..='\u{6ff}').contains(&it));
    Some(Arrival {
        at: first.at,
        contact,
        language: Some(if arabic { "ar" } else { "en" }),
        channel: Channel::WebForm,
        subject: None,
        text: if first.body.trim().is_empty() { ".".into() } else { first.body.clone() },
        department: "support".into(),
        category: Some(issue.kind.clone()),
        priority: Some(issue.priority.clone()),
        done_at: issue.turns.last()?.ended.max(first.at),
    })
}

/// Six in support, of whom three speak Arabic and two know databases; three in operations.
fn agent(n: u32) -> AgentProfile {
    let profile = AgentProfile::new(format!("Agent {n}")).language("en");
    match n {
        0..3 => profile.department("support").language("ar").capacity(9),
        3..6 => profile.department("support").skill("databases", 2 * n as u8 - 4).capacity(10),
        _ => profile.department("operations").capacity(8 + n % 3),
    }
}
