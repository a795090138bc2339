//! The conversations: comments and turns to commands, threads word for word, every oddity of them.

use super::{Answer, Excerpt, README, run, whole};

const HEADER: &str =
    "issue_id,comment_id,comment_seq,created,author,author_role,is_private,utterances,body";
const TURNS: &str = "issue_id,issue_num,project,reporter,type,priority,contributors,turn_no,\
    assignee,started,ended,steps,comments_count";

/// A comment of issue 1, on a day in March at this time.
fn comment(time: &str, author: &str, role: &str, private: u8, body: &str) -> String {
    format!("1,9,0,2022-03-{time}+00:00,{author},{role},{private},1,\"{body}\"")
}

/// A turn of issue 1, which is the reporter's, from one time to another.
fn turn(assignee: &str, started: &str, ended: &str) -> String {
    format!(
        "1,1,project,reporter,Ticket,High,1,1,{assignee},2022-03-{started}+00:00,\
         2022-03-{ended}+00:00,1,1"
    )
}

fn excerpt(test: &str, comments: &[String], turns: &[String]) -> Excerpt {
    let log = Excerpt::new(&format!("mendeley-{test}"), "comments.csv");
    log.put("comments.csv", HEADER, comments);
    log.put("mendeley_helpdesk_turns.csv", TURNS, turns);
    log
}

fn replayed(test: &str, comments: &[String], turns: &[String]) -> Answer {
    run(&["--excerpt", &excerpt(test, comments, turns).path()])
}

/// Replays comments and turns with which desk and log are to agree.
fn agreed(test: &str, comments: &[String], turns: &[String]) -> Answer {
    let done = replayed(test, comments, turns);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("tickets"), done.count("copied")), (1, 1));
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (0, 0), "{}", done.out);
    assert_eq!(done.count("refused"), 0);
    assert!(done.out.contains("tickets    resolved 1\n"), "{}", done.out);
    done
}

/// How many steps there were of this name, and how many of them changed nothing.
fn steps(done: &Answer, name: &str) -> (u64, u64) {
    let begin = format!("  {name:<34} ");
    let line = done.out.lines().find_map(|line| line.strip_prefix(&begin));
    let line = line.unwrap_or_else(|| panic!("no `{name}` in {}", done.out));
    let mut counts = line.split_whitespace().map(|word| word.parse().unwrap());
    (counts.next().unwrap(), counts.next().unwrap())
}

#[test]
fn a_conversation_is_the_thread_word_for_word_and_the_reporter_sees_no_note() {
    let done = agreed(
        "plain",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "it burns,\n\"\"help\"\""),
            comment("01 09:00:00", "anna", "assignee", 0, "which one?"),
            comment("01 09:01:00", "anna", "assignee", 1, "again, the third one"),
            comment("01 10:00:00", "reporter", "reporter", 0, "الطابعة في الطابق الثالث"),
            comment("01 11:00:00", "boss", "others", 1, "  unplug it  "),
            comment("01 12:00:00", "boss", "others", 0, "unplugged \u{2066}the printer\u{2069}"),
            comment("01 13:00:00", "colleague", "others", 0, "thanks from me, too"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00"), turn("boss", "02 08:00:00", "03 08:00:00")],
    );
    assert!(done.out.contains("5 messages as the reporters see them, 7 as the desk does"));
    assert_eq!(steps(&done, "reply, by an agent"), (2, 0));
    assert_eq!(steps(&done, "reply, by the host"), (1, 0), "nobody knows whose colleague that is");
    assert_eq!(steps(&done, "note, by an agent"), (2, 0));
    assert_eq!(steps(&done, "turn"), (2, 0));
}

#[test]
fn an_agent_who_writes_first_reaches_out() {
    let done = agreed(
        "outreach",
        &[
            comment("01 08:00:00", "reporter", "assignee", 0, "your licence ends"),
            comment("01 09:00:00", "reporter", "reporter", 0, "renew it"),
        ],
        &[turn("reporter", "01 08:00:00", "02 08:00:00")],
    );
    assert_eq!(steps(&done, "open, by an agent who reaches out"), (1, 0));
}

#[test]
fn a_comment_without_words_is_said_all_the_same() {
    let done = agreed(
        "empty",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "."),
            comment("01 09:00:00", "anna", "assignee", 0, ""),
            comment("01 10:00:00", "anna", "assignee", 1, " \n"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00")],
    );
    assert!(done.out.contains("comments with an empty text, written as `.`: 2\n"), "{}", done.out);
}

#[test]
fn the_same_words_at_the_same_second_are_said_twice_and_in_their_order() {
    let same = comment("01 09:00:00", "anna", "assignee", 0, "we are on it");
    let done = agreed(
        "ties",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "it burns"),
            same.clone(),
            same,
            comment("01 09:00:00", "reporter", "reporter", 0, "still"),
        ],
        &[turn("anna", "01 08:00:00", "01 09:00:00"), turn("bo", "01 09:00:00", "02 09:00:00")],
    );
    assert!(done.out.contains("4 messages as the reporters see them"));
    let again = done.out.lines().find(|line| line.contains("the same words by the same author"));
    assert!(again.unwrap().ends_with(" 1"), "{again:?}");
}

