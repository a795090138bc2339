//! A rulebook on a replay: what each rule did, worked out by hand; wrong rules; and the log beside it.

use std::fs;

use super::{Answer, Excerpt, run, whole_with};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/replay/rules.json");
const LEVELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/replay/sla.json");
const HEADER: &str =
    "issue_id,comment_id,comment_seq,created,author,author_role,is_private,utterances,body";
const TURNS: &str = "issue_id,issue_num,project,reporter,type,priority,contributors,turn_no,\
    assignee,started,ended,steps,comments_count";

/// Three issues of March 2022; the second waits for its reporter for more than five days.
fn log(test: &str) -> Excerpt {
    let log = Excerpt::new(&format!("rules-{test}"), "comments.csv");
    let comments = [
        "1,1,0,2022-03-01 08:00:00+00:00,maria,reporter,0,1,it burns: URGENT",
        "1,2,1,2022-03-01 10:30:00+00:00,anna,assignee,0,1,unplug it",
        "2,3,0,2022-03-01 08:00:00+00:00,otto,reporter,0,1,my password is lost",
        "2,4,1,2022-03-01 09:00:00+00:00,anna,assignee,0,1,try a new one",
        "2,5,2,2022-03-09 09:00:00+00:00,otto,reporter,0,1,thanks",
        "3,6,0,2022-03-02 08:00:00+00:00,otto,reporter,0,1,put it in production",
    ];
    log.put("comments.csv", HEADER, &comments);
    let turns = [
        "1,1,project,maria,Ticket,Low,1,1,anna,2022-03-01 10:00:00+00:00,2022-03-01 11:00:00+00:00,1,1",
        "2,2,project,otto,Ticket,Medium,1,1,anna,2022-03-01 08:30:00+00:00,2022-03-10 09:00:00+00:00,1,1",
        "3,3,project,otto,Deployment,Medium,1,1,boss,2022-03-02 09:00:00+00:00,2022-03-02 10:00:00+00:00,1,1",
    ];
    log.put("mendeley_helpdesk_turns.csv", TURNS, &turns);
    log
}

/// What the table says of a rule: how often it ran, actions done and refused, owners found and not.
fn row(answer: &Answer, rule: &str) -> Vec<u64> {
    let lists = ["  routing ", "  triggers ", "  time_rules "];
    let mut lines = answer.out.lines().filter(|line| lists.iter().any(|it| line.starts_with(it)));
    let line = lines.find(|line| line.contains(&format!(" {rule} ")));
    let line = line.unwrap_or_else(|| panic!("no `{rule}` in:\n{}", answer.out));
    let words: Vec<&str> = line.split_whitespace().collect();
    words[words.len() - 5..].iter().map(|word| word.parse().unwrap()).collect()
}

/// The line that other programs read.
fn counts(answer: &Answer) -> &str {
    let line = answer.out.lines().find(|line| line.starts_with("rules: "));
    line.unwrap_or_else(|| panic!("no counts of rules in:\n{}", answer.out))
}

/// A run of the small log under these rules.
fn under(test: &str, rules: &str) -> Answer {
    let folder = Excerpt::new(&format!("rules-{test}-book"), "rules.json");
    fs::write(folder.path(), rules).unwrap();
    run(&["--excerpt", "--rules", &folder.path(), &log(test).path()])
}

#[test]
fn each_rule_did_to_a_small_log_what_was_worked_out_by_hand() {
    let done = run(&["--excerpt", "--rules", SAMPLE, &log("by-hand").path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("unexplained"), done.count("mismatched")), (0, 0));
    assert_eq!(row(&done, "says that it is urgent"), [1, 1, 0, 0, 0]);
    assert_eq!(row(&done, "urgent is high"), [1, 1, 0, 0, 0], "who is told changes nothing");
    assert_eq!(row(&done, "locked out"), [1, 1, 0, 0, 0]);
    assert_eq!(row(&done, "deployments"), [1, 0, 0, 1, 0], "to whoever is idle");
    assert_eq!(row(&done, "blocked"), [0, 0, 0, 0, 0]);
    // The first is resolved by then.
    assert_eq!(row(&done, "silent since the answer"), [1, 1, 0, 0, 0]);
    assert_eq!(
        counts(&done),
        "rules: ran=5 done=4 refused=0 cascades=0 given=1 nobody=0 waiting=0 over_capacity=0 \
         mismatched=0"
    );
    assert!(done.out.contains("as a rule changed that: priority 1\n"), "{}", done.out);
    assert!(done.out.contains("of which ask others for something"), "{}", done.out);
    // What a rule wrote is beside the thread of the log, which is as it was.
    assert!(done.out.contains("threads    6 messages as the reporters see them, 6 as"));
}

#[test]
fn rules_of_another_log_are_left_out_and_told() {
    let done = run(&["--excerpt", "--rules", SAMPLE, &log("left-out").path()]);
    assert!(done.out.contains(": 13 of its 22 are for this log"), "{}", done.out);
    let told = "  left out: routing[0] `billing`: there is no department `billing`";
    assert!(done.out.contains(told), "{}", done.out);
    let none =
        r#"{ "routing": [{ "name": "all", "when": "department = mars", "to": { "route": {} } }] }"#;
    let done = under("of-none", none);
    assert_eq!(done.code, 2, "{}", done.out);
    assert!(done.err.contains("the log knows not all names of any of its rules"), "{}", done.err);
}

