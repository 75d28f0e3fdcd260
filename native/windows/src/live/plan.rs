//! Which providers are asked for what, by the Sysmon events that are wanted.
//!
//! One session takes them all: since Windows 8 a session can have events of the kernel logger and of
//! providers with manifests in one order. The kernel logger alone knows command lines and users of
//! processes; the providers know full paths and can be asked for single events by number.

use super::api::Enablement;
use crate::layout::{Family, provider};
use serde_json::json;

/// EVENT_TRACE_FLAG_PROCESS of evntrace.h.
const FLAG_PROCESS: u32 = 1;
/// What every event needs: who does it.
const ALWAYS: u32 = FLAG_PROCESS;

/// What some events need of a provider.
#[derive(Debug)]
pub struct Need {
    /// Ids of the Sysmon events; empty: every event needs it.
    pub events: &'static [u8],
    /// The provider.
    pub provider: &'static Family,
    /// Its keywords that these events have, by its manifest.
    pub keywords: u64,
    /// Numbers of its events.
    pub ids: &'static [u16],
}

/// Keywords of the manifests.
pub(super) mod keyword {
    pub(in crate::live) const PROCESS: u64 = 0x10;
    pub(super) const THREAD: u64 = 0x20;
    pub(super) const IMAGE: u64 = 0x40;
    pub(super) const IPV4_AND_IPV6: u64 = 0x30;
    pub(super) const FILE_IO: u64 = 0x20;
    pub(super) const FILE_CREATE: u64 = 0x80;
    pub(super) const FILE_DELETE_PATH: u64 = 0x400;
    pub(super) const FILE_RENAME: u64 = 0x800;
    pub(super) const FILE_CREATE_NEW: u64 = 0x1000;
    pub(super) const SET_VALUE: u64 = 0x100;
    pub(super) const DELETE_VALUE: u64 = 0x200;
    pub(super) const CREATE_KEY: u64 = 0x1000;
    pub(super) const OPEN_KEY: u64 = 0x2000;
    pub(super) const DELETE_KEY: u64 = 0x4000;
    pub(super) const ANY: u64 = u64::MAX;
}

/// The plan. A name of a key is known from its being opened, which is why that is asked for, too.
pub static NEEDS: &[Need] = &[
    Need {
        events: &[],
        provider: &provider::PROCESS,
        keywords: keyword::PROCESS,
        ids: &[1, 15],
    },
    Need {
        events: &[6, 7, 8],
        provider: &provider::PROCESS,
        keywords: keyword::IMAGE,
        ids: &[5],
    },
    Need {
        events: &[8],
        provider: &provider::PROCESS,
        keywords: keyword::THREAD,
        ids: &[3],
    },
    Need {
        events: &[3],
        provider: &provider::NETWORK,
        keywords: keyword::IPV4_AND_IPV6,
        ids: &[12, 15, 28, 31, 42, 43, 58, 59],
    },
    Need {
        events: &[9, 17, 18],
        provider: &provider::FILE,
        keywords: keyword::FILE_CREATE,
        ids: &[12],
    },
    Need {
        events: &[11, 15, 29],
        provider: &provider::FILE,
        keywords: keyword::FILE_CREATE_NEW,
        ids: &[30],
    },
    Need {
        events: &[15, 29],
        provider: &provider::FILE,
        keywords: keyword::FILE_IO,
        ids: &[13],
    },
    Need {
        events: &[11],
        provider: &provider::FILE,
        keywords: keyword::FILE_RENAME,
        ids: &[27],
    },
    Need {
        events: &[23, 26],
        provider: &provider::FILE,
        keywords: keyword::FILE_DELETE_PATH,
        ids: &[26],
    },
    Need {
        events: &[10],
        provider: &provider::AUDIT,
        keywords: keyword::ANY,
        ids: &[5],
    },
    Need {
        events: &[12],
        provider: &provider::REGISTRY,
        keywords: keyword::CREATE_KEY
            | keyword::OPEN_KEY
            | keyword::DELETE_KEY
            | keyword::DELETE_VALUE,
        ids: &[1, 2, 3, 6],
    },
    Need {
        events: &[13],
        provider: &provider::REGISTRY,
        keywords: keyword::CREATE_KEY | keyword::OPEN_KEY | keyword::SET_VALUE,
        ids: &[1, 2, 5],
    },
    Need {
        events: &[19],
        provider: &provider::WMI,
        keywords: keyword::ANY,
        ids: &[5859],
    },
    Need {
        events: &[21],
        provider: &provider::WMI,
        keywords: keyword::ANY,
        ids: &[5861],
    },
    Need {
        events: &[22],
        provider: &provider::DNS,
        keywords: keyword::ANY,
        ids: &[3008],
    },
];

/// What a session is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the kernel logger writes.
    pub kernel_flags: u32,
    /// What providers write, each once.
    pub providers: Vec<Planned>,
}

