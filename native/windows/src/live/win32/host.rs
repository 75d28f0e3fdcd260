//! What this Windows says of itself: its names, volumes and accounts.

use super::super::host::{HostFacts, Identity, ProcessFacts};
use super::library::Library;
use super::process::Processes;
use super::{text, wide};
use crate::bytes::Bytes;
use crate::values::{sid, sid_bytes};

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetComputerNameExW(kind: i32, name: *mut u16, length: *mut u32) -> i32;
    fn GetLogicalDrives() -> u32;
    fn QueryDosDeviceW(name: *const u16, target: *mut u16, length: u32) -> u32;
}

type LookupAccountSid = unsafe extern "system" fn(
    *const u16,
    *const u8,
    *mut u16,
    *mut u32,
    *mut u16,
    *mut u32,
    *mut u32,
) -> i32;
type LookupAccountName = unsafe extern "system" fn(
    *const u16,
    *const u16,
    *mut u8,
    *mut u32,
    *mut u16,
    *mut u32,
    *mut u32,
) -> i32;

const COMPUTER_NAME_DNS_HOSTNAME: i32 = 1;
const COMPUTER_NAME_NETBIOS: i32 = 0;
/// Longest name of a user (256), domain or host (255), with a zero.
const NAME_UNITS: usize = 257;
const SID_BYTES: usize = 68;

/// This host.
pub struct Host {
    lookup_sid: Option<LookupAccountSid>,
    lookup_name: Option<LookupAccountName>,
    processes: Processes,
}

impl Default for Host {
    fn default() -> Self {
        Self::load()
    }
}

impl Host {
    /// Looks the functions up; what a missing one would tell is not told.
    #[must_use]
    pub fn load() -> Self {
        let advapi = Library::of_system("advapi32.dll");
        // SAFETY: the types are those of winbase.h.
        let (lookup_sid, lookup_name) = unsafe {
            (
                advapi.and_then(|library| library.find("LookupAccountSidW")),
                advapi.and_then(|library| library.find("LookupAccountNameW")),
            )
        };
        Self {
            lookup_sid,
            lookup_name,
            processes: Processes::load(advapi),
        }
    }

    fn machine_sid(&self, computer: &str) -> Option<String> {
        let lookup = self.lookup_name?;
        let name = wide(computer);
        let mut found = [0; SID_BYTES];
        let mut domain = [0; NAME_UNITS];
        let (mut found_length, mut domain_length) = (SID_BYTES as u32, NAME_UNITS as u32);
        let mut kind = 0;
        // SAFETY: all buffers outlive the call and have the lengths named.
        let done = unsafe {
            lookup(
                std::ptr::null(),
                name.as_ptr(),
                found.as_mut_ptr(),
                &raw mut found_length,
                domain.as_mut_ptr(),
                &raw mut domain_length,
                &raw mut kind,
            )
        };
        let found = (done != 0).then(|| sid(&mut Bytes::new(&found)))??;
        found.starts_with("S-1-5-21-").then_some(found)
    }
}

fn computer_name(kind: i32) -> Option<String> {
    let mut name = [0; NAME_UNITS];
    let mut length = NAME_UNITS as u32;
    // SAFETY: the buffer outlives the call and has this length.
    let done = unsafe { GetComputerNameExW(kind, name.as_mut_ptr(), &raw mut length) };
    (done != 0)
        .then(|| text(&name))
        .filter(|name| !name.is_empty())
}

impl HostFacts for Host {
    fn identity(&self) -> Identity {
        let netbios = computer_name(COMPUTER_NAME_NETBIOS).unwrap_or_default();
        Identity {
            machine: self.machine_sid(&netbios).unwrap_or_default(),
            computer: computer_name(COMPUTER_NAME_DNS_HOSTNAME).unwrap_or(netbios),
        }
    }

    fn volumes(&self) -> Vec<(String, String)> {
        const DEVICE_UNITS: usize = 1024;
        // SAFETY: it has no arguments.
        let drives = unsafe { GetLogicalDrives() };
        let letters = (b'A'..=b'Z').filter(|letter| drives >> (letter - b'A') & 1 != 0);
        let mut volumes = Vec::new();
        for letter in letters {
            let letter = format!("{}:", letter as char);
            let name = wide(&letter);
            let mut device = [0; DEVICE_UNITS];
            // SAFETY: the buffer outlives the call and has this length.
            let length =
                unsafe { QueryDosDeviceW(name.as_ptr(), device.as_mut_ptr(), DEVICE_UNITS as u32) };
            if length > 0 {
                volumes.push((text(&device), letter));
            }
        }
        volumes
    }

    fn account(&self, account: &str) -> Option<String> {
        let lookup = self.lookup_sid?;
        let account = sid_bytes(account)?;
        let (mut name, mut domain) = ([0; NAME_UNITS], [0; NAME_UNITS]);
        let (mut name_length, mut domain_length) = (NAME_UNITS as u32, NAME_UNITS as u32);
        let mut kind = 0;
        // SAFETY: the SID is whole; all buffers outlive the call and have the lengths named.
        let done = unsafe {
            lookup(
                std::ptr::null(),
                account.as_ptr(),
                name.as_mut_ptr(),
                &raw mut name_length,
                domain.as_mut_ptr(),
                &raw mut domain_length,
                &raw mut kind,
            )
        };
        if done == 0 {
            return None;
        }
        Some(match (text(&domain), text(&name)) {
            (domain, name) if domain.is_empty() => name,
            (domain, name) => format!("{domain}\\{name}"),
        })
    }

    fn process(&self, pid: u32) -> Option<ProcessFacts> {
        self.processes.facts(pid)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Advapi, windows_version};
    use super::*;

    #[test]
    fn the_host_knows_its_names() {
        let host = Host::load();
        assert!(!host.identity().computer.is_empty());
        let volumes = host.volumes();
        let system = volumes.iter().find(|(_, letter)| letter == "C:");
        assert!(system.unwrap().0.starts_with("\\Device\\"), "{volumes:?}");
        assert_eq!(
            host.account("S-1-5-18").as_deref(),
            Some("NT AUTHORITY\\SYSTEM")
        );
        assert_eq!(host.account("S-1-5-21-9-9-9-9"), None);
        assert_eq!(host.account("nobody"), None);
        assert!(!windows_version().ends_with(" 0.0.0"));
    }

    #[test]
    fn a_running_process_says_who_it_is() {
        let facts = Host::load().process(std::process::id()).unwrap();
        let image = std::env::current_exe().unwrap();
        assert_eq!(facts.image.as_deref(), image.to_str());
        let name = image.file_name().unwrap().to_str().unwrap();
        assert!(facts.command_line.unwrap().contains(name));
        let directory = facts.directory.unwrap();
        assert_eq!(
            directory.trim_end_matches('\\'),
            std::env::current_dir().unwrap().to_str().unwrap()
        );
        assert!(facts.sid.unwrap().starts_with("S-1-5-"));
        assert!(facts.label.unwrap().starts_with("S-1-16-"));
        assert!(facts.start > 0 && facts.logon.is_some() && facts.session.is_some());
        assert_eq!(Host::load().process(0xffff_fff0), None);
    }

    #[test]
    fn every_function_of_event_tracing_is_there() {
        assert!(Advapi::load().is_ok());
    }
}
