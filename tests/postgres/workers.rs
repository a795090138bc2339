//! The example of workers does what it says: two processes of two workers each, on one database.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use helpdesk::store::{AsyncStore, Lease, Scope};
use helpdesk::{AsyncDesk, Moved, TicketChange};
use serde_json::Value;

use crate::scene::DESK;
use crate::server::{block_on, server};

#[path = "../../examples/workers_postgres/main.rs"]
#[allow(dead_code, reason = "tests call what `main` calls")]
mod example;

/// A run of the example. It is no test of its own: the others start it, and say what it is given.
#[test]
#[ignore = "it is started by the tests of the example"]
fn child() {
    let Ok(line) = std::env::var("HELPDESK_CHILD_LINE") else { return };
    let line =
        std::iter::once("workers_postgres").chain(line.split('\t').filter(|it| !it.is_empty()));
    // What names the test has no end of line.
    println!();
    let code = example::run(line.map(Into::into));
    std::process::exit(i32::from(code));
}

fn run(args: &[&str]) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "workers::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("HELPDESK_CHILD_LINE", args.join("\t"))
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn workers_open_tick_and_relay_until_nothing_is_left() {
    let Some(server) = server() else { return };
    let schema = server.schema();
    let args = ["--database", &schema.dsn, "--schema", &schema.name, "--poll", "2", "--until-idle"];
    // The first makes the tables and the desk; the other finds them.
    let children = [run(&args), run(&[&args[..], &["--unreachable", "woken"]].concat())];
    let outputs = children.map(|child| child.wait_with_output().unwrap());
    for output in &outputs {
        assert!(output.status.success(), "{}", told(output));
    }
    let lines = outputs.iter().flat_map(|output| output.stdout.split(|byte| *byte == b'\n'));
    let events: Vec<Value> = lines
        .filter(|line| line.starts_with(b"{"))
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for event in &events {
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["datacontenttype"], "application/json");
        assert!(event["type"].as_str().unwrap().starts_with("helpdesk.notice."), "{event}");
        // Nobody's lease ended.
        assert!(ids.insert(event["id"].as_str().unwrap().to_owned()), "{event} came twice");
    }
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!(of("helpdesk.notice.ticket_opened"), 8);
    let given_up = outputs.iter().map(|it| told(it).matches("is given up").count()).sum::<usize>();
    assert_eq!(of("helpdesk.notice.woken") + given_up, 8, "{}", told(&outputs[1]));

    block_on(async {
        let desk = AsyncDesk::open_existing(schema.store().await, DESK).await.unwrap();
        let log = desk.store().scan(DESK, 0, usize::MAX).await.unwrap();
        let events = log.iter().flat_map(|entry| entry.events.iter());
        let woken = events.filter(|event| match event.ticket_change() {
            Some(TicketChange::StatusChanged(change)) => change.because == Moved::Woken,
            _ => false,
        });
        assert_eq!(woken.count(), 8, "each ticket came back once");
        let now = std::time::SystemTime::now().into();
        let lease = Lease { until: now, limit: 100 };
        assert!(desk.store().claim(Scope::All, now, lease).await.unwrap().is_empty());
    });
}

#[test]
fn without_a_server_the_example_says_what_it_needs() {
    let output = run(&[]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("usage: this needs a PostgreSQL server"), "{}", told(&output));
    let output = run(&["--workers", "many"]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let args = ["--database", "host=/nowhere user=nobody"];
    let output = run(&args).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
}
