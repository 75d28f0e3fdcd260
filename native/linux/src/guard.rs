//! Rules for blocking (events 27 and 28) on their way into the kernel.
//!
//! A policy is what TypeScript compiled from the rules (`src/blocking/encode.ts`): which test of an
//! event's texts comes after which. `bpf/guard_match.h` walks it.

use crate::{
    capture::Capture,
    error::{CaptureError, one_line},
    plan::{self, EventSet, GUARDS, Hook},
};
use aya::{
    Ebpf, Pod,
    maps::{Array, HashMap, MapData, MapError},
};
use std::collections::BTreeSet;

const TESTS: usize = 4096;
const TEXT_BYTES: usize = 65536;
const USERS: usize = 4096;
const USER_BYTES: usize = 64;
const ALLOW: u32 = 0xfffe;
const DENY: u32 = 0xffff;
/// What the entries of a policy stand for, in order.
const EVENTS: [u8; 2] = [27, 28];

#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Test {
    operation: u8,
    slot: u8,
    length: u16,
    text: u32,
    next: [u16; 2],
}

#[derive(Clone, Copy)]
#[repr(C)]
struct InKernel {
    entries: [u32; EVENTS.len()],
    tests: [Test; TESTS],
    text: [u8; TEXT_BYTES],
}

// SAFETY: plain old data without padding: 4-byte fields, 12-byte tests, bytes.
unsafe impl Pod for InKernel {}

#[derive(Clone, Copy)]
#[repr(C)]
struct User {
    length: u32,
    name: [u8; USER_BYTES],
}

// SAFETY: plain old data without padding.
unsafe impl Pod for User {}

/// A compiled policy, checked to be one that ends.
pub struct Policy {
    in_kernel: Box<InKernel>,
    users: Vec<(u32, User)>,
}

/// Little-endian numbers and bytes, from the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}

impl Policy {
    /// The policy that denies nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            in_kernel: Box::new(InKernel {
                entries: [ALLOW; EVENTS.len()],
                tests: [Test {
                    operation: 0,
                    slot: 0,
                    length: 0,
                    text: 0,
                    next: [ALLOW as u16; 2],
                }; TESTS],
                text: [0; TEXT_BYTES],
            }),
            users: Vec::new(),
        }
    }

    /// Reads a policy: entries, counts of tests, text bytes and users, then these. None when it is
    /// malformed, too large, or a test leads back.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Option<Self> {
        let mut policy = Self::none();
        let mut reader = Reader(encoded);
        for entry in &mut policy.in_kernel.entries {
            *entry = reader.number()?;
        }
        let tests = reader.number()? as usize;
        let text = reader.number()? as usize;
        let users = reader.number()? as usize;
        if tests > TESTS || text > TEXT_BYTES || users > USERS {
            return None;
        }
        let leads_on = |next: u32, at: i64| {
            next == ALLOW || next == DENY || (i64::from(next) > at && (next as usize) < tests)
        };
        if !policy.in_kernel.entries.iter().all(|&e| leads_on(e, -1)) {
            return None;
        }
        for at in 0..tests {
            let raw: [u8; 12] = reader.bytes(12)?.try_into().ok()?;
            let test = Test {
                operation: raw[0],
                slot: raw[1],
                length: u16::from_le_bytes([raw[2], raw[3]]),
                text: u32::from_le_bytes([raw[4], raw[5], raw[6], raw[7]]),
                next: [
                    u16::from_le_bytes([raw[8], raw[9]]),
                    u16::from_le_bytes([raw[10], raw[11]]),
                ],
            };
            let within = test.text as usize + usize::from(test.length) <= text;
            let forward = test
                .next
                .iter()
                .all(|&next| leads_on(next.into(), at as i64));
            if !within || !forward {
                return None;
            }
            policy.in_kernel.tests[at] = test;
        }
        policy.in_kernel.text[..text].copy_from_slice(reader.bytes(text)?);
        for _ in 0..users {
            let uid = reader.number()?;
            let length = reader.number()?;
            let name = reader.bytes(USER_BYTES)?.try_into().ok()?;
            if length as usize >= USER_BYTES {
                return None;
            }
            policy.users.push((uid, User { length, name }));
        }
        reader.0.is_empty().then_some(policy)
    }

    fn events(&self) -> EventSet {
        let ids = EVENTS.iter().zip(self.in_kernel.entries);
        let denied: Vec<u8> = ids
            .filter(|(_, entry)| *entry != ALLOW)
            .map(|(&id, _)| id)
            .collect();
        EventSet::of(&denied)
    }
}

