//! System calls by number, and their slots in the table that the program at the exit of every call
//! jumps through (`bpf/calls.h`).

use crate::plan::{self, Hook, PROGRAMS};
use libc::c_long;

/// Above the number of every call.
const CALLS: u32 = 512;
const PROTECTION_SLOTS: u32 = 2 * CALLS;
const COMPAT_SLOT: u32 = 3 * CALLS;

/// Calls that every architecture has.
const COMMON: &[(&str, c_long)] = &[
    ("accept", libc::SYS_accept),
    ("accept4", libc::SYS_accept4),
    ("bind", libc::SYS_bind),
    ("bpf", libc::SYS_bpf),
    ("connect", libc::SYS_connect),
    ("fchmod", libc::SYS_fchmod),
    ("fchmodat", libc::SYS_fchmodat),
    ("fchmodat2", 452),
    ("fchown", libc::SYS_fchown),
    ("fchownat", libc::SYS_fchownat),
    ("finit_module", libc::SYS_finit_module),
    ("fsetxattr", libc::SYS_fsetxattr),
    ("init_module", libc::SYS_init_module),
    ("linkat", libc::SYS_linkat),
    ("lsetxattr", libc::SYS_lsetxattr),
    ("mkdirat", libc::SYS_mkdirat),
    ("mknodat", libc::SYS_mknodat),
    ("mmap", libc::SYS_mmap),
    ("mprotect", libc::SYS_mprotect),
    ("openat", libc::SYS_openat),
    ("openat2", libc::SYS_openat2),
    ("pidfd_getfd", libc::SYS_pidfd_getfd),
    ("pkey_mprotect", libc::SYS_pkey_mprotect),
    ("prctl", libc::SYS_prctl),
    ("process_vm_readv", libc::SYS_process_vm_readv),
    ("process_vm_writev", libc::SYS_process_vm_writev),
    ("ptrace", libc::SYS_ptrace),
    ("pwrite64", libc::SYS_pwrite64),
    ("pwritev", libc::SYS_pwritev),
    ("pwritev2", libc::SYS_pwritev2),
    ("recvfrom", libc::SYS_recvfrom),
    ("recvmmsg", libc::SYS_recvmmsg),
    ("recvmsg", libc::SYS_recvmsg),
    ("renameat", libc::SYS_renameat),
    ("renameat2", libc::SYS_renameat2),
    ("sendmmsg", libc::SYS_sendmmsg),
    ("sendmsg", libc::SYS_sendmsg),
    ("sendto", libc::SYS_sendto),
    ("setxattr", libc::SYS_setxattr),
    ("setxattrat", 463),
    ("symlinkat", libc::SYS_symlinkat),
    ("truncate", libc::SYS_truncate),
    ("unlinkat", libc::SYS_unlinkat),
    ("utimensat", libc::SYS_utimensat),
    ("write", libc::SYS_write),
    ("writev", libc::SYS_writev),
];

/// Calls that newer architectures have left out.
#[cfg(target_arch = "x86_64")]
const OLDER: &[(&str, c_long)] = &[
    ("chmod", libc::SYS_chmod),
    ("chown", libc::SYS_chown),
    ("creat", libc::SYS_creat),
    ("futimesat", libc::SYS_futimesat),
    ("lchown", libc::SYS_lchown),
    ("link", libc::SYS_link),
    ("mkdir", libc::SYS_mkdir),
    ("mknod", libc::SYS_mknod),
    ("open", libc::SYS_open),
    ("rename", libc::SYS_rename),
    ("rmdir", libc::SYS_rmdir),
    ("symlink", libc::SYS_symlink),
    ("unlink", libc::SYS_unlink),
    ("utime", libc::SYS_utime),
    ("utimes", libc::SYS_utimes),
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[(&str, c_long)] = &[];

fn number(call: &str) -> Option<u32> {
    COMMON
        .iter()
        .chain(OLDER)
        .find(|(name, _)| *name == call)
        .and_then(|&(_, number)| u32::try_from(number).ok())
}

/// Where a program goes in the table for a hook; None for calls that the architecture lacks and for
/// hooks that are no exits of calls. Of two programs for the same call, the plan's first one jumps
/// to the second, whose place is the same whether or not the first is there. The protection's program
/// jumps to both.
pub(crate) fn slot(program: &str, hook: Hook) -> Option<u32> {
    let call = match hook {
        Hook::CompatExits => return Some(COMPAT_SLOT),
        Hook::Exit(call) | Hook::NewerExit(call) | Hook::ExitUnless(call, _) => call,
        _ => return None,
    };
    let place = if plan::is_protection(program) {
        PROTECTION_SLOTS
    } else if programs_of(call).next() == Some(program) {
        0
    } else {
        CALLS
    };
    Some(number(call)? + place)
}

fn programs_of(call: &str) -> impl Iterator<Item = &'static str> {
    PROGRAMS
        .iter()
        .filter(move |program| {
            program.places.iter().any(|place| match place.hook {
                Hook::Exit(name) | Hook::NewerExit(name) | Hook::ExitUnless(name, _) => {
                    name == call
                }
                _ => false,
            })
        })
        .map(|program| program.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::PROTECTION;
    use std::collections::BTreeSet;

    /// Those that go on `TO_SECOND` in `bpf`.
    const JUMP_ON: [&str; 2] = ["file_open", "file_name"];

    #[test]
    fn every_exit_of_the_plan_has_a_slot_of_its_own() {
        let mut taken = BTreeSet::new();
        for program in crate::plan::all() {
            for place in program.places {
                if matches!(
                    place.hook,
                    Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(..)
                ) {
                    let slot = slot(program.name, place.hook);
                    assert!(slot.is_some_and(|slot| slot < COMPAT_SLOT), "{place:?}");
                    assert!(taken.insert(slot), "{} {place:?}", program.name);
                }
            }
        }
    }

    #[test]
    fn whoever_is_first_of_two_jumps_on() {
        for (call, _) in COMMON.iter().chain(OLDER) {
            let programs: Vec<_> = programs_of(call).collect();
            let is_protection =
                plan::places_of(PROTECTION).any(|(_, place)| place.hook == Hook::Exit(call));
            assert!(
                !programs.is_empty() || is_protection,
                "{call} is in no plan"
            );
            assert!(programs.len() <= 2, "{call}: {programs:?}");
            assert!(
                programs.len() <= 1 || JUMP_ON.contains(&programs[0]),
                "{call}"
            );
        }
    }
}
