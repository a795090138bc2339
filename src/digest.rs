//! A stable 64-bit digest of plain data: the same on every machine and in every version.
//!
//! It recognises a repeated command; it is no defence against people who look for collisions.

use std::fmt;

use serde::Serialize;
use serde::ser;

/// The digest of a value's serialised form; `None` where it has none, as no value of the
/// crate does.
///
/// A field that is absent, empty or off leaves no trace: a struct that gets one more, which
/// older senders leave out, keeps its digest.
pub(crate) fn digest(value: &impl Serialize) -> Option<u64> {
    let mut digest = Digest::new();
    value.serialize(&mut digest).ok()?;
    Some(digest.state)
}

struct Digest {
    state: u64,
    /// Whether what was digested is nothing: absent, empty or off.
    nothing: bool,
}

impl Digest {
    fn new() -> Self {
        Self { state: 0x9e37_79b9_7f4a_7c15, nothing: false }
    }

    /// Folds the two halves of a product, in which every bit counts, into the state.
    fn fold(&mut self, a: u64, b: u64) {
        let product = u128::from(a) * u128::from(b);
        let (low, high) = (product as u64, (product >> 64) as u64);
        // The length of what came before counts too, or zeros would vanish.
        self.state = (low ^ high).wrapping_add(0x9e37_79b9_7f4a_7c15);
    }

    /// Folds in eight bytes.
    fn word(&mut self, word: u64) {
        self.fold(self.state ^ word, 0xa076_1d64_78bd_642f);
    }

    /// Folds in sixteen bytes at once, and how many of them there are if they are the last.
    fn block(&mut self, block: &[u8; 16], length: u64) {
        let (words, _) = block.as_chunks::<8>();
        let [first, second] = words else { return };
        let (first, second) = (u64::from_le_bytes(*first), u64::from_le_bytes(*second));
        self.fold(self.state ^ first, second ^ 0xe703_7ed1_a0b4_28db ^ length);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let (blocks, rest) = bytes.as_chunks::<16>();
        for block in blocks {
            self.block(block, 0);
        }
        let mut last = [0; 16];
        for (slot, byte) in last.iter_mut().zip(rest) {
            *slot = *byte;
        }
        self.block(&last, (bytes.len() as u64).rotate_left(32));
    }
}

/// A value that cannot be digested; none of the crate's own are.
#[derive(Debug)]
pub(crate) struct NotPlain;

impl fmt::Display for NotPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is not plain data")
    }
}

impl std::error::Error for NotPlain {}

impl ser::Error for NotPlain {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! numbers {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<(), NotPlain> {
            self.word(value as u64);
            Ok(())
        }
    )*};
}

impl ser::Serializer for &mut Digest {
    type Ok = ();
    type Error = NotPlain;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_bool(self, value: bool) -> Result<(), NotPlain> {
        self.word(u64::from(value));
        self.nothing = !value;
        Ok(())
    }

    numbers! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_char: char,
    }

    fn serialize_f32(self, value: f32) -> Result<(), NotPlain> {
        self.word(u64::from(value.to_bits()));
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), NotPlain> {
        self.word(value.to_bits());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), NotPlain> {
        self.bytes(value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), NotPlain> {
        self.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), NotPlain> {
        self.word(0);
        self.nothing = true;
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotPlain> {
        self.word(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotPlain> {
        self.word(2);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotPlain> {
        self.serialize_unit()
    }

    // Variants by name: their order in the source is no promise.
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), NotPlain> {
        // What a patch leaves alone is nothing.
        self.nothing = variant == "keep";
        self.bytes(variant.as_bytes());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotPlain> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotPlain> {
        self.bytes(variant.as_bytes());
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self, NotPlain> {
        let len = len.ok_or(NotPlain)?;
        self.word(len as u64);
        self.nothing = len == 0;
        Ok(self)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self, NotPlain> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Self, NotPlain> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, NotPlain> {
        self.bytes(variant.as_bytes());
        self.serialize_seq(Some(len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self, NotPlain> {
        self.serialize_seq(len)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NotPlain> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, NotPlain> {
        self.bytes(variant.as_bytes());
        Ok(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! elements {
    ($($trait:ident: $method:ident,)*) => {$(
        impl ser::$trait for &mut Digest {
            type Ok = ();
            type Error = NotPlain;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotPlain> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), NotPlain> {
                Ok(())
            }
        }
    )*};
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

macro_rules! fields {
    ($($trait:ident,)*) => {$(
        impl ser::$trait for &mut Digest {
            type Ok = ();
            type Error = NotPlain;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), NotPlain> {
                let mut field = Digest::new();
                value.serialize(&mut field)?;
                if !field.nothing {
                    self.bytes(name.as_bytes());
                    self.word(field.state);
                }
                Ok(())
            }

            fn end(self) -> Result<(), NotPlain> {
                Ok(())
            }
        }
    )*};
}

fields! {
    SerializeStruct,
    SerializeStructVariant,
}

impl ser::SerializeMap for &mut Digest {
    type Ok = ();
    type Error = NotPlain;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotPlain> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotPlain> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), NotPlain> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Serialize;

    use super::digest;

    #[test]
    fn a_digest_never_changes() {
        let value = ("reply", 7_u64, Some(vec![1_u8, 2, 3]), "the printer is on fire");
        assert_eq!(digest(&value), Some(10_841_099_507_016_177_593));
    }

    #[test]
    fn values_that_differ_in_anything_have_other_digests() {
        let mut seen = BTreeSet::new();
        for length in 0..200_usize {
            assert!(seen.insert(digest(&"a".repeat(length))));
            assert!(seen.insert(digest(&"\0".repeat(length + 1))));
        }
        for number in 0..100_000_u64 {
            assert!(seen.insert(digest(&("number", number))));
        }
        assert_ne!(digest(&Some(0_u8)), digest(&None::<u8>));
        assert_ne!(digest(&("a", "bc")), digest(&("ab", "c")));
    }

    #[test]
    fn a_field_that_older_senders_leave_out_leaves_no_trace() {
        #[derive(Serialize)]
        struct Old {
            text: &'static str,
        }
        #[derive(Serialize)]
        struct New {
            text: &'static str,
            mentions: Vec<u8>,
            urgent: bool,
            channel: Option<u8>,
        }
        let old = digest(&Old { text: "hello" });
        let new = New { text: "hello", mentions: Vec::new(), urgent: false, channel: None };
        assert_eq!(digest(&new), old);
        assert_ne!(digest(&New { urgent: true, ..new }), old);
        let new = New { text: "hello", mentions: vec![0], urgent: false, channel: None };
        assert_ne!(digest(&new), old);
        let new = New { text: "hello", mentions: Vec::new(), urgent: false, channel: Some(0) };
        assert_ne!(digest(&new), old);
    }
}
