//! What a capture says of itself.

use super::Capture;
use crate::{
    plan,
    stats::{self, ProgramFigures},
};
use monomi_record::{counter, kind};
use std::{collections::BTreeSet, fmt::Write as _};

impl Capture {
    /// Counters, hooks and program figures as JSON text.
    #[must_use]
    pub fn stats(&self) -> String {
        let counters = stats::counters(&self.counters);
        let before = self.predecessors.counted();
        let mut text = String::from("{\"kinds\":{");
        for (number, name) in KIND_NAMES {
            let comma = if *number == KIND_NAMES[0].0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{name}\":{{");
            for (reason, label) in counter::NAMES.iter().enumerate() {
                let value = match reason {
                    counter::EMITTED => self.delivered[*number as usize],
                    counter::RECURSION => self.recursion(name),
                    _ => counters[*number as usize][reason] + before[*number as usize][reason],
                };
                let comma = if reason == 0 { "" } else { "," };
                let _ = write!(text, "{comma}\"{label}\":{value}");
            }
            text.push('}');
        }
        text.push_str("},\"programs\":[");
        let mut comma = "";
        for program in plan::all() {
            let hooks: Vec<String> = self
                .attached
                .keys()
                .filter(|(name, _)| *name == program.name)
                .map(|(_, hook)| format!("\"{hook}\""))
                .collect();
            if hooks.is_empty() {
                continue;
            }
            let figures = self.figures(program.name);
            let events: BTreeSet<&u32> = program
                .places
                .iter()
                .filter(|place| {
                    self.attached
                        .contains_key(&(program.name, place.hook.name()))
                })
                .flat_map(|place| place.serves())
                .collect();
            let events: Vec<_> = events.into_iter().collect();
            let _ = write!(
                text,
                "{comma}{{\"name\":\"{}\",\"events\":{events:?},\"hooks\":[{}],\"runTimeNs\":{},\"runCount\":{},\"recursionMisses\":{}}}",
                program.name,
                hooks.join(","),
                figures.run_time_ns,
                figures.run_count,
                figures.recursion_misses,
            );
            comma = ",";
        }
        text.push_str("],\"failedHooks\":[");
        let mut comma = "";
        for ((program, hook), reason) in &self.failed {
            let events = events_of(program, hook);
            let reason = stats::json_text(&reason[..reason.floor_char_boundary(LONGEST_REASON)]);
            let _ = write!(
                text,
                "{comma}{{\"program\":\"{program}\",\"hook\":\"{hook}\",\"events\":{events:?},\"reason\":{reason}}}",
            );
            comma = ",";
        }
        let [seen, refused] = self.wards.counts();
        let _ = write!(
            text,
            "],\"interferences\":{{\"seen\":{seen},\"refused\":{refused}}},\"ringBytes\":{},\"delivered\":{},\"malformed\":{},\"unchanged\":{}}}",
            self.ring_bytes,
            self.delivered.iter().sum::<u64>(),
            self.normalizer.malformed,
            self.normalizer.unchanged
        );
        text
    }

    fn figures(&self, program: &str) -> ProgramFigures {
        self.ebpf
            .program(program)
            .and_then(stats::program_figures)
            .unwrap_or_default()
    }

    /// Skipped runs of the programs that deliver a kind of record.
    fn recursion(&self, kind: &str) -> u64 {
        plan::all()
            .filter(|program| program.kind == kind)
            .map(|program| self.figures(program.name).recursion_misses)
            .sum()
    }
}

/// The Sysmon events that a program at a hook gives.
fn events_of(program: &str, hook: &str) -> Vec<u32> {
    plan::all()
        .filter(|one| one.name == program)
        .flat_map(|one| one.places)
        .filter(|place| place.hook.name() == hook)
        .flat_map(|place| place.serves().iter().copied())
        .collect()
}

/// Every hook of the plan can fail, and all reasons go into one text.
const LONGEST_REASON: usize = 200;

const KIND_NAMES: &[(u16, &str)] = &[
    (kind::EXEC, "exec"),
    (kind::FORK, "fork"),
    (kind::EXIT, "exit"),
    (kind::FILE_CREATE, "fileCreate"),
    (kind::FILE_DELETE, "fileDelete"),
    (kind::NETWORK, "network"),
    (kind::FILE_TIME, "fileTime"),
    (kind::RAW_READ, "rawRead"),
    (kind::ACCESS, "access"),
    (kind::INJECT, "inject"),
    (kind::TAMPER, "tamper"),
    (kind::STREAM, "stream"),
    (kind::PIPE_CREATE, "pipeCreate"),
    (kind::PIPE_CONNECT, "pipeConnect"),
    (kind::MODULE, "module"),
    (kind::IMAGE_LOAD, "imageLoad"),
    (kind::BPF, "bpf"),
    (kind::EXECUTABLE, "executable"),
    (kind::DNS, "dns"),
    (kind::DONE, "done"),
    (kind::CONTAINER, "container"),
    (kind::BLOCKED_EXECUTABLE, "blockedExecutable"),
    (kind::BLOCKED_SHREDDING, "blockedShredding"),
    (kind::INTERFERENCE, "interference"),
    (kind::TOUCH, "touch"),
];
