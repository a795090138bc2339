//! The open time of a calendar as tables: compiled when it is first asked about, a little more
//! than a year at a time, and kept.
//!
//! Every question is an index into a table and a few comparisons, whatever the calendar's rules.
//! Time is parted into chunks of 2^25 seconds, 388 days, and chunks into blocks of 64. A chunk
//! knows its open stretches and the open time before each; a block the open time of its chunks.
//! So a span over thousands of years takes a handful of steps.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::rules::{Day, END, Rules, START, Stretch};

const CHUNK_BITS: u32 = 25;
pub(super) const CHUNK: i64 = 1 << CHUNK_BITS;
const BLOCK_BITS: u32 = 6;
const BLOCK: usize = 1 << BLOCK_BITS;
const FIRST_CHUNK: i64 = START >> CHUNK_BITS;
pub(super) const CHUNKS: usize = (((END - 1) >> CHUNK_BITS) - FIRST_CHUNK + 1) as usize;

/// Chunks that are always kept: those of the years from about 1900 to 2200.
const NEAR: std::ops::Range<usize> = ((-2_208_988_800_i64 >> CHUNK_BITS) - FIRST_CHUNK) as usize
    ..((7_258_118_400_i64 >> CHUNK_BITS) - FIRST_CHUNK) as usize;
/// So many of the others are kept: those of 400 years on either side. Where Easter makes every year
/// another, whoever asks about more, at random over thousands of years, pays for compiling them each
/// time, and not with the host's memory.
const FAR_KEPT: usize = 768;

/// Slots of a chunk's index: four and a half hours each, so that few have more than one edge.
const SLOTS: usize = 2048;
const SLOT_BITS: u32 = CHUNK_BITS - SLOTS.ilog2();

/// So many chunks are walked one by one; beyond, by the totals of blocks.
const STEPS: usize = 3;

const MICROS: i64 = 1_000_000;

/// An instant as the tables have it: whole seconds since 1970, and microseconds, 0 to 999,999.
pub(super) type Moment = (i64, i64);

#[derive(Debug)]
pub(super) struct Table {
    blocks: Box<[OnceLock<Box<Block>>]>,
    far: AtomicUsize,
    /// From when on it never closes, and until when it has never been closed.
    unbroken: OnceLock<(Option<i64>, Option<i64>)>,
}

#[derive(Debug)]
struct Block {
    chunks: [OnceLock<Chunk>; BLOCK],
    /// Open microseconds of the block before each of its chunks, and of all.
    totals: OnceLock<Box<[i64]>>,
}

#[derive(Debug)]
pub(super) struct Chunk {
    /// The stretches, and a last one that is beyond the chunk and never ends.
    open: Box<[Open]>,
    /// By slots of time: the first stretch that ends after the slot begins.
    by_time: Box<[u16]>,
    /// By slots of open time: the first stretch that ends after so much of it.
    by_work: Box<[u16]>,
    work_bits: u32,
    /// Open microseconds.
    total: i64,
    days: OnceLock<Box<[Day]>>,
}

/// An open stretch within a chunk, in seconds since the chunk began, and the open seconds of the
/// chunk before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) from: u32,
    pub(super) to: u32,
    before: u32,
}

/// A chunk that is kept, or one that was made for a single question.
pub(super) enum Held<'a> {
    Kept(&'a Chunk),
    Made(Box<Chunk>),
}

impl std::ops::Deref for Held<'_> {
    type Target = Chunk;

    #[inline]
    fn deref(&self) -> &Chunk {
        match self {
            Self::Kept(chunk) => chunk,
            Self::Made(chunk) => chunk,
        }
    }
}

impl Table {
    pub(super) fn new() -> Self {
        let blocks = (0..CHUNKS.div_ceil(BLOCK)).map(|_| OnceLock::new()).collect();
        Self { blocks, far: AtomicUsize::new(0), unbroken: OnceLock::new() }
    }

    /// Microseconds of open time from one moment until a later one, both within calendars.
    #[inline]
    pub(super) fn between_here(&self, rules: &Rules, from: Moment, to: Moment) -> i64 {
        let (first, last) = (place(from.0), place(to.0));
        let chunk = self.chunk(rules, first);
        if first == last {
            return chunk.worked(to) - chunk.worked(from);
        }
        let whole = if last - first <= STEPS {
            (first + 1..last).map(|index| self.chunk(rules, index).total).sum::<i64>() + chunk.total
        } else {
            self.worked_before(rules, first, last)
        };
        whole - chunk.worked(from) + self.chunk(rules, last).worked(to)
    }