/// The kernel side's tables.
pub(crate) struct Guard {
    policies: Array<MapData, InKernel>,
    active: Array<MapData, u32>,
    users: HashMap<MapData, u32, User>,
}

impl Guard {
    /// `is_left`: an earlier sensor's policy is in force and stays it until there is another.
    pub(crate) fn of(ebpf: &mut Ebpf, is_left: bool) -> Result<Self, CaptureError> {
        use crate::capture::take_map;
        let mut guard = Self {
            policies: take_map(ebpf, "guard_policies")?,
            active: take_map(ebpf, "guard_active")?,
            users: take_map(ebpf, "guard_users")?,
        };
        if !is_left {
            guard.enforce(&Policy::none()).map_err(refused)?;
        }
        Ok(guard)
    }

    /// Whoever is deciding meanwhile goes on with the old policy.
    fn enforce(&mut self, policy: &Policy) -> Result<(), MapError> {
        let next = 1 - self.active.get(&0, 0)?.min(1);
        let known: BTreeSet<u32> = policy.users.iter().map(|(uid, _)| *uid).collect();
        for (uid, user) in &policy.users {
            self.users.insert(uid, user, 0)?;
        }
        self.policies.set(next, *policy.in_kernel, 0)?;
        self.active.set(0, next, 0)?;
        let old: Vec<u32> = self.users.keys().collect::<Result<_, _>>()?;
        for uid in old.iter().filter(|uid| !known.contains(uid)) {
            self.users.remove(uid)?;
        }
        Ok(())
    }
}

fn refused(error: MapError) -> CaptureError {
    CaptureError::Object(one_line(&error))
}

impl Capture {
    /// Denies from now on what `policy` says, and nothing else.
    ///
    /// # Errors
    /// [`CaptureError`] when it cannot be enforced here; then nothing is denied any more.
    pub fn block(&mut self, policy: &Policy) -> Result<(), CaptureError> {
        let enforced = self.try_block(policy);
        if enforced.is_err() {
            self.guard.enforce(&Policy::none()).map_err(refused)?;
            self.detach_guards(EventSet::default())?;
        }
        enforced
    }

    fn try_block(&mut self, policy: &Policy) -> Result<(), CaptureError> {
        let events = policy.events();
        self.attach_security(guards(|needed| needed(events)))?;
        self.guard.enforce(policy).map_err(refused)?;
        self.detach_guards(events)
    }

    fn detach_guards(&mut self, still_needed: EventSet) -> Result<(), CaptureError> {
        for (name, hook) in guards(|needed| !needed(still_needed)) {
            self.detach(name, hook)?;
        }
        Ok(())
    }
}

/// The programs that decide, of those whose need `is_asked_for` accepts.
fn guards(
    is_asked_for: impl Fn(&dyn Fn(EventSet) -> bool) -> bool,
) -> impl Iterator<Item = (&'static str, Hook)> {
    plan::places_of(GUARDS)
        .filter(move |(_, place)| is_asked_for(&|events| place.needed(events)))
        .map(|(program, place)| (program.name, place.hook))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(tests: &[[u16; 2]]) -> Vec<u8> {
        let mut out = Vec::new();
        for number in [0, ALLOW, tests.len() as u32, 3, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for next in tests {
            out.extend_from_slice(&[0, 0, 3, 0, 0, 0, 0, 0]);
            out.extend(next.iter().flat_map(|next| next.to_le_bytes()));
        }
        out.extend_from_slice(b"abc");
        out
    }

    #[test]
    fn a_policy_is_read_whole() {
        let policy = Policy::read(&encoded(&[[0xffff, 1], [0xffff, 0xfffe]])).unwrap();
        assert_eq!(policy.in_kernel.entries, [0, ALLOW]);
        assert_eq!(policy.in_kernel.tests[0].next, [0xffff, 1]);
        assert_eq!(&policy.in_kernel.text[..4], b"abc\0");
        assert_eq!(policy.events(), EventSet::of(&[27]));
    }

    #[test]
    fn a_policy_that_could_go_round_or_astray_is_none() {
        assert!(Policy::read(&encoded(&[[0, 0xffff]])).is_none());
        assert!(Policy::read(&encoded(&[[0xffff, 1], [0, 0xfffe]])).is_none());
        assert!(Policy::read(&encoded(&[[2, 0xffff]])).is_none());
        let mut cut = encoded(&[[0xffff, 0xfffe]]);
        cut.pop();
        assert!(Policy::read(&cut).is_none());
        assert!(Policy::read(&[0; 7]).is_none());
    }
}
