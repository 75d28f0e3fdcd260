//! Which kernel programs a set of Sysmon events needs, and which tracepoints they go to.

mod guards;
mod inside;
mod programs;
mod protection;

pub use guards::GUARDS;
pub use inside::INSIDE;
pub use programs::PROGRAMS;
pub use protection::PROTECTION;

/// The oldest kernel whose helpers the programs use (bpf_get_current_task_btf: 5.11,
/// bpf_task_pt_regs: 5.15).
pub const MINIMUM_KERNEL: (u32, u32) = (5, 15);

/// The oldest kernel for programs of the security modules and of functions' returns (bpf_loop,
/// bpf_get_func_ret: 5.17).
pub const SECURITY_KERNEL: (u32, u32) = (5, 17);

/// A place in the kernel where a program can be: a tracepoint, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// One with typed arguments that every supported kernel has.
    Typed(&'static str),
    /// One with typed arguments that older kernels lack; the capture works without it.
    NewerTyped(&'static str),
    /// The entry of a system call; left out where the architecture or kernel lacks it.
    Enter(&'static str),
    /// The exit of a system call; left out where the architecture or kernel lacks it.
    Exit(&'static str),
    /// The exit of a system call, for a program that older kernels refuse; the capture works
    /// without it.
    NewerExit(&'static str),
    /// The exit of a system call that is not needed where all these programs are attached: they see
    /// more, and what both see must come once.
    ExitUnless(&'static str, &'static [&'static str]),
    /// One with untyped arguments that some kernels lack; the capture works without it.
    NewerRaw(&'static str),
    /// Packets of all sockets of the host on their way out.
    PacketsOut,
    /// Packets of all sockets of the host on their way in.
    PacketsIn,
    /// Datagrams to an address that the message names, `cgroup/sendmsg4` or `cgroup/sendmsg6`; the
    /// capture works without it.
    NamedMessages(&'static str),
    /// Exits of all 32-bit system calls; left out where the architecture has none, or the kernel
    /// refuses the program.
    CompatExits,
    /// One of a driver; left out where the driver is not there.
    Driver(&'static str),
    /// A question to the security modules.
    Security(&'static str),
    /// The return of a function of the kernel.
    Return(&'static str),
}

impl Hook {
    /// The tracepoint's name.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Typed(name)
            | Self::NewerTyped(name)
            | Self::NewerRaw(name)
            | Self::NamedMessages(name)
            | Self::Driver(name) => name.to_string(),
            Self::Security(name) => format!("lsm/{name}"),
            Self::Return(name) => format!("fexit/{name}"),
            Self::CompatExits => "sys_exit (32-bit)".to_string(),
            Self::PacketsOut => "cgroup_skb/egress".to_string(),
            Self::PacketsIn => "cgroup_skb/ingress".to_string(),
            Self::Enter(call) => format!("sys_enter_{call}"),
            Self::Exit(call) | Self::NewerExit(call) | Self::ExitUnless(call, _) => {
                format!("sys_exit_{call}")
            }
        }
    }
}

/// A tracepoint and the Sysmon events that need it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where.
    pub hook: Hook,
    /// Event ids; empty: always needed.
    pub events: &'static [u32],
}

/// What hooks without events of their own give.
const PROCESS: &[u32] = &[1, 5];

impl Place {
    /// The events that this hook gives.
    #[must_use]
    pub const fn serves(&self) -> &'static [u32] {
        if self.events.is_empty() {
            PROCESS
        } else {
            self.events
        }
    }

    /// Whether a capture without this hook would be none.
    #[must_use]
    pub const fn is_essential(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether names of files are among what this hook gives.
    fn gives_names(&self) -> bool {
        self.events.iter().any(|id| [11, 23, 26].contains(id))
    }

    /// Whether a configuration that can log `events` needs this hook.
    #[must_use]
    pub fn needed(&self, events: EventSet) -> bool {
        self.events.is_empty() || self.events.iter().any(|&id| events.has(id))
    }
}

/// One kernel program of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its function name in the object.
    pub name: &'static str,
    /// The kind of record whose losses its skipped runs are counted with.
    pub kind: &'static str,
    /// Where it goes.
    pub places: &'static [Place],
}

/// Every program, wherever it is.
pub fn all() -> impl Iterator<Item = &'static Program> {
    PROGRAMS
        .iter()
        .chain(GUARDS)
        .chain(INSIDE)
        .chain(PROTECTION)
}

/// Some programs with each of their places.
pub fn places_of(
    programs: impl IntoIterator<Item = &'static Program>,
) -> impl Iterator<Item = (&'static Program, &'static Place)> {
    let of = |program: &'static Program| program.places.iter().map(move |place| (program, place));
    programs.into_iter().flat_map(of)
}

/// Whether a program sees or refuses what is done to the sensor.
#[must_use]
pub(crate) fn is_protection(program: &str) -> bool {
    PROTECTION.iter().any(|one| one.name == program)
}

/// Names of files; what deletes or replaces a running image is tampering.
const NAMES: [u32; 4] = [11, 23, 25, 26];

/// Whether any of `events` is about names of files, which two sources can give.
#[must_use]
pub fn wants_names(events: EventSet) -> bool {
    NAMES.iter().any(|&id| events.has(id))
}

/// Where programs go so that each of `events` is seen, and by one source: names of files inside the
/// file system layer if `inside`, else at system calls. Rules for blocking have their own programs.
pub fn places(
    events: EventSet,
    inside: bool,
) -> impl Iterator<Item = (&'static Program, &'static Place)> {
    let at_calls = places_of(PROGRAMS).filter(move |(_, place)| {
        let rest = if inside && place.gives_names() {
            events.without(&NAMES)
        } else {
            events
        };
        place.needed(rest)
    });
    let within = places_of(INSIDE).filter(move |(_, place)| inside && place.needed(events));
    within.chain(at_calls)
}

/// Those of [`places`] that a kernel takes which takes the programs that `loads` tells: without programs
/// that it refuses, and without what better ones stand in for.
pub fn places_of_kernel(
    events: EventSet,
    inside: bool,
    loads: &impl Fn(&str) -> bool,
) -> impl Iterator<Item = (&'static Program, &'static Place)> {
    places(events, inside).filter(move |(program, place)| {
        let replaced = match place.hook {
            Hook::ExitUnless(_, better) => better.iter().all(|name| loads(name)),
            _ => false,
        };
        loads(program.name) && !replaced
    })
}

/// A set of Sysmon event ids below 128.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventSet(u128);

impl EventSet {
    /// The set of some ids; ids from 128 on are no events of a capture and left out.
    #[must_use]
    pub fn of(ids: &[u8]) -> Self {
        Self(
            ids.iter()
                .filter(|&&id| id < 128)
                .fold(0, |set, id| set | 1 << id),
        )
    }

    /// Whether the set has an id.
    #[must_use]
    pub const fn has(self, id: u32) -> bool {
        id < 128 && self.0 & (1 << id) != 0
    }

    /// The set without some ids.
    #[must_use]
    fn without(self, ids: &[u32]) -> Self {
        Self(ids.iter().fold(self.0, |set, id| set & !(1 << id)))
    }

    /// The ids below 64 as bits, as the kernel programs read them.
    #[must_use]
    pub(crate) const fn low(self) -> u64 {
        self.0 as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hooks(events: &[u8]) -> Vec<String> {
        PROGRAMS
            .iter()
            .flat_map(|program| program.places)
            .filter(|place| place.needed(EventSet::of(events)))
            .map(|place| place.hook.name())
            .collect()
    }

    #[test]
    fn process_lineage_is_always_needed_and_nothing_else() {
        let lineage = [
            "sched_process_fork",
            "sched_process_exec",
            "sched_process_exit",
            "cgroup_attach_task",
        ];
        assert_eq!(hooks(&[]), lineage);
        assert_eq!(hooks(&[1, 5]), lineage);
    }

    #[test]
    fn either_delete_event_needs_unlink_and_rename_but_no_open() {
        assert_eq!(hooks(&[23]), hooks(&[26]));
        for hook in ["sys_exit_unlinkat", "sys_exit_rename", "ext4_evict_inode"] {
            assert!(hooks(&[23]).contains(&hook.to_string()), "{hook}");
        }
        assert!(!hooks(&[23]).contains(&"sys_exit_openat".to_string()));
        assert!(!hooks(&[11]).contains(&"sys_exit_unlinkat".to_string()));
    }

    #[test]
    fn an_event_needs_its_own_hooks_alone() {
        let own = |event: u8| {
            let mut hooks = hooks(&[event]).split_off(4);
            hooks.retain(|hook| hook != "sys_exit");
            hooks
        };
        assert_eq!(own(22), ["cgroup_skb/egress", "cgroup_skb/ingress"]);
        assert_eq!(own(100), ["sys_exit_bpf"]);
        assert_eq!(
            own(17),
            ["sys_exit_mknod", "sys_exit_mknodat", "sys_exit_bind"]
        );
        assert!(own(8).contains(&"sys_exit_write".to_string()));
        assert!(!own(10).contains(&"sys_exit_write".to_string()));
        assert!(
            own(7)
                .iter()
                .all(|hook| hook.ends_with("mmap") || hook.ends_with("mprotect"))
        );
    }

    #[test]
    fn exits_of_calls_come_with_the_program_that_jumps_to_them() {
        let is_exit = |hook| {
            matches!(
                hook,
                Hook::Exit(_) | Hook::NewerExit(_) | Hook::ExitUnless(..) | Hook::CompatExits
            )
        };
        let places = PROGRAMS.iter().flat_map(|program| program.places);
        for place in places.filter(|place| is_exit(place.hook)) {
            for event in place.events {
                let all = hooks(&[*event as u8]);
                assert!(all.contains(&"sys_exit".to_string()), "event {event}");
            }
        }
    }

    #[test]
    fn what_is_left_out_for_better_programs_names_programs_of_the_plan_before_it() {
        let mut before = Vec::new();
        for program in PROGRAMS {
            for place in program.places {
                if let Hook::ExitUnless(_, better) = place.hook {
                    assert!(!better.is_empty());
                    assert!(
                        better.iter().all(|name| before.contains(name)),
                        "{better:?}"
                    );
                }
            }
            before.push(program.name);
        }
    }

    fn hooks_with(events: &[u8], inside: bool) -> Vec<String> {
        places(EventSet::of(events), inside)
            .map(|(_, place)| place.hook.name())
            .collect()
    }

    /// What gives an event about a name, by the way in which the name comes or goes.
    const TWINS: [(u8, &str, &str); 7] = [
        (11, "sys_exit_openat", "lsm/file_open"),
        (11, "sys_exit_mknodat", "fexit/vfs_mknod"),
        (11, "sys_exit_linkat", "fexit/vfs_link"),
        (11, "sys_exit_symlinkat", "fexit/vfs_symlink"),
        (11, "sys_exit_renameat2", "fexit/vfs_rename"),
        (23, "sys_exit_renameat2", "fexit/vfs_rename"),
        (26, "sys_exit_unlinkat", "fexit/vfs_unlink"),
    ];

    #[test]
    fn of_two_sources_one_is_attached_never_both_never_neither() {
        for others in [
            &[][..],
            &[3],
            &[8, 9, 10, 18],
            &[7, 25, 29],
            &[1, 2, 5, 15, 17],
        ] {
            for (event, call, within) in TWINS {
                let events = [&[event], others].concat();
                for inside in [false, true] {
                    let hooks = hooks_with(&events, inside);
                    let has = |name: &str| hooks.contains(&name.to_string());
                    assert_eq!(has(within), inside, "{within} for {events:?}");
                    let name_programs = places(EventSet::of(&events), inside)
                        .filter(|(program, place)| {
                            program.name.starts_with("file_") && place.hook.name() == call
                        })
                        .count();
                    assert_eq!(name_programs, usize::from(!inside), "{call} for {events:?}");
                }
            }
        }
    }

    #[test]
    fn datagrams_are_seen_at_calls_where_one_of_the_better_programs_is_missing_and_only_there() {
        let at_calls = ["sys_exit_sendto", "sys_exit_sendmsg", "sys_exit_sendmmsg"];
        for missing in [
            None,
            Some("network_name4"),
            Some("network_name6"),
            Some("network_send"),
        ] {
            let loads = |name: &str| Some(name) != missing;
            let planned: Vec<_> = places_of_kernel(EventSet::of(&[3]), false, &loads)
                .map(|(program, place)| (program.name, place.hook.name()))
                .collect();
            assert!(planned.iter().all(|(program, _)| loads(program)));
            for call in at_calls {
                let has = planned.iter().any(|(_, hook)| hook == call);
                assert_eq!(has, missing.is_some(), "{call} without {missing:?}");
            }
        }
    }

    #[test]
    fn what_only_calls_give_is_the_same_with_either_source() {
        for event in (0..=100).filter(|&id| !NAMES.contains(&u32::from(id))) {
            assert_eq!(
                hooks_with(&[event], true),
                hooks_with(&[event], false),
                "{event}"
            );
        }
        let tampering = hooks_with(&[25], true);
        assert!(tampering.contains(&"sys_exit_mprotect".to_string()));
        assert!(!tampering.contains(&"sys_exit_unlink".to_string()));
    }

    #[test]
    fn rules_for_blocking_attach_nothing_by_the_plan() {
        assert_eq!(hooks_with(&[27, 28], true), hooks_with(&[], true));
    }

    #[test]
    fn ids_that_are_no_events_of_a_capture_change_nothing() {
        assert_eq!(EventSet::of(&[255, 200, 128]), EventSet::default());
        assert!(EventSet::of(&[100]).has(100));
        assert_eq!(EventSet::of(&[100, 2]).low(), 4);
    }
}