    /// The least moment at or after one with so many open microseconds between; `None` where the
    /// calendar ends before.
    #[inline]
    pub(super) fn add(&self, rules: &Rules, from: Moment, amount: i64) -> Option<Moment> {
        if amount == 0 {
            return Some(from);
        }
        let from = into_range(from);
        if amount / MICROS > END - from.0 {
            return None;
        }
        let first = place(from.0);
        let mut chunk = self.chunk(rules, first);
        let mut target = chunk.worked(from) + amount;
        let mut index = first;
        while target > chunk.total {
            target -= chunk.total;
            index += 1;
            if index - first > STEPS {
                return self.add_far(rules, index, target);
            }
            if index >= CHUNKS {
                return None;
            }
            chunk = self.chunk(rules, index);
        }
        Some(chunk.earliest(index, target))
    }

    /// The greatest moment at or before one with so many open microseconds between; `None` where
    /// the calendar begins after.
    #[inline]
    pub(super) fn sub(&self, rules: &Rules, from: Moment, amount: i64) -> Option<Moment> {
        if amount == 0 {
            return Some(from);
        }
        let from = into_range(from);
        if amount / MICROS > from.0 - START + 1 {
            return None;
        }
        let first = place(from.0);
        let mut chunk = self.chunk(rules, first);
        let mut target = chunk.worked(from) - amount;
        let mut index = first;
        while target < 0 {
            if first - index >= STEPS {
                return self.sub_far(rules, index, -target);
            }
            index = index.checked_sub(1)?;
            chunk = self.chunk(rules, index);
            target += chunk.total;
        }
        Some(chunk.latest(index, target))
    }

    /// So many open microseconds into a chunk or those after it, by the totals of blocks.
    #[cold]
    fn add_far(&self, rules: &Rules, mut index: usize, mut target: i64) -> Option<Moment> {
        while index < CHUNKS {
            let totals = self.totals(rules, index);
            let goal = target + totals.get(index % BLOCK)?;
            if goal <= *totals.last()? {
                let next = totals.partition_point(|before| *before < goal);
                let index = index / BLOCK * BLOCK + next - 1;
                let target = goal - totals.get(next - 1)?;
                return Some(self.chunk(rules, index).earliest(index, target));
            }
            target = goal - totals.last()?;
            index = (index / BLOCK + 1) * BLOCK;
        }
        None
    }

    /// So many open microseconds before the beginning of a chunk, by the totals of blocks.
    #[cold]
    fn sub_far(&self, rules: &Rules, mut index: usize, mut amount: i64) -> Option<Moment> {
        while let Some(last) = index.checked_sub(1) {
            let totals = self.totals(rules, last);
            let goal = totals.get(last % BLOCK + 1)? - amount;
            if goal >= 0 {
                let after = totals.partition_point(|before| *before <= goal);
                let index = last / BLOCK * BLOCK + after - 1;
                let target = goal - totals.get(after - 1)?;
                return Some(self.chunk(rules, index).latest(index, target));
            }
            amount = -goal;
            index = last / BLOCK * BLOCK;
        }
        None
    }

    /// Open microseconds of the chunks from one until another.
    #[cold]
    fn worked_before(&self, rules: &Rules, first: usize, last: usize) -> i64 {
        let until = |index: usize| {
            let totals = self.totals(rules, index);
            totals.get(index % BLOCK).copied().unwrap_or(0)
        };
        let blocks = (first / BLOCK)..(last / BLOCK);
        let whole =
            blocks.map(|block| self.totals(rules, block * BLOCK).last().copied().unwrap_or(0));
        whole.sum::<i64>() - until(first) + until(last)
    }

    #[inline]
    pub(super) fn is_open_here(&self, rules: &Rules, at: Moment) -> bool {
        if !(START..END).contains(&at.0) {
            return false;
        }
        let index = place(at.0);
        let second = within(at.0);
        self.chunk(rules, index).ending_after(second).from <= second
    }

