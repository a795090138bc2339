//! The hash of the store's own maps: their keys are ids, and are asked for several times a
//! command.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// A map by ids. Nobody iterates over one where the order would show.
pub(super) type IdMap<K, V> = HashMap<K, V, Keyed>;

/// Makes the hashers of one map.
///
/// Several times faster than the standard hash on keys as short as ids. The keys of the hash
/// come from the standard map, so they differ from process to process: clients may choose ids
/// (of commands, say), and must not be able to choose many that fall into one bucket.
#[derive(Clone, Debug)]
pub(super) struct Keyed {
    start: u64,
    key: u64,
}

impl Default for Keyed {
    fn default() -> Self {
        let standard = HashMap::<(), ()>::new();
        // A key without set bits would fold everything to nothing.
        Self { start: standard.hasher().hash_one(0), key: standard.hasher().hash_one(1) | 1 }
    }
}

impl BuildHasher for Keyed {
    type Hasher = Folding;

    fn build_hasher(&self) -> Folding {
        Folding { state: self.start, key: self.key }
    }
}

/// Multiplies each word into the state and folds the product.
#[derive(Clone, Debug)]
pub(super) struct Folding {
    state: u64,
    key: u64,
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

impl Hasher for Folding {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            for (slot, byte) in last.iter_mut().zip(rest) {
                *slot = *byte;
            }
            self.write_u64(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        // The product of zero is zero: the rotation keeps what came before in the state.
        self.state = fold(self.state ^ word, self.key) ^ self.state.rotate_left(29);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        // Once more with a factor that is known to be a good one: the key may not be.
        fold(self.state, 0x9e37_79b9_7f4a_7c15)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::BuildHasher;

    use uuid::Uuid;

    use super::Keyed;

    #[test]
    fn ids_that_follow_one_another_spread_over_the_buckets() {
        for step in [1_u128, 1 << 40, 1 << 64, 1 << 80, 1 << 112].repeat(20) {
            let keyed = Keyed::default();
            let ids = (0..4096).map(|at| Uuid::from_u128(at * step));
            let hashes: Vec<u64> = ids.map(|id| keyed.hash_one(id)).collect();
            let low: BTreeSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
            let high: BTreeSet<u64> = hashes.iter().map(|hash| hash >> 52).collect();
            // Chance fills about 63 % of as many buckets as there are keys.
            assert!(low.len() > 2200 && high.len() > 2200, "{} {}", low.len(), high.len());
        }
    }

    #[test]
    fn each_map_has_keys_of_its_own() {
        assert_ne!(Keyed::default().hash_one(7), Keyed::default().hash_one(7));
    }
}