/// A provider of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: &'static str,
    /// What it is asked for.
    pub enablement: Enablement,
    /// Ids of the wanted Sysmon events that it is for; empty: for all.
    pub events: Vec<u8>,
}

impl Planned {
    /// Which of the provider's events it is asked for, in words.
    pub(super) fn hooks(&self) -> Vec<String> {
        let ids = self.enablement.ids.iter();
        ids.map(|id| format!("event {id}")).collect()
    }
}

/// The plan for Sysmon events by their ids.
#[must_use]
pub fn plan(events: &[u8]) -> Plan {
    let mut providers: Vec<Planned> = Vec::new();
    for need in NEEDS {
        let wanted = need.events.iter().filter(|id| events.contains(id));
        let wanted: Vec<u8> = wanted.copied().collect();
        if wanted.is_empty() && !need.events.is_empty() {
            continue;
        }
        let at = providers
            .iter()
            .position(|planned| planned.name == need.provider.name)
            .unwrap_or_else(|| {
                providers.push(Planned {
                    name: need.provider.name,
                    enablement: Enablement {
                        provider: need.provider.guid,
                        keywords: 0,
                        ids: Vec::new(),
                    },
                    events: Vec::new(),
                });
                providers.len() - 1
            });
        let planned = &mut providers[at];
        planned.enablement.keywords |= need.keywords;
        add(&mut planned.enablement.ids, need.ids);
        add(&mut planned.events, &wanted);
    }
    Plan {
        kernel_flags: ALWAYS,
        providers,
    }
}

fn add<T: Copy + Ord>(all: &mut Vec<T>, more: &[T]) {
    all.extend(more);
    all.sort_unstable();
    all.dedup();
}

/// The plan in the form that `monomi_plan` has on every system: `{"kernel":…,"programs":[…]}`.
#[must_use]
pub fn describe(events: &[u8], system: &str) -> String {
    const NO_DRIVER: &str = "it needs a driver in the kernel, which monomi has not";
    let impossible = json!({ "possible": false, "reason": NO_DRIVER });
    let plan = plan(events);
    let logger = json!({
        "name": "NT Kernel Logger",
        "events": [],
        "hooks": [format!("flags {:#x}", plan.kernel_flags)],
        "refused": null,
    });
    let providers = plan.providers.iter().map(|planned| {
        json!({
            "name": planned.name,
            "events": planned.events,
            "hooks": planned.hooks(),
            "refused": null,
        })
    });
    let programs: Vec<_> = std::iter::once(logger).chain(providers).collect();
    json!({
        "kernel": system,
        "namesInside": impossible,
        "blocking": impossible,
        "programs": programs,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::Source;
    use crate::layout;

    fn named(plan: &Plan) -> Vec<(&str, &[u16])> {
        let providers = plan.providers.iter();
        providers
            .map(|planned| (planned.name, &planned.enablement.ids[..]))
            .collect()
    }

    #[test]
    fn without_events_only_processes_are_followed() {
        let plan = plan(&[]);
        assert_eq!(
            named(&plan),
            [("Microsoft-Windows-Kernel-Process", &[1, 15][..])]
        );
        assert_eq!(plan.kernel_flags, FLAG_PROCESS);
    }

    #[test]
    fn needs_of_one_provider_are_one_enablement() {
        let plan = plan(&[7, 8, 12, 13, 22]);
        assert_eq!(
            named(&plan),
            [
                ("Microsoft-Windows-Kernel-Process", &[1, 3, 5, 15][..]),
                ("Microsoft-Windows-Kernel-Registry", &[1, 2, 3, 5, 6][..]),
                ("Microsoft-Windows-DNS-Client", &[3008][..]),
            ]
        );
        assert_eq!(plan.providers[0].enablement.keywords, 0x70);
        assert_eq!(plan.providers[0].events, [7, 8]);
        assert_eq!(plan.providers[1].enablement.keywords, 0x7300);
    }

    #[test]
    fn everything_that_is_asked_for_can_be_decoded() {
        for need in NEEDS {
            for id in need.ids {
                let source = Source::Provider {
                    guid: need.provider.guid,
                    id: *id,
                };
                assert!(
                    layout::find(&source, 0).is_some(),
                    "{} {id}",
                    need.provider.name
                );
            }
        }
    }

    #[test]
    fn the_plan_is_told_as_on_linux() {
        let text = describe(&[22], "Windows 10.0.19045");
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["kernel"], "Windows 10.0.19045");
        assert_eq!(told["blocking"]["possible"], false);
        assert_eq!(told["programs"][2]["name"], "Microsoft-Windows-DNS-Client");
        assert_eq!(told["programs"][2]["hooks"], json!(["event 3008"]));
        assert_eq!(told["programs"][2]["events"], json!([22]));
    }
}
