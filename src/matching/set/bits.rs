//! Sets of places, as bits; and the hash of what is looked up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// How many words hold so many bits.
pub(super) fn words(bits: usize) -> usize {
    bits.div_ceil(64)
}

/// Lends cleared space for so many bits: of a thousand, and of ten thousand, without allocating.
pub(super) fn with_space<R>(bits: usize, lend: impl FnOnce(&mut [u64]) -> R) -> R {
    let words = words(bits);
    if let Some(space) = [0; 16].get_mut(..words) {
        return lend(space);
    }
    if let Some(space) = [0; 160].get_mut(..words) {
        return lend(space);
    }
    lend(&mut vec![0; words])
}

pub(super) fn set(bits: &mut [u64], place: usize) {
    if let Some(word) = bits.get_mut(place / 64) {
        *word |= 1 << (place % 64);
    }
}

pub(super) fn has(bits: &[u64], place: usize) -> bool {
    bits.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
}

pub(super) fn or(bits: &mut [u64], more: &[u64]) {
    bits.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
}

pub(super) fn and(bits: &mut [u64], only: &[u64]) {
    bits.iter_mut().zip(only).for_each(|(word, only)| *word &= only);
}

/// The places that are set, from this one on, in order.
pub(super) fn places(bits: &[u64], from: usize) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().skip(from / 64).flat_map(move |(at, word)| {
        let first = at == from / 64;
        let mut left = if first { word & (u64::MAX << (from % 64)) } else { *word };
        std::iter::from_fn(move || {
            let place = (left != 0).then(|| at * 64 + left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(place)
        })
    })
}

/// A set of places in the form that takes less.
#[derive(Clone, Debug)]
pub(super) enum Places {
    /// In order.
    Few(Vec<u32>),
    Many(Vec<u64>),
}

impl Places {
    /// These, of so many.
    pub(super) fn new(places: Vec<u32>, of: usize) -> Self {
        if places.len() <= words(of) * 2 {
            return Self::Few(places);
        }
        let mut many = vec![0; words(of)];
        places.iter().for_each(|place| set(&mut many, *place as usize));
        Self::Many(many)
    }

    pub(super) fn mark(&self, bits: &mut [u64]) {
        match self {
            Self::Few(places) => places.iter().for_each(|place| set(bits, *place as usize)),
            Self::Many(more) => or(bits, more),
        }
    }
}

/// A map that is made once and never iterated over where the order would show.
pub(super) type Lookup<K, V> = HashMap<K, V, BuildHasherDefault<Fold>>;

/// Multiplies each word into the state and folds the product. Without a key: what is in the maps
/// comes from settings, and asking for something else adds nothing to them.
#[derive(Clone, Default)]
pub(super) struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.write_u64(last);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        // The mark after a text's end.
        self.0 = self.0.rotate_left(5) ^ u64::from(byte);
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{has, places, set, with_space};

    #[test]
    fn places_come_in_order_from_the_one_asked_for() {
        for bits in [1, 63, 64, 65, 1024, 1025, 10_240, 10_241, 20_000] {
            with_space(bits, |space| {
                let chosen: Vec<usize> = (0..bits).filter(|place| place % 7 == 0).collect();
                chosen.iter().for_each(|place| set(space, *place));
                for from in [0, 1, 63, 64, bits - 1, bits, bits + 100] {
                    let expected = chosen.iter().copied().filter(|place| *place >= from);
                    assert!(places(space, from).eq(expected), "{bits} from {from}");
                }
                assert!(has(space, 0) && !has(space, 1));
            });
        }
    }
}
