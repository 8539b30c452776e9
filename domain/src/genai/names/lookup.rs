//! From a name to its source: a hash table made by the compiler.

use super::Source;
use super::table::SOURCES;

/// Twice as many slots as sources at least: a look-up of a name that is no source mostly ends at its
/// first slot.
const SLOTS: usize = 1024;
const _: () = assert!(SOURCES.len() * 2 <= SLOTS && SLOTS.is_power_of_two());
const FREE: u16 = u16::MAX;
/// Numbers of sources lie below this.
const IDS: usize = 512;

static TABLE: [u16; SLOTS] = table();
static NAMES: [Option<&str>; IDS] = names();

/// The source named `key`.
#[must_use]
pub fn source_of(key: &str) -> Option<&'static Source> {
    let mut slot = first_slot(key.as_bytes());
    loop {
        // A free slot yields none, and ends the search: half of them are free.
        let source = SOURCES.get(usize::from(*TABLE.get(slot)?))?;
        if source.name == key {
            return Some(source);
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// The attribute name of the source with this number.
#[must_use]
pub fn name_of(id: u16) -> Option<&'static str> {
    NAMES.get(usize::from(id)).copied().flatten()
}

/// Length, the eight bytes around the middle and the last eight: names share their beginnings.
const fn first_slot(key: &[u8]) -> usize {
    let length = key.len();
    let middle = if length > 16 { length / 2 - 4 } else { 0 };
    let last = length.saturating_sub(8);
    let words = (length as u64) ^ word(key, middle).rotate_left(25) ^ word(key, last);
    // The top bits of a product depend on every bit of the factor.
    (words.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize % SLOTS
}

/// Up to eight bytes from `at` on.
const fn word(key: &[u8], at: usize) -> u64 {
    let mut word = 0;
    let mut index = 0;
    while index < 8 && at + index < key.len() {
        word |= (key[at + index] as u64) << (8 * index);
        index += 1;
    }
    word
}

const fn table() -> [u16; SLOTS] {
    let mut table = [FREE; SLOTS];
    let mut index = 0;
    while index < SOURCES.len() {
        let mut slot = first_slot(SOURCES[index].name.as_bytes());
        while table[slot] != FREE {
            slot = (slot + 1) % SLOTS;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below SLOTS, as asserted")]
        let number = index as u16;
        table[slot] = number;
        index += 1;
    }
    table
}

const fn names() -> [Option<&'static str>; IDS] {
    let mut names = [None; IDS];
    let mut index = 0;
    while index < SOURCES.len() {
        let source = &SOURCES[index];
        names[source.id as usize] = Some(source.name);
        index += 1;
    }
    names
}
