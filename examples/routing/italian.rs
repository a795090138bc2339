//! The help desk of an Italian software company: routed by workgroup, the rarer kinds of service to
//! those who know them.

use std::error::Error;
use std::path::Path;

use helpdesk::{AgentProfile, Channel};

use super::feed::{Arrival, Feed};

#[path = "../replay/italian/row.rs"]
#[allow(dead_code, unused_imports, reason = "the replay reads more of it")]
mod row;

pub(crate) use row::HEADER;
use row::{Activity, Case, Column, Log};

const RULES: &str = include_str!("italian.json");
const WORKGROUPS: [&str; 4] = ["workgroup 1", "workgroup 2", "workgroup 3", "workgroup 4"];

pub(crate) fn feed(path: &Path) -> Result<Feed, Box<dyn Error>> {
    let log = Log::read(path, false, &mut std::io::stderr())?;
    let mut customers: Vec<&str> =
        log.cases.iter().filter_map(|it| Some(it.rows.first()?.get(Column::Customer))).collect();
    customers.sort_unstable();
    let contact = |name: &str| customers.partition_point(|it| *it < name) as u128;
    let arrivals: Vec<Arrival> =
        log.cases.iter().filter_map(|case| arrival(case, contact)).collect();
    let all = |of: fn(&Arrival) -> Option<&String>, more: &[&str]| {
        let mut names: Vec<String> = arrivals.iter().filter_map(of).cloned().collect();
        names.extend(more.iter().map(|name| (*name).to_owned()));
        names.sort();
        names.dedup();
        names
    };
    let feed = Feed {
        name: "the Italian help desk",
        departments: all(|it| Some(&it.department), &WORKGROUPS),
        categories: all(|it| it.category.as_ref(), &["type 1", "type 2", "type 3", "type 4"]),
        priorities: all(|it| it.priority.as_ref(), &["seriousness 1", "seriousness 2"]),
        rules: serde_json::from_str(RULES)?,
        agents: (0..22).map(agent).collect(),
        arrivals,
    };
    Ok(feed.in_order())
}

/// A value of the log as a name: `Value 3` of a workgroup is `workgroup 3`.
fn named(kind: &str, value: &str) -> String {
    format!("{kind} {}", value.trim_start_matches("Value "))
}

fn arrival(case: &Case, contact: impl Fn(&str) -> u128) -> Option<Arrival> {
    let (first, last) = case.rows.first().zip(case.rows.last())?;
    let mut rows = case.rows.iter();
    let finished = rows.find(|row| row.activity == Activity::ResolveTicket).unwrap_or(last);
    Some(Arrival {
        at: first.at,
        contact: contact(first.get(Column::Customer)),
        language: None,
        channel: Channel::WebForm,
        subject: Some(case.id.clone()),
        text: "(the log has no text)".into(),
        department: named("workgroup", first.get(Column::Workgroup)),
        category: Some(named("type", first.get(Column::ServiceType))),
        priority: Some(named("seriousness", first.get(Column::Seriousness2))),
        done_at: finished.at.max(first.at),
    })
}

/// Sixteen in the first workgroup, who help each other out, and two in each of the others.
fn agent(n: u32) -> AgentProfile {
    let profile = AgentProfile::new(format!("Agent {n}")).capacity(10);
    match n {
        0..16 => profile.department(WORKGROUPS[0]),
        _ => profile.department(WORKGROUPS[1 + (n as usize - 16) / 2]),
    }
    .skill("rare services", 1 + (n % 5) as u8)
}
