//! Every law of stores, by name. What each demands, and of which method, is said here once;
//! from this list come [`LAWS`] and the tests of
//! [`store_conformance!`](crate::store_conformance!).

mod attached;
mod commit;
mod counters;
mod deadlines;
mod desk;
mod due;
mod erasing;
pub(super) mod find;
mod forgetting;
mod history;
mod keys;
mod load;
mod numbers;
mod outbox;
mod races;
mod random;
mod receipts;
mod scan;
mod turns;

use super::law::Law;

macro_rules! laws {
    ($d:tt $($about:ident {$(
        $(#[doc = $demands:literal])+
        $name:ident;
    )+})+) => {
        $($(
            $(#[doc = $demands])+
            pub const fn $name() -> Law {
                Law {
                    name: stringify!($name),
                    about: stringify!($about),
                    demands: concat!($($demands),+),
                    case: |hand| Box::pin($about::$name(hand)),
                }
            }
        )+)+

        /// Every law of stores, in the order in which a store is best built: what fails first is
        /// what to look at first.
        pub const LAWS: &[Law] = &[$($($name()),+),+];

        /// Makes a test of each law in [`LAWS`](crate::conformance::LAWS), named after it: to be
        /// put into a module of its own, among a host's tests.
        ///
        /// - `store_conformance!(sync, make)`: `make` is called for each test, and makes a new,
        ///   empty [`Store`](crate::store::Store) that may be shared between threads; or a pair
        ///   of one and of something that is dropped after it.
        /// - `store_conformance!(async, block_on, make)`: the same with a future of an
        ///   [`AsyncStore`](crate::store::AsyncStore); `block_on` runs a future to its end.
        ///
        /// ```
        /// mod memory_store_is_a_store {
        ///     helpdesk::store_conformance!(sync, helpdesk::store::MemoryStore::new);
        /// }
        /// ```
        ///
        /// A test fails with the law's name, what it demands, and what was found.
        /// [`conformance`](crate::conformance) has more examples.
        #[macro_export]
        #[cfg_attr(docsrs, doc(cfg(feature = "conformance")))]
        macro_rules! store_conformance {
            (sync, $d make:expr $d(,)?) => {
                /// Compiled once, and not for each law.
                #[track_caller]
                fn helpdesk_law_holds(law: $d crate::conformance::Law) {
                    if let Err(violation) = $d crate::conformance::check(law, $d make) {
                        panic!("{violation}");
                    }
                }
                $($(
                    #[test]
                    fn $name() {
                        helpdesk_law_holds($d crate::conformance::laws::$name());
                    }
                )+)+
            };
            (async, $d block_on:expr, $d make:expr $d(,)?) => {
                /// Compiled once, and not for each law.
                #[track_caller]
                fn helpdesk_law_holds(law: $d crate::conformance::Law) {
                    let checked = $d crate::conformance::check_async(law, $d make);
                    if let Err(violation) = ($d block_on)(checked) {
                        panic!("{violation}");
                    }
                }
                $($(
                    #[test]
                    fn $name() {
                        helpdesk_law_holds($d crate::conformance::laws::$name());
                    }
                )+)+
            };
        }
    };
}

laws! { $
    load {
        /// A store that was never written to has nothing: no record, event, owner, receipt,
        /// wake or notice, every counter at zero, and no token that settles. All methods.
        an_empty_store_has_nothing;
        /// `load` and `resolve` answer in the order asked, one answer each, also where
        /// something is not there or is asked for twice.
        answers_come_in_the_order_asked;
        /// `load` gives the record with every committed event in its head: the head is the fold
        /// of the history, at the revision of its last event.
        a_head_is_the_fold_of_its_history;
        /// `load` and `history` give nothing of another desk, not by its key, nor on a roster;
        /// the same id on another desk is another record.
        another_desks_records_are_not_there;
        /// `load` gives as a roster the agents who can own tickets, those of a department or
        /// all, in the order of their keys, each with the load.
        a_roster_lists_who_can_own_tickets;
        /// A roster in `load` says of each agent the load, how many tickets of the channel that is
        /// named they own (none where none is), and when they were last given one and freed of one:
        /// their counters, of which one that was never changed is 0.
        a_roster_says_what_is_counted_of_each;
        /// A roster in `load` is of the department with the very name: letter case, blanks and
        /// how an accent is composed tell departments apart.
        rosters_are_told_apart_by_their_bytes;
        /// A roster in `load` is as of the last commit: who left the department, became a
        /// light agent or was deactivated is no longer on it.
        a_roster_follows_what_is_said_of_an_agent;
    }
    history {
        /// `history` has every event of every commit, numbered from 1 without gaps.
        a_history_is_contiguous_from_one;
        /// `history`, asked again after the last event of each page, skips and doubles nothing;
        /// fewer events than the limit mean that there are no more.
        pages_of_a_history_join_to_the_whole;
        /// `history` begins with the revision after the one given, and gives at most `limit`
        /// events: none for 0, nor beyond the end, however large the numbers.
        a_page_begins_after_a_revision_and_ends_at_its_limit;
        /// `history` gives facts and personal payloads byte for byte as they were committed:
        /// instants to the microsecond, texts in any script and with any character, U+0000 too,
        /// integers of 64 bits, what is empty apart from what is not there.
        events_come_back_as_they_were_written;
        /// `history` gives an event's instant, and `due` a wake, as they were committed: before
        /// 1970, beyond 2262, and to the end of the year 9999.
        instants_come_back_whatever_their_year;
        /// `history` has the events of one record, whatever else has the same id: another kind
        /// of record, or a record of another desk.
        histories_do_not_mix;
    }
    commit {
        /// `commit` refuses `Expected::New` where there is a record: creating is not replacing.
        /// It is stale, expected at zero, found where it is.
        a_new_record_never_replaces;
        /// `commit` refuses a write at another revision than the record's, older or newer,
        /// and says what was expected and found.
        a_write_at_another_revision_is_stale;
        /// `commit` refuses a write at a revision of a record that is not there; it is found at
        /// zero.
        a_record_that_is_not_there_is_at_revision_zero;
        /// `commit` refuses where a guarded record is at another revision, or is not there.
        a_guard_on_a_record_that_moved_is_stale;
        /// A guard at revision zero demands of `commit` that there is no such record.
        a_guard_at_zero_demands_that_there_is_no_record;
        /// `commit` writes nothing of a record that it only guards.
        a_guard_that_holds_lets_the_commit_through_unwritten;
        /// When `commit` returns, all that it says is visible to every later call: records,
        /// events, keys, counters, notices, receipt and wakes.
        what_a_commit_says_is_there_when_it_returns;
        /// `commit` writes as many records as it names, each with a head, columns and a number
        /// of its own.
        a_commit_of_many_records_writes_each;
        /// Where one record of several is stale, `commit` writes none of them, and nothing of
        /// what stands beside them.
        one_stale_record_lets_nothing_in;
        /// A `commit` that is refused, for whichever of the four reasons, changes nothing that
        /// any method can see.
        a_refused_commit_changes_nothing;
        /// `commit` checks the command first, then revisions and guards, then unique keys, then
        /// ceilings: the error is the first that applies.
        checks_come_in_their_order;
    }
    keys {
        /// `commit` refuses to take a unique key that another record has, and names the key and
        /// its owner; `resolve` goes on naming the owner.
        a_key_has_one_owner;
        /// Unique keys are the same where their bytes are: letter case, blanks and how an accent
        /// is composed tell them apart.
        keys_are_told_apart_by_their_bytes;
        /// `commit` lets the record that has a unique key take it again.
        an_owner_may_take_its_key_again;
        /// A unique key that its owner released in a `commit` is nobody's, and may be taken.
        a_released_key_is_free;
        /// A release in a `commit` by a record that does not have the key changes nothing, and
        /// makes no room for a taker.
        only_the_owner_releases_a_key;
        /// In one `commit`, one record may take what another gives up, in whatever order the
        /// two stand.
        a_key_changes_hands_in_one_commit;
        /// `commit` refuses two records that take one unique key at once.
        two_records_cannot_take_one_key_in_one_commit;
        /// A refused `commit` takes and releases no unique key.
        a_refused_commit_moves_no_key;
        /// A unique key is unique in its desk: the same key on another desk is another.
        each_desk_has_its_own_keys;
    }
    numbers {
        /// Tickets that a `commit` opens are numbered: the first of a desk is 1, and each later
        /// one has a greater number, also within one commit. Refused openings may leave gaps.
        numbers_increase_in_the_order_of_commits;
        /// `resolve` finds a ticket by its number, and nobody by a number that no ticket has.
        a_number_is_a_unique_key_of_its_ticket;
        /// Agents and settings have no numbers, and use none up.
        only_tickets_have_numbers;
        /// Each desk numbers its own tickets, whatever is opened on others.
        each_desk_counts_its_own_tickets;
        /// A ticket's number is the same in every receipt, in `load`, `find`, `scan` and
        /// `claim`.
        a_number_is_the_same_wherever_it_is_read;
    }
    counters {
        /// A counter in `load` is the sum of all committed changes, below zero too.
        a_counter_is_the_sum_of_its_changes;
        /// `commit` lets a counter reach the ceiling of a change, and never exceed it; the
        /// refusal says the value before and the ceiling.
        a_ceiling_holds_exactly;
        /// A ceiling holds for the counter after its change and those before it in the same
        /// `commit`, and not for those of other counters.
        changes_of_one_counter_count_together;
        /// A ceiling in a `commit` is for changes upwards: a counter that is above it may fall.
        a_counter_above_its_ceiling_may_fall;
        /// Counters of different kinds, agents, departments, of no department, and of different
        /// desks are different counters.
        counters_are_told_apart;
        /// A refused `commit` changes no counter, also where only the last change is over.
        a_refused_commit_counts_nothing;
    }
    receipts {
        /// `receipt` finds what `commit` returned, for as long as there is the history.
        a_receipt_is_kept;
        /// A receipt has every record that the `commit` wrote, in the order of keys, with the
        /// revisions before and after and a ticket's number.
        a_receipt_says_what_was_touched;
        /// `commit` refuses a command that came before, and gives the first receipt, whatever
        /// the digest and whatever else it would write.
        a_command_is_carried_out_once;
        /// Commands are the same where all their bits are.
        commands_are_told_apart_by_all_their_bits;
        /// A `commit` without a command is never taken for another.
        commits_without_a_command_never_meet;
        /// After a refused `commit` its command has no receipt, and may be carried out.
        a_refused_command_is_not_remembered;
        /// The `seq` of each `commit` of a desk is greater than that of every commit before it,
        /// and than zero.
        places_increase;
        /// A command is known on its own desk: the same id on another is another command.
        a_command_of_another_desk_is_another;
    }
    scan {
        /// `scan` reads every write by `seq`, those of one commit in the order of their keys.
        a_scan_reads_commits_in_order;
        /// The limit of `scan` counts commits, however many records each wrote: a commit is
        /// never cut in two.
        the_limit_of_a_scan_counts_commits;
        /// `scan`, asked again after the last `seq` of each page, skips and doubles nothing,
        /// and there is nothing after the last.
        a_scan_goes_on_after_a_place;
        /// `scan` has every event once, as it was committed.
        a_scan_has_the_events_as_committed;
        /// `scan` has the writes of one desk.
        a_scan_sees_one_desk;
    }
    due {
        /// `due` gives the records whose next wake has come, earliest first, and when the next
        /// of the others will.
        what_is_due_comes_earliest_first;
        /// A wake is `due` at its very instant, and not a microsecond before.
        a_wake_is_due_at_its_instant;
        /// What `due` has leased to one who asks, it gives to no other.
        what_is_due_is_leased_to_one;
        /// A lease of `due` holds until just before its end; at its end the record is anybody's,
        /// due since when it was.
        a_lease_on_a_wake_ends_at_its_instant;
        /// `due` never gives a record before its wake, also where the lease on it has ended
        /// before: it is due, and `next`, at the later of the two.
        a_lease_makes_no_wake_due_sooner;
        /// `due` leases at most `limit` records, the earliest; the next of the rest is `next`,
        /// also where it is due already.
        a_limit_leaves_the_rest_due;
        /// `due` with a limit of zero leases nothing, and `next` is the earliest wake of all.
        a_limit_of_zero_only_looks;
        /// `next` of `due` is the earliest of all wakes and ends of leases that it did not lease
        /// now, past or to come.
        next_is_the_earliest_of_all_the_others;
        /// Each `commit` sets the next wake of what it writes: sooner, later, never, or again.
        a_commit_sets_the_next_wake;
        /// A `commit` ends the lease on what it writes, and on nothing that it only guards.
        a_commit_ends_the_lease_on_a_wake;
        /// A refused `commit` moves no wake and ends no lease.
        a_refused_commit_leaves_wakes_and_leases;
        /// `due` looks at one desk, or at all of them as at one.
        what_is_due_is_one_desks_or_everybodys;
    }
    outbox {
        /// `claim` gives of each ticket the oldest notice, and no second one until that is
        /// settled.
        of_each_ticket_the_oldest_notice_is_claimed;
        /// When `settle` says that a notice is delivered, the next of its ticket can be claimed,
        /// in the order in which they were committed; in the end there is none.
        a_settled_notice_is_followed_by_the_next;
        /// A notice that is committed while an earlier one of its ticket is out waits for it.
        a_later_notice_waits_for_the_one_that_is_out;
        /// `claim` gives at most `limit` notices; of those that nobody tried yet, the tickets
        /// that have waited longest first.
        notices_that_nobody_tried_come_by_age;
        /// A ticket's turn in `claim` is that of its oldest notice that is not settled, also after
        /// earlier ones were: a busy ticket keeps no other waiting.
        a_busy_ticket_waits_its_turn;
        /// What is tried again comes in `claim` after what nobody tried, by the instant of the
        /// retry or of the lease's end.
        what_is_tried_again_comes_after_what_is_new;
        /// A lease of `claim` holds until just before its end; at its end the notice is
        /// anybody's, under another token.
        a_lease_on_a_notice_ends_at_its_instant;
        /// `settle` with a token whose lease went to another gives `false`, and changes nothing.
        a_stale_token_settles_nothing;
        /// `settle` with a token that no claim gave, or of another ticket, gives `false`, and
        /// changes nothing.
        a_token_of_nothing_settles_nothing;
        /// `settle` gives `true` once for each lease, and then `false`, and changes nothing.
        a_notice_is_settled_once;
        /// A notice to be tried again can be claimed at the instant given and not before; the
        /// later ones of its ticket wait, other tickets' do not.
        a_retry_waits_for_its_instant;
        /// `attempt` counts the claims of one notice from 1, those too that nobody settled.
        attempts_are_counted_by_notice;
        /// A notice that is given up is gone, and the next of its ticket can be claimed.
        a_notice_that_is_given_up_frees_the_next;
        /// `claim` gives notices as they were committed, all their parts.
        notices_come_as_they_were_written;
        /// A refused `commit` leaves no notice.
        a_refused_commit_tells_nobody;
        /// `claim` looks at one desk, or at all of them as at one.
        a_claim_is_one_desks_or_everybodys;
    }
    find {
        /// `find` gives each ticket as it is in the last commit, as `load` does.
        what_is_found_is_as_last_committed;
        /// `find` shows the tickets for which the condition is true, and no other, whatever
        /// columns it is on and whatever has moved in the meantime.
        conditions_decide_what_is_found;
        /// `find` shows a ticket once, whichever of the alternatives of `Query::narrow` it is in:
        /// as an agent lists, whose sight is "mine, or my department's, or nobody's". Tickets of
        /// every kind are there: with a department and without, moved and handed on, internal,
        /// finished.
        a_ticket_is_found_once_by_every_road;
        /// `find` sorts by what the order says: what is missing last, ties by id; and pages go on
        /// strictly after the last row, in every order.
        pages_join_in_every_order;
        /// `find` lists by number, at most `limit`; asked again after the last number of each
        /// page, it skips and doubles nothing.
        pages_of_a_listing_join_to_the_whole;
        /// `find` lists the tickets of one desk.
        a_listing_shows_one_desk;
    }
    deadlines {
        /// `find` shows the tickets whose deadline (`TicketColumns::sla_due_at`) is as the condition
        /// says, at its bounds as in between, with a deadline and without; one that has moved since
        /// the opening, came or went, is found where it is now.
        bounds_of_the_deadline_decide_what_is_found;
        /// `find` sorts by deadline, upwards and downwards: tickets without one come last either
        /// way, what ties stands by the further keys, then by id; and pages go on strictly after
        /// the last row, among what ties and among what has no deadline, too.
        pages_join_in_the_order_of_deadlines;
    }
    turns {
        /// In the order of work `find` shows the tickets that have a turn, and of these the ones for
        /// which the condition is true: nobody's, unfinished, not postponed, of a status that is
        /// served (`TicketColumns::queued`); whatever was taken, given back, moved, answered, spam or
        /// merged in the meantime, and whatever the settings say of what is served.
        the_order_of_work_shows_what_has_a_turn;
        /// In the order of work `find` sorts by rank, by service level where that counts, by the
        /// earlier of deadline and end of patience, by priority, by who waits longest, by id; and
        /// pages go on strictly after the last row, among what ties, too.
        pages_join_in_the_order_of_work;
    }
    races {
        /// Of many commits at once on one record at one revision, exactly one is made; the
        /// history has no gaps.
        one_writer_wins_each_round;
        /// Of two commits at once, each of which writes what the other guards, exactly one is made:
        /// a guard holds until what rests on it is written.
        of_two_that_guard_each_other_one_wins;
        /// The same where there is neither of the two records: of two commits at once, each of which
        /// makes what the other guards at revision zero, exactly one is made.
        of_two_that_rule_each_other_out_one_wins;
        /// What `load` gives is as of one instant, whoever commits in the meantime: records,
        /// counters and roster of one commit are all from before it, or all from after it.
        what_is_loaded_is_of_one_instant;
        /// Many commits at once lift a counter exactly to its ceiling.
        a_ceiling_holds_under_many_writers;
        /// Of many commits at once that take one unique key, exactly one is made.
        a_key_is_taken_by_one_of_many;
        /// Of many commits at once of one command, exactly one is made, and the others are told
        /// of its receipt.
        a_command_is_carried_out_by_one_of_many;
        /// Tickets that many open at once each have a number of their own, and each commit a
        /// place of its own.
        numbers_are_unique_under_many_openers;
        /// Of many who ask at once what is due, exactly one gets each lease.
        what_is_due_is_leased_by_one_of_many;
        /// Of many who claim at once, exactly one gets each notice, and none is lost.
        a_notice_is_claimed_by_one_of_many;
        /// Of many who `settle` with one token at once, exactly one is told `true`, and no later
        /// notice of the ticket is lost.
        a_token_settles_for_one_of_many;
        /// Where a lease has ended, and its holder settles while another claims, the notice is
        /// either settled or claimed again, never both.
        a_lapsed_lease_settles_or_is_claimed_again;
        /// A `commit` of an `AsyncStore` whose future is dropped before it is ready is made as a
        /// whole, at once or later, or not at all.
        a_commit_that_is_given_up_is_whole_or_not_there;
    }
    desk {
        /// A desk over the store goes through a long story (opened, answered, resolved, closed
        /// by itself, written to again) with the events and heads that it has in memory.
        a_story_goes_as_it_goes_in_memory;
        /// A command that a desk is given twice is carried out once, and its first outcome is
        /// told again.
        a_command_that_comes_again_tells_the_first_outcome;
        /// Desks that write on one ticket at once lose no message and double none.
        racing_desks_lose_no_message;
        /// A tick of all desks carries out what is due on each, when it is due.
        a_tick_of_all_desks_reaches_each;
    }
    erasing {
        /// What an erasure of a `commit` names has no personal payload any more, in `history` as
        /// in `scan`, whichever commits wrote it.
        what_was_erased_is_in_no_history_and_no_scan;
        /// An erasure leaves the facts, the order and the number of all events, the payloads of
        /// those that it does not name, the record and the receipt.
        an_erasure_leaves_facts_and_all_other_events;
        /// An erasure is of the record that it names, whether the `commit` writes that or not:
        /// not of another id, kind or desk.
        an_erasure_is_of_one_record;
        /// To erase what is erased already, never had a payload, or is not there, changes
        /// nothing, and does not keep the `commit` from being made.
        erasing_what_is_not_there_changes_nothing;
        /// A refused `commit` erases nothing.
        a_refused_commit_erases_nothing;
        /// Of an event that a newer build wrote, the payload is erased, too; its facts stay.
        a_newer_builds_words_are_erased;
        /// Notices of erased events that are not settled are gone from the outbox, and no other.
        notices_of_erased_events_are_gone;
        /// A notice goes with its event also while it is leased: `settle` gives `false`, and the
        /// next of its ticket can be claimed.
        a_lease_on_an_erased_notice_settles_nothing;
    }
    forgetting {
        /// A `commit` that erases several contacts and releases what they were recognised by does
        /// all of it: their histories and their entries in `scan` have no personal payload but what
        /// the commit wrote, `resolve` gives nobody for their keys, and others may take them.
        a_person_is_forgotten_in_one_commit;
        /// A refused `commit` that would erase contacts erases none, and releases no key.
        a_refused_commit_forgets_nobody;
    }
    random {
        /// Commits, leases and questions by chance, some right and some wrong, are answered as
        /// the store in memory answers them: all methods, in any order.
        random_commits_are_answered_as_in_memory;
    }
}
