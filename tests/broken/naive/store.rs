//! What the contract asks of it.

use super::*;

impl Store for Naive {
    fn load(&self, desk: DeskId, wanted: &Wanted) -> Result<Found, StoreError> {
        let asked = wanted.records.len() + wanted.counters.len();
        if self.has(Bug::LoadsPieceByPiece) && asked > 1 {
            // Each under a lock of its own.
            let roster = Wanted { roster: wanted.roster.clone(), ..Wanted::default() };
            let Found { mut records, mut counters, roster } = self.load(desk, &roster)?;
            for key in &wanted.records {
                thread::sleep(Duration::from_micros(20));
                records.extend(self.load(desk, &Wanted::records([*key]))?.records);
            }
            for counter in &wanted.counters {
                counters.extend(self.load(desk, &Wanted::counters([counter.clone()]))?.counters);
            }
            return Ok(Found { records, counters, roster });
        }
        let state = self.state();
        let own = |key: &Key| key.desk == desk || self.has(Bug::LoadCrossesDesks);
        let record = |key: &Key| {
            let row = state.rows.get(key).filter(|_| own(key))?;
            let mut record = row.record.clone();
            if self.has(Bug::HeadsAreStale) {
                record.head = row.before.clone().unwrap_or(record.head);
            }
            if self.has(Bug::LoadForgetsNumbers) {
                record.number = None;
            }
            Some(record)
        };
        let counter = |counter: &Counter| {
            let unset = i64::from(self.has(Bug::CountersBeginAtOne));
            state.counters.get(&self.counter(desk, counter)).copied().unwrap_or(unset)
        };
        let mut roster = Vec::new();
        for (key, row) in state.rows.iter().filter(|(key, _)| key.desk == desk) {
            let channel = &wanted.channel;
            let (Columns::Agent(columns), Some(wanted)) = (&row.columns, &wanted.roster) else {
                continue;
            };
            let here = match wanted {
                Roster::Everybody => true,
                Roster::Department(name) => {
                    let same = |it: &DepartmentName| self.folded(it) == self.folded(name);
                    columns.departments.iter().any(same)
                }
            };
            if here && (columns.can_own || self.has(Bug::RosterHasEverybody)) {
                let Some(id) = key.as_agent() else { continue };
                let of = |channel: std::sync::Arc<str>| counter(&Counter::Open(id, channel));
                let open = |it: &std::sync::Arc<str>| match self.has(Bug::RosterCountsAnyChannel) {
                    true => of("chat".into()) + of("email".into()),
                    false => of(it.clone()),
                };
                let tally = Tally {
                    load: counter(&Counter::Load(id)),
                    open: channel.as_ref().map_or(0, open),
                    given: counter(&Counter::Given(id)),
                    freed: counter(&Counter::Freed(id)),
                };
                roster.push((row.record.clone(), tally));
            }
        }
        if self.has(Bug::RosterUnordered) {
            roster.reverse();
        }
        let mut records: Vec<_> = wanted.records.iter().map(record).collect();
        if self.has(Bug::AnswersWithoutGaps) {
            records.retain(Option::is_some);
        }
        let counters = wanted.counters.iter().map(counter).collect();
        Ok(Found { records, counters, roster: roster.into_iter().collect() })
    }

    fn resolve(&self, desk: DeskId, keys: &[UniqueKey]) -> Result<Vec<Option<Key>>, StoreError> {
        let state = self.state();
        let owner = |key: &UniqueKey| match key {
            UniqueKey::Number(_) if self.has(Bug::NumbersResolveToNobody) => None,
            UniqueKey::Number(number) => {
                let mut rows = state.rows.values().map(|row| &row.record);
                let row = rows.find(|it| it.key.desk == desk && it.number == Some(*number));
                row.map(|record| record.key)
            }
            key => {
                let mut key = key.clone();
                self.collated(&mut key);
                state.keys.get(&(self.key_desk(desk), key)).copied()
            }
        };
        Ok(keys.iter().map(owner).collect())
    }

