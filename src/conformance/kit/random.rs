//! Chance that can be had again: the same seed gives the same numbers.

/// A small generator of random numbers (splitmix64): the same seed gives the same numbers on
/// every machine and in every version. For tests; nothing that must not be guessed.
///
/// ```
/// use helpdesk::conformance::kit::Random;
///
/// let (mut one, mut other) = (Random::new(7), Random::new(7));
/// assert_eq!(one.number(), other.number());
/// assert!(one.below(6) < 6);
/// assert!(["free", "pro"].contains(&one.one_of(["free", "pro"])));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// The numbers of this seed, from the first.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let number = self.number();
        usize::try_from(number.checked_rem(end as u64).unwrap_or(0)).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of a list; `None` where it is empty.
    ///
    /// ```
    /// # use helpdesk::conformance::kit::Random;
    /// let mut random = Random::new(7);
    /// assert_eq!(random.pick(&["only"]), Some(&"only"));
    /// assert_eq!(random.pick::<u8>(&[]), None);
    /// ```
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of these, of which there is at least one: an empty array does not build.
    pub fn one_of<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
        const { assert!(N > 0, "there is nothing to choose from") };
        #[expect(clippy::indexing_slicing, reason = "it is below the length, which is not zero")]
        from[self.below(N)].clone()
    }
}