    /// The business days that open in a chunk.
    pub(super) fn with_days<T>(
        &self,
        rules: &Rules,
        index: usize,
        ask: impl FnOnce(&[Day]) -> T,
    ) -> T {
        let chunk = self.chunk(rules, index);
        ask(chunk.days.get_or_init(|| rules.days(stretch(index)).into()))
    }

    /// From when on it never closes, and until when it has never been closed, if ever.
    pub(super) fn unbroken(&self, rules: &Rules) -> (Option<i64>, Option<i64>) {
        *self.unbroken.get_or_init(|| (rules.never_closes_after(), rules.never_closed_before()))
    }

    #[inline]
    pub(super) fn chunk(&self, rules: &Rules, index: usize) -> Held<'_> {
        let block = self.blocks.get(index >> BLOCK_BITS).and_then(OnceLock::get);
        let chunk = block.and_then(|block| block.chunks.get(index % BLOCK)?.get());
        match chunk {
            Some(chunk) => Held::Kept(chunk),
            None => self.make(rules, index),
        }
    }

    #[cold]
    fn make(&self, rules: &Rules, index: usize) -> Held<'_> {
        let kept = NEAR.contains(&index) || self.far.fetch_add(1, Ordering::Relaxed) < FAR_KEPT;
        let place = self.block(index).and_then(|block| block.chunks.get(index % BLOCK));
        match place {
            Some(place) if kept => Held::Kept(place.get_or_init(|| Chunk::of(rules, index))),
            Some(_) | None => {
                // The count stays where it is, so that it never comes round.
                self.far.store(FAR_KEPT, Ordering::Relaxed);
                Held::Made(Box::new(Chunk::of(rules, index)))
            }
        }
    }

    fn block(&self, index: usize) -> Option<&Block> {
        let place = self.blocks.get(index >> BLOCK_BITS)?;
        Some(place.get_or_init(|| {
            let chunks = [const { OnceLock::new() }; BLOCK];
            Box::new(Block { chunks, totals: OnceLock::new() })
        }))
    }

    /// Open microseconds of a chunk's block before each of its chunks, and of all.
    fn totals(&self, rules: &Rules, index: usize) -> &[i64] {
        let Some(block) = self.block(index) else { return &[] };
        block.totals.get_or_init(|| {
            let first = index / BLOCK * BLOCK;
            let mut totals = vec![0];
            let mut sum = 0;
            for (place, chunk) in block.chunks.iter().enumerate() {
                sum += match chunk.get() {
                    Some(chunk) => chunk.total,
                    // The last block is not full.
                    None if first + place >= CHUNKS => 0,
                    None => {
                        let open = rules.open(stretch(first + place));
                        open.iter().map(|(from, to)| to - from).sum::<i64>() * MICROS
                    }
                };
                totals.push(sum);
            }
            totals.into()
        })
    }
}

impl Chunk {
    fn of(rules: &Rules, index: usize) -> Self {
        let began = began(index);
        let second = |at: i64| u32::try_from(at - began).unwrap_or(0);
        let mut before = 0;
        let stretches = rules.open(stretch(index));
        let mut open = Vec::with_capacity(stretches.len() + 1);
        for (from, to) in stretches {
            let stretch = Open { from: second(from), to: second(to), before };
            before = stretch.after();
            open.push(stretch);
        }
        open.push(Open { from: u32::MAX, to: u32::MAX, before });
        let work_bits = (u32::BITS - before.leading_zeros()).saturating_sub(SLOTS.ilog2());
        Self {
            by_time: firsts(&open, SLOT_BITS, |open| open.to),
            by_work: firsts(&open, work_bits, Open::after),
            work_bits,
            total: i64::from(before) * MICROS,
            open: open.into(),
            days: OnceLock::new(),
        }
    }

    pub(super) fn stretches(&self) -> &[Open] {
        self.open.split_last().map_or(&[], |(_, stretches)| stretches)
    }

    /// The first stretch that ends after a second of the chunk; that beyond it, if there is none.
    #[inline]
    fn ending_after(&self, second: u32) -> Open {
        let slot = (second >> SLOT_BITS) as usize;
        first_beyond(&self.open, self.by_time.get(slot), second, |open| open.to)
    }

