//! Planted bugs: a store with one of them breaks the law that is there against it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod awaited;
mod listing;
mod naive;
mod presence;

use std::collections::BTreeSet;

use awaited::{Awaited, Step};
use helpdesk::conformance::{
    LAWS, Law, check, check_async, laws, on_the_spot, run_all, run_all_async,
};
use naive::Naive;

/// A bug a line: its name, that of its test, and the laws that are there against it.
macro_rules! bugs {
    ($($(#[doc = $what:literal])+ $bug:ident as $test:ident breaks $($law:ident),+;)+) => {
        /// What a store can get wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            /// Nothing.
            None,
            $($(#[doc = $what])+ $bug,)+
        }

        /// Each bug with the laws against it.
        fn table() -> Vec<(Bug, Vec<Law>)> {
            vec![$((Bug::$bug, vec![$(laws::$law()),+])),+]
        }

        $(
            #[test]
            fn $test() {
                breaks(Bug::$bug, &[$(laws::$law()),+]);
            }
        )+
    };
}

bugs! {
    /// A write at an old revision is made all the same.
    RevisionsUnchecked as broken_revisions_unchecked
        breaks a_write_at_another_revision_is_stale, one_stale_record_lets_nothing_in,
            random_commits_are_answered_as_in_memory;
    /// Only an older revision counts as stale, not one that is not there yet.
    OlderIsStaleOnly as broken_older_is_stale_only breaks a_write_at_another_revision_is_stale;
    /// A new record replaces one that is there.
    NewReplaces as broken_new_replaces breaks a_new_record_never_replaces;
    /// A record that is not there passes for any revision.
    MissingIsAnything as broken_missing_is_anything
        breaks a_record_that_is_not_there_is_at_revision_zero;
    /// A refusal says that it found what was expected.
    FoundIsExpected as broken_found_is_expected
        breaks a_new_record_never_replaces, a_write_at_another_revision_is_stale;
    /// What a decision rests on may have changed.
    GuardsIgnored as broken_guards_ignored breaks a_guard_on_a_record_that_moved_is_stale;
    /// A guard against a record that should not be there guards nothing.
    GuardAtZeroIgnored as broken_guard_at_zero_ignored
        breaks a_guard_at_zero_demands_that_there_is_no_record;
    /// A guard ends leases, as a write does.
    GuardsEndLeases as broken_guards_end_leases breaks a_commit_ends_the_lease_on_a_wake;
    /// What is guarded is said to be written.
    GuardsAreTouched as broken_guards_are_touched
        breaks a_guard_that_holds_lets_the_commit_through_unwritten;
    /// The check and the write are two steps.
    CheckedThenWritten as broken_checked_then_written
        breaks one_writer_wins_each_round, a_ceiling_holds_under_many_writers,
            a_key_is_taken_by_one_of_many, a_command_is_carried_out_by_one_of_many,
            racing_desks_lose_no_message;
    /// Guards are looked at first, and may have moved by the time of the writing.
    GuardsReadBefore as broken_guards_read_before
        breaks of_two_that_guard_each_other_one_wins, of_two_that_rule_each_other_out_one_wins;
    /// A refused commit has written its first record.
    CommitsInPart as broken_commits_in_part
        breaks one_stale_record_lets_nothing_in, a_refused_commit_changes_nothing;
    /// A commit of many records loses some.
    LongCommitsAreCut as broken_long_commits_are_cut breaks a_commit_of_many_records_writes_each;
    /// A refused commit leaves its notices.
    RefusalsTell as broken_refusals_tell
        breaks a_refused_commit_tells_nobody, a_refused_commit_changes_nothing;
    /// A refused commit has changed its counters.
    RefusalsCount as broken_refusals_count breaks a_refused_commit_counts_nothing;
    /// A refused commit has taken its keys.
    RefusalsTakeKeys as broken_refusals_take_keys breaks a_refused_commit_moves_no_key;
    /// A refused commit ends leases.
    RefusalsEndLeases as broken_refusals_end_leases
        breaks a_refused_commit_leaves_wakes_and_leases;
    /// A refused command counts as carried out.
    RefusalsAreRemembered as broken_refusals_are_remembered
        breaks a_refused_command_is_not_remembered;
    /// Two records have one unique key.
    DuplicateKeys as broken_duplicate_keys breaks a_key_has_one_owner;
    /// The owner of a key cannot take it again.
    OwnersCannotRetake as broken_owners_cannot_retake breaks an_owner_may_take_its_key_again;
    /// A key that was given up is taken for ever.
    KeysNeverReleased as broken_keys_never_released breaks a_released_key_is_free;
    /// Anybody gives up anybody's key.
    AnybodyReleases as broken_anybody_releases breaks only_the_owner_releases_a_key;
    /// A key cannot be given up and taken in one commit.
    KeysNeverChangeHands as broken_keys_never_change_hands
        breaks a_key_changes_hands_in_one_commit;
    /// Of two who take a key in one commit, the last has it.
    TwoTakersInOneCommit as broken_two_takers_in_one_commit
        breaks two_records_cannot_take_one_key_in_one_commit;
    /// A key is taken for every desk.
    KeysCrossDesks as broken_keys_cross_desks breaks each_desk_has_its_own_keys;
    /// A number is given twice.
    NumbersReused as broken_numbers_reused
        breaks numbers_increase_in_the_order_of_commits, numbers_are_unique_under_many_openers;
    /// A ticket that was expected at revision zero gets no number.
    AtZeroIsNotNumbered as broken_at_zero_is_not_numbered
        breaks numbers_increase_in_the_order_of_commits;
    /// Agents use up numbers.
    AgentsAreNumbered as broken_agents_are_numbered breaks only_tickets_have_numbers;
    /// All desks count their tickets together.
    NumbersCrossDesks as broken_numbers_cross_desks breaks each_desk_counts_its_own_tickets;
    /// Nobody is found by number.
    NumbersResolveToNobody as broken_numbers_resolve_to_nobody
        breaks a_number_is_a_unique_key_of_its_ticket;
    /// A record is loaded without its number.
    LoadForgetsNumbers as broken_load_forgets_numbers
        breaks a_number_is_the_same_wherever_it_is_read;
    /// A counter is not limited.
    CeilingsIgnored as broken_ceilings_ignored
        breaks a_ceiling_holds_exactly, a_ceiling_holds_under_many_writers;
    /// A counter exceeds its ceiling by one.
    CeilingTooHigh as broken_ceiling_too_high breaks a_ceiling_holds_exactly;
    /// A counter never reaches its ceiling.
    CeilingTooLow as broken_ceiling_too_low breaks a_ceiling_holds_exactly;
    /// Each change of a counter is held against its ceiling alone.
    ChangesCountAlone as broken_changes_count_alone breaks changes_of_one_counter_count_together;
    /// A counter above its ceiling cannot fall.
    NothingFallsFromAbove as broken_nothing_falls_from_above
        breaks a_counter_above_its_ceiling_may_fall;
    /// A counter stops at zero.
    CountersNeverNegative as broken_counters_never_negative
        breaks a_counter_is_the_sum_of_its_changes;
    /// A counter that was never changed is at one.
    CountersBeginAtOne as broken_counters_begin_at_one breaks an_empty_store_has_nothing;
    /// All desks count together.
    CountersCrossDesks as broken_counters_cross_desks breaks counters_are_told_apart;
    /// No department is taken for one.
    NoDepartmentIsTheFirst as broken_no_department_is_the_first breaks counters_are_told_apart;
    /// Ceilings are checked before keys.
    CeilingsBeforeKeys as broken_ceilings_before_keys breaks checks_come_in_their_order;
    /// The command is checked last.
    SeenLast as broken_seen_last breaks checks_come_in_their_order;
    /// A command is carried out as often as it comes.
    CommandsUnchecked as broken_commands_unchecked
        breaks a_command_is_carried_out_once, a_command_is_carried_out_by_one_of_many;
    /// A command is known again by its digest only.
    SeenOnlyBySameDigest as broken_seen_only_by_same_digest breaks a_command_is_carried_out_once;
    /// Commits without a command are taken for one another.
    CommitsWithoutCommandMeet as broken_commits_without_command_meet
        breaks commits_without_a_command_never_meet;
    /// A command is known on every desk.
    CommandsCrossDesks as broken_commands_cross_desks breaks a_command_of_another_desk_is_another;
    /// A receipt is given and not kept.
    ReceiptsLost as broken_receipts_lost
        breaks a_receipt_is_kept, a_command_that_comes_again_tells_the_first_outcome;
    /// A receipt is kept without numbers.
    ReceiptsWithoutNumbers as broken_receipts_without_numbers
        breaks a_receipt_says_what_was_touched;
    /// A receipt names its records in any order.
    TouchedUnordered as broken_touched_unordered breaks a_receipt_says_what_was_touched;
    /// Every commit has the same place.
    PlacesRepeat as broken_places_repeat breaks places_increase;
    /// A record's head is the one before the last commit.
    HeadsAreStale as broken_heads_are_stale
        breaks a_head_is_the_fold_of_its_history, a_story_goes_as_it_goes_in_memory;
    /// Records of other desks are loaded.
    LoadCrossesDesks as broken_load_crosses_desks breaks another_desks_records_are_not_there;
    /// Each record and counter is loaded by itself.
    LoadsPieceByPiece as broken_loads_piece_by_piece breaks what_is_loaded_is_of_one_instant;
    /// What is not there is left out of the answer.
    AnswersWithoutGaps as broken_answers_without_gaps breaks answers_come_in_the_order_asked;
    /// Light and deactivated agents are on the roster.
    RosterHasEverybody as broken_roster_has_everybody
        breaks a_roster_follows_what_is_said_of_an_agent;
    /// A roster counts the tickets of every channel as those of the one that was asked for.
    RosterCountsAnyChannel as broken_roster_counts_any_channel breaks a_roster_says_what_is_counted_of_each;
    /// A roster comes in any order.
    RosterUnordered as broken_roster_unordered breaks a_roster_lists_who_can_own_tickets;
    /// Columns are those of the first commit.
    ColumnsStay as broken_columns_stay
        breaks a_roster_follows_what_is_said_of_an_agent, conditions_decide_what_is_found;
    /// The second page of a history leaves one out.
    PagesSkip as broken_pages_skip
        breaks pages_of_a_history_join_to_the_whole,
            a_page_begins_after_a_revision_and_ends_at_its_limit;
    /// The second page begins with the last event of the first.
    PagesRepeat as broken_pages_repeat breaks pages_of_a_history_join_to_the_whole;
    /// A page ends before its limit, though there is more.
    PagesAreShort as broken_pages_are_short
        breaks a_history_is_contiguous_from_one, pages_of_a_history_join_to_the_whole;
    /// A limit of zero is no limit.
    ZeroIsNoLimit as broken_zero_is_no_limit
        breaks a_page_begins_after_a_revision_and_ends_at_its_limit;
    /// Records of one id share a history.
    HistoriesMix as broken_histories_mix breaks histories_do_not_mix;
    /// An empty payload is taken for none.
    EmptyTextsVanish as broken_empty_texts_vanish breaks events_come_back_as_they_were_written;
    /// A text loses its U+0000.
    NulsDropped as broken_nuls_dropped breaks events_come_back_as_they_were_written;
    /// Integers go through floats, as in JavaScript.
    IntegersAreFloats as broken_integers_are_floats
        breaks events_come_back_as_they_were_written;
    /// Instants are nanoseconds in 64 bits, and end in 2262.
    InstantsEndIn2262 as broken_instants_end_in_2262
        breaks instants_come_back_whatever_their_year;
    /// So do wakes.
    WakesEndIn2262 as broken_wakes_end_in_2262 breaks instants_come_back_whatever_their_year;
    /// Unique keys are compared without regard to letter case.
    KeysFoldCase as broken_keys_fold_case breaks keys_are_told_apart_by_their_bytes;
    /// Unique keys lose the blanks at their end.
    KeysLoseBlanks as broken_keys_lose_blanks breaks keys_are_told_apart_by_their_bytes;
    /// Departments are compared without regard to letter case.
    RostersFoldCase as broken_rosters_fold_case breaks rosters_are_told_apart_by_their_bytes;
    /// Departments are compared without the blanks at their end.
    RostersLoseBlanks as broken_rosters_lose_blanks
        breaks rosters_are_told_apart_by_their_bytes;
    /// Commands are told apart by their last 64 bits.
    CommandsByHalf as broken_commands_by_half breaks commands_are_told_apart_by_all_their_bits;
    /// Instants are cut to milliseconds.
    WholeMilliseconds as broken_whole_milliseconds breaks events_come_back_as_they_were_written;
    /// A scan goes record by record.
    ScanByRecord as broken_scan_by_record breaks a_scan_reads_commits_in_order;
    /// A scan's limit cuts commits in two.
    ScanCountsRows as broken_scan_counts_rows breaks the_limit_of_a_scan_counts_commits;
    /// A scan begins with the place that it should go on after.
    ScanFromPlace as broken_scan_from_place breaks a_scan_goes_on_after_a_place;
    /// A scan has only the last event of each write.
    ScanHasLastEvents as broken_scan_has_last_events breaks a_scan_has_the_events_as_committed;
    /// A scan shows every desk.
    ScanCrossesDesks as broken_scan_crosses_desks breaks a_scan_sees_one_desk;
    /// A commit does not move a wake.
    WakeNotSet as broken_wake_not_set
        breaks a_commit_sets_the_next_wake, a_story_goes_as_it_goes_in_memory;
    /// A commit does not clear a wake.
    WakeNotCleared as broken_wake_not_cleared breaks a_commit_sets_the_next_wake;
    /// A lease outlives a commit.
    CommitsKeepLeases as broken_commits_keep_leases breaks a_commit_ends_the_lease_on_a_wake;
    /// What is due comes in any order.
    DueById as broken_due_by_id breaks what_is_due_comes_earliest_first;
    /// A wake is due only after its instant.
    DueTooLate as broken_due_too_late breaks a_wake_is_due_at_its_instant;
    /// A wake is due before its instant.
    DueTooEarly as broken_due_too_early breaks a_wake_is_due_at_its_instant;
    /// What is due goes to everybody.
    WakesAreNotLeased as broken_wakes_are_not_leased
        breaks what_is_due_is_leased_to_one, what_is_due_is_leased_by_one_of_many,
            a_lease_on_a_wake_ends_at_its_instant, a_limit_leaves_the_rest_due;
    /// A record is due when its lease ends, though its wake is yet to come.
    LeaseEndsBeforeWake as broken_lease_ends_before_wake
        breaks a_lease_makes_no_wake_due_sooner, random_commits_are_answered_as_in_memory;
    /// A lease makes a record due later.
    LeasesMoveWakes as broken_leases_move_wakes breaks a_lease_on_a_wake_ends_at_its_instant;
    /// A look leases.
    LooksLease as broken_looks_lease breaks a_limit_of_zero_only_looks;
    /// Only what is yet to come is next.
    NextIsToCome as broken_next_is_to_come
        breaks next_is_the_earliest_of_all_the_others, a_limit_leaves_the_rest_due;
    /// The end of a lease is not next.
    LeasesAreNotNext as broken_leases_are_not_next breaks next_is_the_earliest_of_all_the_others;
    /// What is due on one desk is due on each.
    DueCrossesDesks as broken_due_crosses_desks breaks what_is_due_is_one_desks_or_everybodys;
    /// All desks are taken for none.
    AllIsNobody as broken_all_is_nobody
        breaks what_is_due_is_one_desks_or_everybodys, a_claim_is_one_desks_or_everybodys,
            a_tick_of_all_desks_reaches_each;
    /// A commit of several notices loses one.
    LastNoticeLost as broken_last_notice_lost
        breaks what_a_commit_says_is_there_when_it_returns, notices_come_as_they_were_written;
    /// Notices come in the wrong order.
    NoticesReversed as broken_notices_reversed
        breaks of_each_ticket_the_oldest_notice_is_claimed,
            a_settled_notice_is_followed_by_the_next;
    /// A notice loses what the host gave it.
    CorrelationLost as broken_correlation_lost breaks notices_come_as_they_were_written;
    /// All notices of a ticket are out at once.
    EveryNoticeIsOut as broken_every_notice_is_out
        breaks of_each_ticket_the_oldest_notice_is_claimed,
            a_later_notice_waits_for_the_one_that_is_out;
    /// The newest ticket is told of first.
    NewestTicketsFirst as broken_newest_tickets_first breaks notices_that_nobody_tried_come_by_age;
    /// A ticket keeps its place when its oldest notice is settled: whoever is busy comes first.
    TicketsKeepTheirAge as broken_tickets_keep_their_age breaks a_busy_ticket_waits_its_turn;
    /// What failed is tried again before anything new.
    RetriesKeepTheirPlace as broken_retries_keep_their_place
        breaks what_is_tried_again_comes_after_what_is_new;
    /// A claim takes more than its limit.
    ClaimsWithoutLimit as broken_claims_without_limit breaks notices_that_nobody_tried_come_by_age;
    /// A lease holds at its end.
    ClaimsLinger as broken_claims_linger breaks a_lease_on_a_notice_ends_at_its_instant;
    /// A notice goes to everybody.
    ClaimsAreNotLeased as broken_claims_are_not_leased
        breaks of_each_ticket_the_oldest_notice_is_claimed, a_notice_is_claimed_by_one_of_many;
    /// A second lease has the token of the first.
    TokensRepeat as broken_tokens_repeat breaks a_lease_on_a_notice_ends_at_its_instant;
    /// Any lease that ever was settles.
    StaleTokensSettle as broken_stale_tokens_settle breaks a_stale_token_settles_nothing;
    /// Any token settles.
    AnyTokenSettles as broken_any_token_settles breaks a_token_of_nothing_settles_nothing;
    /// The look at a token and the settling are two steps.
    SettlesAfterALook as broken_settles_after_a_look
        breaks a_token_settles_for_one_of_many, a_lapsed_lease_settles_or_is_claimed_again;
    /// What is settled already settles again.
    SettlingTwiceIsFine as broken_settling_twice_is_fine breaks a_notice_is_settled_once;
    /// A lease that was settled as a retry settles again.
    RetriesKeepTokens as broken_retries_keep_tokens breaks a_notice_is_settled_once;
    /// A retry does not wait.
    RetriesAtOnce as broken_retries_at_once breaks a_retry_waits_for_its_instant;
    /// A retry goes behind the later notices of its ticket.
    RetriesGoLast as broken_retries_go_last breaks a_retry_waits_for_its_instant;
    /// Attempts are not counted.
    EveryAttemptIsTheFirst as broken_every_attempt_is_the_first
        breaks attempts_are_counted_by_notice;
    /// Attempts are counted by ticket.
    AttemptsOfTheTicket as broken_attempts_of_the_ticket breaks attempts_are_counted_by_notice, random_commits_are_answered_as_in_memory;
    /// A notice that was delivered stays until its lease ends.
    DeliveredStays as broken_delivered_stays breaks a_settled_notice_is_followed_by_the_next;
    /// A notice that was given up stands in the way.
    GivenUpStays as broken_given_up_stays breaks a_notice_that_is_given_up_frees_the_next;
    /// Notices of one desk are everybody's.
    ClaimCrossesDesks as broken_claim_crosses_desks breaks a_claim_is_one_desks_or_everybodys;
    /// A listing is behind by a commit.
    FindIsStale as broken_find_is_stale breaks what_is_found_is_as_last_committed;
    /// A listing is in the order of ids.
    FindById as broken_find_by_id
        breaks pages_of_a_listing_join_to_the_whole, pages_join_in_every_order;
    /// A listing is by number, whatever its order.
    FindByNumber as broken_find_by_number
        breaks pages_join_in_every_order, conditions_decide_what_is_found;
    /// A listing never goes down.
    FindAscendsOnly as broken_find_ascends_only breaks pages_join_in_every_order;
    /// A page is filled first, and sorted then.
    FindSortsThePage as broken_find_sorts_the_page breaks pages_join_in_every_order;
    /// A page begins with the last row of the one before.
    FindRepeats as broken_find_repeats
        breaks pages_of_a_listing_join_to_the_whole, pages_join_in_every_order;
    /// What the indexes leave is shown, whatever the condition says.
    FindByIndexAlone as broken_find_by_index_alone breaks conditions_decide_what_is_found;
    /// Every ticket is shown, whatever the condition says.
    FindIgnoresConditions as broken_find_ignores_conditions
        breaks conditions_decide_what_is_found;
    /// The second page of a listing leaves one out.
    FindSkips as broken_find_skips breaks pages_of_a_listing_join_to_the_whole;
    /// A ticket is shown as often as alternatives have it.
    FindJoinsAlternatives as broken_find_joins_alternatives
        breaks a_ticket_is_found_once_by_every_road;
    /// Of the alternatives, only the first is looked at.
    FindTakesOneAlternative as broken_find_takes_one_alternative
        breaks a_ticket_is_found_once_by_every_road;
    /// Tickets of organisations are not in their index.
    FindMissesOrganisations as broken_find_misses_organisations
        breaks a_ticket_is_found_once_by_every_road;
    /// What has no department is not in the index.
    FindMissesNoDepartment as broken_find_misses_no_department
        breaks a_ticket_is_found_once_by_every_road;
    /// Agents who ask are not in the index.
    FindMissesAgentsWhoAsk as broken_find_misses_agents_who_ask
        breaks a_ticket_is_found_once_by_every_road;
    /// The index has the followers of the opening.
    FollowersStay as broken_followers_stay breaks a_ticket_is_found_once_by_every_road;
    /// The index has the subjects of the opening.
    SubjectsStay as broken_subjects_stay breaks a_ticket_is_found_once_by_every_road;
    /// The index has the external references of the opening.
    ExternalRefsStay as broken_external_refs_stay breaks a_ticket_is_found_once_by_every_road;
    /// An external reference is told by its id.
    ScopesAreIgnored as broken_scopes_are_ignored breaks keys_are_told_apart_by_their_bytes;
    /// The index has the department of the opening.
    DepartmentsStay as broken_departments_stay breaks a_ticket_is_found_once_by_every_road;
    /// The index has the deadline of the opening.
    DeadlinesStay as broken_deadlines_stay breaks bounds_of_the_deadline_decide_what_is_found;
    /// Tickets without a deadline are not in its index.
    FindMissesNoDeadline as broken_find_misses_no_deadline
        breaks bounds_of_the_deadline_decide_what_is_found;
    /// The bounds of a deadline are not part of what is found.
    FindExcludesBounds as broken_find_excludes_bounds
        breaks bounds_of_the_deadline_decide_what_is_found;
    /// Tickets without a deadline come first, as databases have it.
    FindPutsNoDeadlineFirst as broken_find_puts_no_deadline_first
        breaks pages_join_in_the_order_of_deadlines, pages_join_in_every_order;
    /// A page goes on after the deadline of the last row, and leaves out what ties with it.
    FindSkipsTies as broken_find_skips_ties breaks pages_join_in_the_order_of_deadlines;
    /// Downwards, what ties in its deadline goes down too.
    FindTurnsTies as broken_find_turns_ties breaks pages_join_in_the_order_of_deadlines;
    /// The index has where the ticket stood in its queue when it was opened.
    TurnsStay as broken_turns_stay breaks the_order_of_work_shows_what_has_a_turn;
    /// What has no turn is shown in the order of work, as in any other.
    FindShowsWithoutTurn as broken_find_shows_without_turn
        breaks the_order_of_work_shows_what_has_a_turn;
    /// What has a deadline is in the order of work by that, however patient it could be.
    FindTurnsByDeadline as broken_find_turns_by_deadline
        breaks the_order_of_work_shows_what_has_a_turn, pages_join_in_the_order_of_work;
    /// A page goes on after the instant of the last turn, and leaves out what ties with it.
    FindSkipsTurns as broken_find_skips_turns breaks pages_join_in_the_order_of_work;
    /// A listing shows every desk.
    FindCrossesDesks as broken_find_crosses_desks breaks a_listing_shows_one_desk;
    /// What is to be erased stays.
    ErasuresIgnored as broken_erasures_ignored
        breaks what_was_erased_is_in_no_history_and_no_scan,
            random_commits_are_answered_as_in_memory;
    /// What is erased is gone from the scan only.
    HistoryKeepsWords as broken_history_keeps_words
        breaks what_was_erased_is_in_no_history_and_no_scan;
    /// What is erased is gone from the history only.
    ScanKeepsWords as broken_scan_keeps_words
        breaks what_was_erased_is_in_no_history_and_no_scan;
    /// Facts are erased with the payload.
    ErasesFacts as broken_erases_facts breaks an_erasure_leaves_facts_and_all_other_events;
    /// An event whose payload is erased is no longer listed.
    ErasedEventsVanish as broken_erased_events_vanish
        breaks an_erasure_leaves_facts_and_all_other_events;
    /// All that is older is erased, too.
    ErasesAllBefore as broken_erases_all_before
        breaks an_erasure_leaves_facts_and_all_other_events;
    /// An erasure is of every desk's record of that id.
    ErasuresCrossDesks as broken_erasures_cross_desks breaks an_erasure_is_of_one_record;
    /// An erasure is of every kind of record of that id.
    ErasuresCrossKinds as broken_erasures_cross_kinds breaks an_erasure_is_of_one_record;
    /// To erase what is not there is an error.
    ErasingNothingFails as broken_erasing_nothing_fails
        breaks erasing_what_is_not_there_changes_nothing;
    /// A refused commit erases.
    RefusalsErase as broken_refusals_erase breaks a_refused_commit_erases_nothing;
    /// What a newer build wrote is not erased.
    NewerWordsStay as broken_newer_words_stay breaks a_newer_builds_words_are_erased;
    /// Notices of erased events go out all the same.
    ErasedNoticesStay as broken_erased_notices_stay breaks notices_of_erased_events_are_gone;
    /// Notices that are leased go out all the same.
    LeasedNoticesStay as broken_leased_notices_stay
        breaks a_lease_on_an_erased_notice_settles_nothing;
    /// All notices of the ticket go.
    AllNoticesGo as broken_all_notices_go
        breaks notices_of_erased_events_are_gone, a_lease_on_an_erased_notice_settles_nothing;
    /// Of contacts nothing is erased.
    ContactsKeepWords as broken_contacts_keep_words breaks a_person_is_forgotten_in_one_commit;
    /// Only of records that the commit writes anything is erased.
    UnwrittenWordsStay as broken_unwritten_words_stay breaks an_erasure_is_of_one_record;
    /// Of the records that a commit erases, the last is left as it was.
    LastErasureLost as broken_last_erasure_lost
        breaks a_person_is_forgotten_in_one_commit, an_erasure_is_of_one_record;
    /// Whoever is forgotten keeps their address.
    TheForgottenKeepKeys as broken_the_forgotten_keep_keys
        breaks a_person_is_forgotten_in_one_commit;
    /// Whoever was to be forgotten by a commit that is refused has lost their address.
    RefusalsForget as broken_refusals_forget breaks a_refused_commit_forgets_nobody;
}

/// A bug is found by the laws that are there against it, and the report says so.
#[track_caller]
fn breaks(bug: Bug, against: &[Law]) {
    for law in against {
        let held = check(*law, || Naive::new(bug)).is_ok();
        assert!(!held, "{bug:?} and yet `{}` holds", law.name());
    }
    let report = run_all(|| Naive::new(bug));
    assert!(!report.is_clean(), "{bug:?} is not found");
    let broken: BTreeSet<&str> =
        report.violations().map(|violation| violation.law().name()).collect();
    for law in against {
        assert!(broken.contains(law.name()), "{bug:?}: `{}` is not in\n{report}", law.name());
    }
}

#[test]
fn without_a_bug_every_law_holds() {
    let report = run_all(|| Naive::new(Bug::None));
    assert!(report.is_clean(), "{report}");
}

/// A store that is awaited, and waits where it should not, is found out by futures in one task.
#[track_caller]
fn breaks_awaited(step: Step, law: Law) {
    let make = async || Awaited::new(step);
    assert!(on_the_spot(check_async(law, make)).is_err(), "{step:?}: `{}` holds", law.name());
    let report = on_the_spot(run_all_async(make));
    let broken = report.violations().any(|violation| violation.law().name() == law.name());
    assert!(broken, "{step:?}: `{}` is not in\n{report}", law.name());
}

#[test]
fn broken_checks_then_waits() {
    breaks_awaited(Step::ChecksThenWaits, laws::one_writer_wins_each_round());
}

#[test]
fn broken_waits_between_writes() {
    let law = laws::a_commit_that_is_given_up_is_whole_or_not_there();
    breaks_awaited(Step::WaitsBetweenWrites, law);
}

#[test]
fn a_store_that_waits_where_it_may_keeps_every_law() {
    let report = on_the_spot(run_all_async(async || Awaited::new(Step::WaitsBefore)));
    assert!(report.is_clean(), "{report}");
}

/// The laws against which no bug is planted, and why not.
const NOT_BROKEN: [(&str, &str); 1] = [(
    "a_commit_that_is_given_up_is_whole_or_not_there",
    "a store that blocks is never given up: `broken_waits_between_writes` is one that is awaited",
)];

#[test]
fn every_law_has_a_bug_that_breaks_it() {
    let broken: BTreeSet<&str> =
        table().iter().flat_map(|(_, laws)| laws.iter().map(Law::name)).collect();
    let unbroken: Vec<&str> = LAWS
        .iter()
        .map(Law::name)
        .filter(|name| !broken.contains(name))
        .filter(|name| NOT_BROKEN.iter().all(|(law, _)| law != name))
        .collect();
    assert!(unbroken.is_empty(), "nothing shows that these bite: {unbroken:#?}");
}
