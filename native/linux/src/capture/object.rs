//! Bringing the embedded object before the kernel.

use crate::{
    error::{CaptureError, is_permission, one_line},
    pins::Pins,
};
use aya::{Btf, Ebpf, EbpfLoader};

pub(crate) static OBJECT: &[u8] =
    aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/capture.bpf.o"));

const MAX_ARGS: u32 = 256 * 1024;

/// The kernel's types; too large to keep.
pub(crate) fn kernel_types() -> Result<Btf, CaptureError> {
    Btf::from_sys_fs().map_err(|error| CaptureError::NoTypes(one_line(&error)))
}

/// Reading the kernel's types took tens of megabytes that nobody needs any more.
pub(super) fn trim() {
    // SAFETY: malloc_trim only gives free memory back to the system.
    unsafe { libc::malloc_trim(0) };
}

/// Maps that are pinned, or taken from their pins: all but the constants of a load.
fn shared_maps() -> Result<Vec<String>, CaptureError> {
    let object =
        aya_obj::Object::parse(OBJECT).map_err(|error| CaptureError::Object(error.to_string()))?;
    Ok(object
        .maps
        .into_keys()
        .filter(|name| !name.starts_with('.'))
        .collect())
}

/// Brings the object before the kernel: its maps exist, its programs do not yet.
pub(crate) fn load_object(
    btf: &Btf,
    ring_bytes: u32,
    max_args: u32,
    pins: Option<&Pins>,
) -> Result<Ebpf, CaptureError> {
    let shared = if pins.is_some() {
        shared_maps()?
    } else {
        Vec::new()
    };
    let mut loader = EbpfLoader::new();
    for name in &shared {
        if let Some(pins) = pins {
            loader.map_pin_path(name, pins.map(name));
        }
    }
    loader
        .btf(Some(btf))
        .map_max_entries("ring", ring_bytes)
        .override_global("max_args", &max_args.min(MAX_ARGS), true)
        .load(OBJECT)
        .map_err(|error| load_error(&error, ring_bytes))
}

pub(crate) fn take_map<T: TryFrom<aya::maps::Map, Error = aya::maps::MapError>>(
    ebpf: &mut Ebpf,
    name: &str,
) -> Result<T, CaptureError> {
    ebpf.take_map(name)
        .ok_or_else(|| CaptureError::Object(format!("no map {name}")))?
        .try_into()
        .map_err(|error: aya::maps::MapError| CaptureError::Object(one_line(&error)))
}

fn load_error(error: &aya::EbpfError, ring_bytes: u32) -> CaptureError {
    let reason = one_line(error);
    if is_permission(error) {
        return CaptureError::Privileges(reason);
    }
    match error {
        aya::EbpfError::MapError(_) => CaptureError::Buffers { ring_bytes, reason },
        _ => CaptureError::Object(reason),
    }
}