    fn history(&self, key: Key, after: Revision, limit: usize) -> Result<Vec<Event>, StoreError> {
        let state = self.state();
        let row = match self.bug {
            Bug::HistoriesMix => state.rows.values().find(|row| row.record.key.id == key.id),
            _ => state.rows.get(&key),
        };
        let events = row.map_or(Vec::new(), |row| row.events.clone());
        let skipped = u64::from(self.has(Bug::PagesSkip) && after > Revision::ZERO);
        let again = u64::from(self.has(Bug::PagesRepeat) && after > Revision::ZERO);
        let after = after.0.saturating_add(skipped).saturating_sub(again);
        let limit = if self.has(Bug::ZeroIsNoLimit) && limit == 0 { usize::MAX } else { limit };
        let limit = if self.has(Bug::PagesAreShort) { limit.min(4) } else { limit };
        let later = events.into_iter().filter(|event| event.revision.0 > after);
        Ok(later.take(limit).collect())
    }

    fn commit(&self, commit: Commit) -> Result<Receipt, CommitError> {
        let mut parts = commit.into_parts();
        for change in &mut parts.keys {
            let (KeyChange::Take(key, _) | KeyChange::Release(key, _)) = change;
            self.collated(key);
        }
        let mut state = self.state();
        if let Err(error) = self.check(&state, &parts) {
            match self.bug {
                Bug::CommitsInPart => drop(self.write(&mut state, parts, 1)),
                Bug::RefusalsErase => self.erase(&mut state, &parts.erasures),
                Bug::RefusalsForget => {
                    for change in parts.keys {
                        if let KeyChange::Release(key, _) = change {
                            state.keys.remove(&(parts.desk, key));
                        }
                    }
                }
                Bug::RefusalsTell => self.tell(&mut state, parts.desk, parts.notices),
                Bug::RefusalsCount => {
                    for change in parts.counters {
                        *state.counters.entry((parts.desk, change.counter)).or_default() +=
                            change.delta;
                    }
                }
                Bug::RefusalsTakeKeys => {
                    for change in parts.keys {
                        if let KeyChange::Take(key, by) = change {
                            state.keys.entry((parts.desk, key)).or_insert(by);
                        }
                    }
                }
                Bug::RefusalsEndLeases => {
                    for write in parts.writes {
                        if let Some(Row { wake: Some((at, from)), .. }) =
                            state.rows.get_mut(&write.key)
                        {
                            *from = *at;
                        }
                    }
                }
                Bug::RefusalsAreRemembered => {
                    let seq = state.seq;
                    let (command, digest) = (parts.receipt.command, parts.receipt.digest);
                    let receipt = Receipt { seq, command, digest, touched: Vec::new() };
                    state.receipts.push((parts.desk, receipt));
                }
                _ => {}
            }
            return Err(error);
        }
        if self.has(Bug::CheckedThenWritten) {
            // The lock is let go between the check and the writing.
            drop(state);
            thread::sleep(Duration::from_micros(500));
            state = self.state();
        }
        if self.has(Bug::GuardsReadBefore) {
            // All is checked again but the guards.
            drop(state);
            thread::sleep(Duration::from_micros(500));
            state = self.state();
            self.check(&state, &CommitParts { guards: Vec::new(), ..parts.clone() })?;
        }
        let rows = if self.has(Bug::LongCommitsAreCut) { 16 } else { usize::MAX };
        if self.has(Bug::ErasingNothingFails) {
            let there = |erasure: &Erasure, revision: &Revision| {
                let row = state.rows.get(&erasure.key);
                let event = row.and_then(|row| row.events.get(revision.0 as usize - 1));
                event.is_some_and(Event::is_personal)
            };
            let all = |erasure: &Erasure| erasure.revisions.iter().all(|it| there(erasure, it));
            if !parts.erasures.iter().all(all) {
                let error = StoreError::new(Operation::Commit, StoreErrorKind::Backend);
                return Err(error.into());
            }
        }
        Ok(self.write(&mut state, parts, rows))
    }