#[test]
fn turns_of_nobody_and_of_the_same_assignee_are_what_they_say() {
    let done = agreed(
        "turns",
        &[comment("01 08:00:00", "reporter", "reporter", 0, "it burns")],
        &[
            turn("", "01 08:00:00", "01 09:00:00"),
            turn("anna", "01 09:00:00", "01 10:00:00"),
            turn("anna", "01 10:00:00", "01 11:00:00"),
            turn("", "01 11:00:00", "01 12:00:00"),
        ],
    );
    assert_eq!(steps(&done, "turn of nobody"), (2, 1), "the first one changes nothing");
    assert_eq!(steps(&done, "turn"), (2, 1));
}

#[test]
fn a_comment_after_the_end_leaves_the_ticket_resolved() {
    agreed(
        "late",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "it burns"),
            comment("03 08:00:00", "anna", "assignee", 0, "you are welcome"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00")],
    );
}

#[test]
fn the_reporter_with_a_blank_is_the_reporter_and_writes_no_note() {
    let done = agreed(
        "blank",
        &[
            comment("01 08:00:00", "reporter ", "reporter", 0, "it burns"),
            comment("01 09:00:00", "reporter ", "reporter", 1, "the password is 1234"),
            comment("01 10:00:00", "somebody", "reporter", 0, "me, too"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00")],
    );
    assert_eq!(steps(&done, "open, by the reporter"), (1, 0));
    assert_eq!(steps(&done, "note, by the host"), (1, 0));
    assert_eq!(steps(&done, "reply, by the host"), (1, 0), "not by the reporter of this issue");
    assert!(done.out.contains("2 messages as the reporters see them, 3 as the desk does"));
}

#[test]
fn a_comment_out_of_order_has_another_instant_and_fails_the_run() {
    let done = replayed(
        "order",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "it burns"),
            comment("01 10:00:00", "anna", "assignee", 0, "which one?"),
            comment("01 09:00:00", "reporter", "reporter", 0, "the third"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00")],
    );
    assert_eq!((done.code, done.count("mismatched")), (1, 0));
    assert_eq!(done.count("unexplained"), 2);
    assert!(done.out.contains("UNEXPLAINED 1: the reporter sees another thread"), "{}", done.out);
}

#[test]
fn a_question_after_the_end_reopens_and_fails_the_run() {
    let done = replayed(
        "reopened",
        &[
            comment("01 08:00:00", "reporter", "reporter", 0, "it burns"),
            comment("03 08:00:00", "reporter", "reporter", 0, "again"),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00")],
    );
    assert_eq!((done.code, done.count("mismatched")), (1, 1));
    assert!(done.out.contains("UNEXPLAINED 1: another status"), "{}", done.out);
}

#[test]
fn malformed_rows_of_both_files_are_named_with_file_line_and_column() {
    let log = excerpt(
        "malformed",
        &[
            comment("01 08:00:00", "reporter", "reporter", 1, "nobody opens with a note"),
            comment("01 08:00:00", "reporter", "reporter", 0, "over\ntwo lines"),
            comment("01 08:00:00", "reporter", "robot", 0, "beep"),
            comment("01 08:00:00", "reporter", "reporter", 2, "half private"),
            comment("32 08:00:00", "reporter", "reporter", 0, "in time"),
            comment("01 08:00:00", "reporter", "reporter", 0, "lost").replacen('1', "2", 1),
        ],
        &[turn("anna", "01 08:00:00", "02 08:00:00"), turn("anna", "01 08:00:00", "32 08:00:00")],
    );
    let path = log.path();
    let turns = log.folder.join("mendeley_helpdesk_turns.csv").display().to_string();
    let done = run(&["--excerpt", &path]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    for told in [
        format!("{turns}:3:11: `ended`: `2022-03-32 08:00:00+00:00` is not a time such as"),
        format!("{path}:2:7: `is_private`: nobody opens an issue with a note"),
        format!("{path}:5:6: `author_role`: no `robot` is known"),
        format!("{path}:6:7: `is_private`: `2` is not `0` or `1`"),
        format!("{path}:7:4: `created`: `2022-03-32 08:00:00+00:00` is not a time such as"),
        format!("{path}:8:1: `issue_id`: the turns have no such issue"),
    ] {
        assert!(done.err.contains(&told), "`{told}` is not in:\n{}", done.err);
    }
    assert!(done.out.contains("comments   1 read, 5 malformed"), "{}", done.out);
    assert!(done.out.contains("turns      1 read, 1 malformed"), "{}", done.out);
}

#[test]
fn without_the_turns_beside_them_comments_are_not_replayed() {
    let log = Excerpt::of("mendeley-alone", HEADER, &["1,9,0,x,a,reporter,0,1,x"]);
    let alone = run(&[&log.path()]);
    assert_eq!(alone.code, 2);
    assert!(alone.err.contains("mendeley_helpdesk_turns.csv"), "{}", alone.err);
    log.put("mendeley_helpdesk_turns.csv", "a,b", &["1,2"]);
    assert!(run(&[&log.path()]).err.contains("not those of the turns"));
}

#[test]
fn the_whole_log_is_replayed_and_accounted_for() {
    let Some(done) = whole("mendeley") else { return };
    assert!(README.contains(done.last_line()), "not in the README: {}", done.last_line());
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!((done.count("tickets"), done.count("refused")), (360, 0));
    assert_eq!((done.count("verified"), done.count("copied")), (360, 360));
    assert_eq!((done.count("mismatched"), done.count("unexplained")), (0, 0));
    assert!(done.out.contains("comments   7286 read, 0 malformed"));
    assert!(done.out.contains("\n  0 of 37 not as documented\n"));
    assert!(done.out.contains("5596 messages as the reporters see them, 7286 as the desk does"));
}
