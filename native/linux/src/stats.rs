//! Figures that the kernel keeps about our programs: per-kind counters, run time, recursion.

use aya::{
    maps::{MapData, PerCpuArray},
    programs::Program,
};
use aya_obj::generated::bpf_prog_info;
use monomi_record::{counter, kind};
use std::{
    fmt::Write as _,
    os::fd::{AsFd, AsRawFd},
};

/// Sums over all processors: `[kind][reason]`.
pub(crate) type Counters = [[u64; counter::COUNT]; kind::COUNT as usize];

/// Nothing counted.
pub(crate) const NOTHING: Counters = [[0; counter::COUNT]; kind::COUNT as usize];

/// Reads the kernel side's counters.
pub(crate) fn counters(map: &PerCpuArray<MapData, u64>) -> Counters {
    let mut sums = NOTHING;
    for (index, sum) in sums.iter_mut().flatten().enumerate() {
        if let Ok(values) = map.get(&(index as u32), 0) {
            *sum = values.iter().sum();
        }
    }
    sums
}

/// A text as a JSON string.
pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..='\u{1f}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What the kernel says about one loaded program.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProgramFigures {
    /// Nanoseconds spent in it; 0 unless kernel.bpf_stats_enabled is set.
    pub(crate) run_time_ns: u64,
    /// Runs, likewise.
    pub(crate) run_count: u64,
    /// Runs that were skipped because the program interrupted itself.
    pub(crate) recursion_misses: u64,
}

#[repr(C)]
struct InfoRequest {
    fd: u32,
    length: u32,
    info: u64,
}

const BPF_OBJ_GET_INFO_BY_FD: libc::c_int = 15;

/// Asks the kernel about a program; None when it is not loaded or the kernel does not answer.
pub(crate) fn program_figures(program: &Program) -> Option<ProgramFigures> {
    let fd = program.fd().ok()?.as_fd().as_raw_fd();
    // SAFETY: bpf_prog_info is plain old data for which all-zero is valid.
    let mut info: bpf_prog_info = unsafe { std::mem::zeroed() };
    let request = InfoRequest {
        fd: u32::try_from(fd).ok()?,
        length: size_of::<bpf_prog_info>() as u32,
        info: (&raw mut info) as u64,
    };
    // SAFETY: the request and the structure it points to outlive the call; both sizes are passed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            BPF_OBJ_GET_INFO_BY_FD,
            &raw const request,
            size_of::<InfoRequest>(),
        )
    };
    (result == 0).then_some(ProgramFigures {
        run_time_ns: info.run_time_ns,
        run_count: info.run_cnt,
        recursion_misses: info.recursion_misses,
    })
}

#[cfg(test)]
mod tests {
    use super::json_text;

    #[test]
    fn what_json_cannot_hold_is_escaped() {
        assert_eq!(json_text("a \"b\"\\\n"), r#""a \"b\"\\\u000a""#);
    }
}