    fn receipt(&self, desk: DeskId, command: CommandId) -> Result<Option<Receipt>, StoreError> {
        Ok(self.find_receipt(&self.state(), desk, command))
    }

    fn find(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let state = self.state();
        let mut records: Vec<Record> = state
            .rows
            .values()
            .filter(|row| row.record.key.desk == query.desk || self.has(Bug::FindCrossesDesks))
            .filter(|row| matches!(row.columns, Columns::Ticket(_)))
            .map(|row| {
                let mut record = row.record.clone();
                if self.has(Bug::FindIsStale) {
                    record.head = row.before.clone().unwrap_or(record.head);
                }
                record
            })
            .collect();
        records.retain(|record| listing::shows(self.bug, query, record, &state));
        Ok(listing::page(self.bug, query, records))
    }

    fn scan(&self, desk: DeskId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let state = self.state();
        let own = state.log.iter().filter(|(it, _)| *it == desk || self.has(Bug::ScanCrossesDesks));
        let mut entries: Vec<Entry> = own.map(|(_, entry)| entry.clone()).collect();
        match self.bug {
            Bug::ScanByRecord => entries.sort_by_key(|entry| entry.key),
            Bug::ScanHasLastEvents => {
                for entry in &mut entries {
                    entry.events = entry.events.last().cloned().into_iter().collect();
                }
            }
            Bug::ScanFromPlace => entries.retain(|entry| entry.seq >= after),
            _ => {}
        }
        if !self.has(Bug::ScanFromPlace) {
            entries.retain(|entry| entry.seq > after);
        }
        if self.has(Bug::ScanCountsRows) {
            entries.truncate(limit);
        }
        let mut places: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        places.sort_unstable();
        places.dedup();
        places.truncate(limit);
        entries.retain(|entry| places.contains(&entry.seq));
        Ok(entries)
    }

    fn due(&self, scope: Scope, now: At, lease: Lease) -> Result<Due, StoreError> {
        let mut state = self.state();
        let mut waiting: Vec<(At, Key)> = Vec::new();
        for (key, row) in &state.rows {
            let Some((at, from)) = row.wake else { continue };
            if self.in_scope(scope, key.desk, Bug::DueCrossesDesks) {
                let free = self.has(Bug::WakesAreNotLeased);
                waiting.push((if free { at } else { from }, *key));
            }
        }
        if !self.has(Bug::DueById) {
            waiting.sort();
        }
        let limit = if self.has(Bug::LooksLease) { lease.limit.max(1) } else { lease.limit };
        let (mut rows, mut next) = (Vec::new(), None::<At>);
        for (from, key) in waiting {
            let ready = match self.bug {
                Bug::DueTooLate => from < now,
                Bug::DueTooEarly => from <= now + chrono::TimeDelta::microseconds(1),
                _ => from <= now,
            };
            if ready && rows.len() < limit {
                let Some(wake) = state.rows.get_mut(&key).and_then(|row| row.wake.as_mut()) else {
                    continue;
                };
                wake.1 = lease.until.max(wake.0);
                if self.has(Bug::LeaseEndsBeforeWake) {
                    wake.1 = lease.until;
                }
                if self.has(Bug::LeasesMoveWakes) {
                    wake.0 = lease.until;
                }
                rows.push(DueRow { key, at: wake.0 });
            } else if !self.has(Bug::NextIsToCome) || from > now {
                next = Some(next.map_or(from, |next| next.min(from)));
            }
        }
        if self.has(Bug::LeasesAreNotNext) {
            let leased = |row: &Row| row.wake.is_some_and(|(at, from)| from > at);
            let free = state.rows.values().filter(|row| !leased(row));
            next = free.filter_map(|row| row.wake.map(|(at, _)| at)).min();
        }
        Ok(Due { rows, next })
    }