#[test]
fn rules_and_service_levels_hold_together() {
    let log = log("levels");
    let done = run(&["--excerpt", "--rules", SAMPLE, "--sla", LEVELS, &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(counts(&done).starts_with("rules: ran=5 done=4 refused=0 "), "{}", done.out);
    assert!(done.out.contains("\nlevels: runs="), "{}", done.out);
}

#[test]
fn what_is_refused_and_what_goes_round_is_counted() {
    let refused = under(
        "refused",
        r#"{ "triggers": [{ "name": "elsewhere", "when": "message.text contains burns",
            "then": [{ "note": "{requester.name} wrote" }, { "add_tag": "fire" }] }] }"#,
    );
    assert_eq!(refused.code, 0, "{}{}", refused.out, refused.err);
    assert_eq!(row(&refused, "elsewhere"), [1, 1, 1, 0, 0], "nobody knows the name");
    assert!(refused.out.contains("  refused as nothing_known: 1\n"), "{}", refused.out);
    let round = under(
        "round",
        r#"{ "triggers": [
            { "name": "on", "when": "tags changed and not tags contains x or message.text contains burns",
              "then": [{ "add_tag": "x" }] },
            { "name": "off", "when": "tags changed and tags contains x",
              "then": [{ "remove_tag": "x" }] }] }"#,
    );
    assert_eq!(round.code, 0, "{}{}", round.out, round.err);
    assert!(round.out.contains("set each other off for ever"), "{}", round.out);
    assert!(counts(&round).contains(" cascades=1 "), "{}", round.out);
}

#[test]
fn what_a_rule_changed_is_explained_and_the_log_goes_on_beside_it() {
    let folder = Excerpt::new("rules-italian-book", "rules.json");
    let rules = r#"{
        "routing": [{ "name": "all", "to": { "route": {} } }],
        "triggers": [{ "name": "aside", "when": "status changed to in_progress",
            "then": [{ "set_status": { "status": "pending", "reason": "unknown" } }] }] }"#;
    fs::write(folder.path(), rules).unwrap();
    let log = super::italian::two_hands("rules-italian");
    let done = run(&["--excerpt", "--rules", &folder.path(), &log.path()]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("refused"), done.count("unexplained")), (0, 0));
    assert_eq!(row(&done, "aside"), [2, 2, 0, 0, 0], "once for each who took it");
    assert!(done.out.contains("as a rule changed that: status 1\n"), "{}", done.out);
}

#[test]
fn a_generated_day_goes_on_from_what_rules_made_of_it() {
    let day = run(&["--rules", SAMPLE, "--seed", "7"]);
    assert_eq!(day.code, 0, "{}", day.out);
    assert_eq!((day.count("mismatched"), day.count("unexplained")), (0, 0));
    assert_eq!(day.count("verified"), day.count("tickets"));
    for rule in ["billing", "second line", "first line, or the second"] {
        let [ran, .., given, nobody] = row(&day, rule)[..] else { panic!("{rule}") };
        assert!(given > 0 && ran == given + nobody, "{}", day.out);
    }
    assert!(counts(&day).ends_with(" over_capacity=0 mismatched=0"), "{}", day.out);
    assert!(!run(&["--seed", "7"]).out.contains("rules of"));
}

#[test]
fn wrong_rules_are_told_with_file_place_and_reason_and_status_2() {
    let sample = fs::read_to_string(SAMPLE).unwrap();
    let folder = Excerpt::new("rules-misspelt", "rules.json");
    for (from, to, told) in [
        ("\"time_rules\"", "\"time_ruls\"", "unknown field `time_ruls`"),
        (
            "\"PT720H\"",
            "\"PT0H\"",
            "time_rules[4].after: PT0S is out of range: longer than nothing",
        ),
        ("tags contains says_urgent", "tags contain says_urgent", " at line "),
        ("{reference} still", "{refernce} still", "time_rules[2].then[0].reply: "),
        ("\"locked out\"", "\"came back\"", "the rule `came back` is defined twice"),
    ] {
        assert!(sample.contains(from), "{from}");
        fs::write(folder.path(), sample.replacen(from, to, 1)).unwrap();
        let excerpt = log("wrong");
        let (rules, rows) = (folder.path(), excerpt.path());
        for args in [vec!["--rules", &rules], vec!["--rules", &rules, "--excerpt", &rows]] {
            let answer = run(&args);
            assert_eq!(answer.code, 2, "{to}: {}", answer.out);
            assert!(answer.err.starts_with(&format!("replay: {}: ", folder.path())));
            assert!(answer.err.contains(told), "{told}: {}", answer.err);
            assert!(answer.out.is_empty(), "{}", answer.out);
        }
    }
}

#[test]
fn every_conversation_goes_on_beside_the_sample() {
    let Some(answer) = whole_with("mendeley", &["--rules", SAMPLE]) else { return };
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert_eq!((answer.count("tickets"), answer.count("unexplained")), (360, 0));
    assert_eq!(row(&answer, "deployments"), [10, 0, 0, 10, 0], "as the turns have it");
    assert_eq!(
        row(&answer, "blocked"),
        [20, 0, 0, 20, 0],
        "the others have gone by the first rule"
    );
    assert!(counts(&answer).ends_with(" over_capacity=0 mismatched=0"), "{}", answer.out);
}
