//! Chance from a seed: a small generator, so that a day is the same on every machine.

/// A linear congruential generator (Knuth's MMIX constants); its high bits are good enough to
/// make up a desk's day.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        // Neighbouring seeds are not to begin alike.
        for _ in 0..4 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 32).unwrap_or(0)
    }

    /// A number below `sides`; 0 where there are none.
    pub(super) fn below(&mut self, sides: u32) -> u32 {
        let scaled = (u64::from(self.next()) * u64::from(sides)) >> 32;
        u32::try_from(scaled).unwrap_or(0)
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let place = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX));
        from.get(place as usize)
    }

    /// Ten bytes, as a ticket's id wants them.
    pub(super) fn entropy(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        for byte in &mut bytes {
            *byte = u8::try_from(self.below(256)).unwrap_or(0);
        }
        bytes
    }
}