    fn claim(&self, scope: Scope, now: At, lease: Lease) -> Result<Vec<Claimed>, StoreError> {
        let mut state = self.state();
        let State { outbox, rows, leases, .. } = &mut *state;
        let mut claimed = Vec::new();
        let newest_first = self.has(Bug::NewestTicketsFirst);
        let mut places: Vec<usize> = (0..outbox.len()).collect();
        places.sort_by_key(|place| match self.bug {
            Bug::RetriesKeepTheirPlace => (At::MIN_UTC, outbox[*place].age),
            _ => (outbox[*place].from, outbox[*place].age),
        });
        if newest_first {
            places.reverse();
        }
        for place in places {
            let first = outbox[..place].iter().all(|older| older.key != outbox[place].key)
                || self.has(Bug::EveryNoticeIsOut);
            let waiting = &mut outbox[place];
            let own = self.in_scope(scope, waiting.key.desk, Bug::ClaimCrossesDesks);
            if !own || !first {
                continue;
            }
            let ready = match self.bug {
                Bug::ClaimsLinger => waiting.from < now,
                Bug::ClaimsAreNotLeased => true,
                _ => waiting.from <= now,
            };
            let full = claimed.len() >= lease.limit && !self.has(Bug::ClaimsWithoutLimit);
            if !ready || full {
                continue;
            }
            if !self.has(Bug::TokensRepeat) || waiting.lease == 0 {
                *leases += 1;
                waiting.lease = *leases;
            }
            waiting.attempt += 1;
            waiting.from = lease.until;
            let number = rows.get(&waiting.key).and_then(|row| row.record.number);
            claimed.push(Claimed {
                token: LeaseToken { key: waiting.key, lease: waiting.lease },
                notice: waiting.notice.clone(),
                number: number.unwrap_or(TicketNumber(0)),
                attempt: if self.has(Bug::EveryAttemptIsTheFirst) { 1 } else { waiting.attempt },
            });
        }
        Ok(claimed)
    }

    fn settle(&self, token: LeaseToken, settlement: Settlement) -> Result<bool, StoreError> {
        let mut state = self.state();
        let mut looked = false;
        if self.has(Bug::SettlesAfterALook) {
            let own = |it: &Waiting| it.key == token.key && it.lease == token.lease;
            looked = token.lease != 0 && state.outbox.iter().any(own);
            drop(state);
            thread::sleep(Duration::from_millis(2));
            state = self.state();
        }
        let attempts = state.outbox.iter().map(|it| (it.key, it.attempt)).collect::<Vec<_>>();
        let place = state.outbox.iter().position(|waiting| {
            waiting.key == token.key
                && match self.bug {
                    Bug::StaleTokensSettle => waiting.lease != 0,
                    Bug::AnyTokenSettles => true,
                    Bug::SettlesAfterALook => looked,
                    _ => waiting.lease == token.lease && token.lease != 0,
                }
        });
        let Some(place) = place else { return Ok(self.has(Bug::SettlingTwiceIsFine)) };
        match settlement {
            Settlement::Delivered if self.has(Bug::DeliveredStays) => {}
            Settlement::Delivered => drop(state.outbox.remove(place)),
            Settlement::GivenUp if self.has(Bug::GivenUpStays) => {
                state.outbox[place].from = At::MAX_UTC;
            }
            Settlement::GivenUp => drop(state.outbox.remove(place)),
            Settlement::Retry(at) => {
                let waiting = &mut state.outbox[place];
                waiting.from = if self.has(Bug::RetriesAtOnce) { At::MIN_UTC } else { at };
                if !self.has(Bug::RetriesKeepTokens) {
                    waiting.lease = 0;
                }
                if self.has(Bug::RetriesGoLast) {
                    let waiting = state.outbox.remove(place);
                    state.outbox.push(waiting);
                }
                return Ok(true);
            }
        }
        if self.has(Bug::AttemptsOfTheTicket) {
            let before = attempts.get(place).map_or(0, |(_, attempt)| *attempt);
            if let Some(next) = state.outbox.iter_mut().find(|it| it.key == token.key) {
                next.attempt = before;
            }
        }
        Ok(true)
    }
}
