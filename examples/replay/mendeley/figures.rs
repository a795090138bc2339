//! Everything that is documented of the conversations' counts and oddities, beside what was found.

use std::collections::{BTreeMap, BTreeSet};

use super::super::figures::Figures;
use super::read::{Comment, Issue, Log, Role};

/// Counts all of it.
pub(super) fn count(log: &Log) -> Figures {
    let mut figures = Figures::default();
    sizes(log, &mut figures);
    kinds(log, &mut figures);
    words(log, &mut figures);
    order(log, &mut figures);
    turns(log, &mut figures);
    figures
}

fn sizes(log: &Log, figures: &mut Figures) {
    let lengths = || log.issues.iter().map(|issue| issue.comments.len());
    let mean = log.comments.read as f64 / log.issues.len().max(1) as f64;
    let days = || comments(log).map(|(_, comment)| comment.at.date_naive().to_string());
    let sentences: u32 = comments(log).map(|(_, comment)| comment.utterances).sum();
    figures.add("comments", 7_286, log.comments.read);
    figures.add("issues", 360, log.issues.len());
    figures.add("turns", 747, log.turns.read);
    figures.add("fewest comments of an issue", 3, lengths().min().unwrap_or(0));
    figures.add("most comments of an issue", 196, lengths().max().unwrap_or(0));
    figures.add("comments of an issue, on average", "20.2", format!("{mean:.1}"));
    figures.add("first day", "2022-01-02", days().min().unwrap_or_default());
    figures.add("last day", "2023-03-07", days().max().unwrap_or_default());
    figures.add("sentences", 30_104, sentences);
}

fn kinds(log: &Log, figures: &mut Figures) {
    for (role, private, documented, what) in [
        (Role::Reporter, false, 1_595, "replies by reporters"),
        (Role::Assignee, false, 2_700, "replies by assignees"),
        (Role::Others, false, 1_301, "replies by others"),
        (Role::Others, true, 1_272, "notes by others"),
        (Role::Assignee, true, 416, "notes by assignees"),
        (Role::Reporter, true, 2, "notes by a reporter"),
    ] {
        let of = comments(log).filter(|(_, it)| it.role == role && it.private == private);
        figures.add(what, documented, of.count());
    }
    let first = |role| {
        let first = |issue: &&Issue| issue.comments.first().is_some_and(|it| it.role == role);
        log.issues.iter().filter(first).count()
    };
    figures.add("issues opened by the reporter", 355, first(Role::Reporter));
    figures.add("issues opened by the assignee", 5, first(Role::Assignee));
    let values = |of: fn(&Issue) -> &str| {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for issue in &log.issues {
            *counts.entry(of(issue)).or_default() += 1;
        }
        counts
    };
    let priorities = values(|issue| &issue.priority);
    for (name, documented) in
        [("Medium", 155), ("High", 124), ("Highest", 51), ("Blocker", 21), ("Low", 9)]
    {
        let found = priorities.get(name).copied().unwrap_or(0);
        figures.add(format!("issues of priority {name}"), documented, found);
    }
    let kinds = values(|issue| &issue.kind);
    for (name, documented) in [("Ticket", 340), ("Deployment", 10), ("HD Service", 10)] {
        let found = kinds.get(name).copied().unwrap_or(0);
        figures.add(format!("issues of type {name}"), documented, found);
    }
}

fn words(log: &Log, figures: &mut Figures) {
    let with = |of: &dyn Fn(&str) -> bool| comments(log).filter(|(_, it)| of(&it.body)).count();
    let is_arabic = |c: char| ('\u{600}'..='\u{6ff}').contains(&c);
    figures.add("comments with other than ASCII", 194, with(&|body| !body.is_ascii()));
    figures.add("comments with Arabic", 24, with(&|body| body.chars().any(is_arabic)));
    figures.add("comments with no words: `.`", 33, with(&|body| body.trim() == "."));
    let mut seen = BTreeSet::new();
    let again =
        comments(log).filter(|(issue, it)| !seen.insert((&issue.id, &it.author, &it.body))).count();
    figures.add("the same words by the same author, again", 615, again);
}

fn order(log: &Log, figures: &mut Figures) {
    let count = |of: &dyn Fn(&Comment, &Comment) -> bool| {
        pairs(log).filter(|(_, before, now)| of(before, now)).count()
    };
    figures.add("comments out of order", 0, count(&|before, now| before.at > now.at));
    figures.add("ties", 10, count(&|before, now| before.at == now.at));
    let falls = count(&|before, now| before.id > now.id && before.at < now.at);
    figures.add("comment_id falls while time rises", 360, falls);
    let gaps: Vec<&str> = pairs(log)
        .filter(|(_, before, now)| now.seq != before.seq + 1)
        .map(|(issue, _, _)| issue.id.as_str())
        .collect();
    figures.add("issues with a gap in comment_seq", "1004530 1007200", gaps.join(" "));
    let late = comments(log)
        .filter(|(issue, it)| issue.turns.last().is_some_and(|last| it.at > last.ended));
    figures.add("comments after the last turn ended", 1, late.count());
    let strange = comments(log)
        .filter(|(issue, it)| it.role == Role::Reporter && it.author != issue.reporter);
    figures.add("comments by another than the reporter, letter by letter", 5, strange.count());
}

fn turns(log: &Log, figures: &mut Figures) {
    let all = || log.issues.iter().flat_map(|issue| &issue.turns);
    let nobodys = all().filter(|turn| turn.assignee.is_none()).count();
    figures.add("turns of nobody", 19, nobodys);
    let again =
        log.issues.iter().flat_map(|issue| issue.turns.iter().zip(issue.turns.iter().skip(1)));
    let again = again.filter(|(before, now)| before.assignee == now.assignee).count();
    figures.add("turns of the same assignee as the one before", 4, again);
}

fn comments(log: &Log) -> impl Iterator<Item = (&Issue, &Comment)> {
    log.issues.iter().flat_map(|issue| issue.comments.iter().map(move |comment| (issue, comment)))
}

/// Each comment with its issue and the one above it there.
fn pairs(log: &Log) -> impl Iterator<Item = (&Issue, &Comment, &Comment)> {
    log.issues.iter().flat_map(|issue| {
        let comments = issue.comments.iter().zip(issue.comments.iter().skip(1));
        comments.map(move |(before, now)| (issue, before, now))
    })
}