    /// The first stretch at whose end there has been more open time than this, which is less than
    /// all of the chunk's.
    #[inline]
    fn working_after(&self, work: u32) -> Open {
        let slot = (work >> self.work_bits) as usize;
        first_beyond(&self.open, self.by_work.get(slot), work, Open::after)
    }

    /// The first stretch that ends after a second of the chunk.
    pub(super) fn stretch_ending_after(&self, second: u32) -> Option<Open> {
        Some(self.ending_after(second)).filter(|open| open.to < u32::MAX)
    }

    /// Open microseconds from the beginning of the chunk until a moment in it.
    #[inline]
    fn worked(&self, (at, micros): Moment) -> i64 {
        let second = within(at);
        let open = self.ending_after(second);
        // Without a branch: whether it is open is the toss of a coin.
        let micros = if second >= open.from { micros } else { 0 };
        i64::from(open.before + second.saturating_sub(open.from)) * MICROS + micros
    }

    /// The first moment after this much open time of the chunk, which is more than none and at
    /// most all of it.
    #[inline]
    fn earliest(&self, index: usize, work: i64) -> Moment {
        let (seconds, micros) = (work / MICROS, work % MICROS);
        // A stretch whose end it is comes before the one that begins with it.
        let full = (if micros == 0 { seconds - 1 } else { seconds }) as u32;
        let open = self.working_after(full);
        (began(index) + i64::from(open.from) + seconds - i64::from(open.before), micros)
    }

    /// The last moment after this much open time of the chunk, which is less than all of it.
    #[inline]
    fn latest(&self, index: usize, work: i64) -> Moment {
        let (seconds, micros) = (work / MICROS, work % MICROS);
        let open = self.working_after(seconds as u32);
        (began(index) + i64::from(open.from) + seconds - i64::from(open.before), micros)
    }
}

impl Open {
    const fn after(&self) -> u32 {
        self.before + (self.to - self.from)
    }
}

/// For each slot of an axis, the first stretch whose key lies after the slot's beginning; or one
/// before it, where there are more than the slots can count.
fn firsts(open: &[Open], bits: u32, key: impl Fn(&Open) -> u32) -> Box<[u16]> {
    let mut firsts = Vec::with_capacity(SLOTS + 1);
    let mut place: usize = 0;
    for slot in 0..=SLOTS as u64 {
        let begins = slot << bits;
        while open.get(place).is_some_and(|open| u64::from(key(open)) <= begins) {
            place += 1;
        }
        firsts.push(u16::try_from(place).unwrap_or(u16::MAX));
    }
    firsts.into()
}

/// The first stretch whose key lies beyond a value, from the place that its slot gives.
#[inline]
fn first_beyond(
    open: &[Open],
    first: Option<&u16>,
    value: u32,
    key: impl Fn(&Open) -> u32,
) -> Open {
    const BEYOND: Open = Open { from: u32::MAX, to: u32::MAX, before: 0 };
    let mut place = first.map_or(open.len(), |place| usize::from(*place));
    // One step without a branch, for whether it is taken is the toss of a coin.
    place += usize::from(open.get(place).is_some_and(|open| key(open) <= value));
    loop {
        match open.get(place) {
            Some(open) if key(open) <= value => place += 1,
            Some(open) => return *open,
            None => return BEYOND,
        }
    }
}

/// The moment, or the nearest one at which calendars are.
#[inline]
pub(super) fn into_range(moment: Moment) -> Moment {
    if moment.0 < START {
        (START, 0)
    } else if moment.0 >= END {
        (END - 1, MICROS)
    } else {
        moment
    }
}

/// The chunk in which a second lies; of one beyond the ends, that at the end.
#[inline]
pub(super) fn place(second: i64) -> usize {
    ((second >> CHUNK_BITS) - FIRST_CHUNK) as usize
}

/// The second of its chunk that a second is.
#[inline]
pub(super) fn within(second: i64) -> u32 {
    (second & (CHUNK - 1)) as u32
}

/// When a chunk begins.
#[inline]
pub(super) fn began(index: usize) -> i64 {
    (index as i64 + FIRST_CHUNK) << CHUNK_BITS
}

/// What of a chunk calendars have.
pub(super) fn stretch(index: usize) -> Stretch {
    (began(index).max(START), (began(index) + CHUNK).min(END))
}
