//! The processes that are there when the capture begins: identity from the kernel's task iterator,
//! arguments from /proc, which still has them.

use crate::{
    error::{CaptureError, one_line},
    normalize::{Normalizer, read},
};
use aya::{Btf, Ebpf, programs::Iter};
use monomi_record::{Header, MAX_RECORD, kind};
use std::{fs, io::Read};

const PROGRAM: &str = "process_snapshot";

/// Runs the iterator and returns delivered records, parents before children where pids say so.
pub(crate) fn take(
    ebpf: &mut Ebpf,
    btf: &Btf,
    normalizer: &mut Normalizer,
    max_args: usize,
) -> Result<Vec<u8>, CaptureError> {
    let raw = iterate(ebpf, btf)?;
    let mut records = Vec::with_capacity(raw.len() * 2);
    let mut out = vec![0; MAX_RECORD];
    let mut rest = raw.as_slice();
    while let Some(header) = read::<Header>(rest) {
        let Some((this, next)) = rest.split_at_checked(header.length as usize) else {
            break;
        };
        if this.is_empty() {
            break;
        }
        rest = next;
        let delivered = if header.kind == kind::CONTAINER {
            normalizer.container(this, &mut out)
        } else {
            normalizer.exec(this, &arguments(header.pid, max_args), &mut out)
        };
        if let Some(length) = delivered {
            records.extend_from_slice(&out[..length]);
        }
    }
    Ok(records)
}

fn iterate(ebpf: &mut Ebpf, btf: &Btf) -> Result<Vec<u8>, CaptureError> {
    let refuse = |reason: String| CaptureError::Program {
        program: PROGRAM.to_string(),
        reason,
    };
    let program: &mut Iter = ebpf
        .program_mut(PROGRAM)
        .ok_or_else(|| CaptureError::Object(format!("no program {PROGRAM}")))?
        .try_into()
        .map_err(|error| refuse(one_line(&error)))?;
    program
        .load("task", btf)
        .map_err(|error| refuse(one_line(&error)))?;
    let id = program.attach().map_err(|error| refuse(one_line(&error)))?;
    let link = program
        .take_link(id)
        .map_err(|error| refuse(one_line(&error)))?;
    let mut file = link.into_file().map_err(|error| refuse(one_line(&error)))?;
    let mut raw = Vec::new();
    file.read_to_end(&mut raw)
        .map_err(|source| CaptureError::System {
            what: "cannot list the running processes",
            source,
        })?;
    program.unload().map_err(|error| refuse(one_line(&error)))?;
    Ok(raw)
}

fn arguments(pid: u32, max_args: usize) -> Vec<u8> {
    let mut args = Vec::new();
    if let Ok(file) = fs::File::open(format!("/proc/{pid}/cmdline")) {
        let _unreadable_counts_as_none = file.take(max_args as u64).read_to_end(&mut args);
    }
    args
}
