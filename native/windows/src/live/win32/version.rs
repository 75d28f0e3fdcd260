//! Which Windows this is.

use super::library::Library;

#[repr(C)]
struct OsVersionInfo {
    size: u32,
    major: u32,
    minor: u32,
    build: u32,
    platform: u32,
    service_pack: [u16; 128],
}

/// `Windows 10.0.19045`, as the kernel says it, whatever the program claims to be made for.
#[must_use]
pub fn windows_version() -> String {
    type RtlGetVersion = unsafe extern "system" fn(*mut OsVersionInfo) -> i32;
    let mut info = OsVersionInfo {
        size: size_of::<OsVersionInfo>() as u32,
        major: 0,
        minor: 0,
        build: 0,
        platform: 0,
        service_pack: [0; 128],
    };
    let ntdll = Library::of_system("ntdll.dll");
    // SAFETY: the type is that of wdm.h.
    let function =
        ntdll.and_then(|library| unsafe { library.find::<RtlGetVersion>("RtlGetVersion") });
    if let Some(function) = function {
        // SAFETY: the structure says its size and outlives the call.
        unsafe { function(&raw mut info) };
    }
    format!("Windows {}.{}.{}", info.major, info.minor, info.build)
}
