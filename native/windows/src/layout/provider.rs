//! Providers with manifests.
//!
//! Source of all of them: the manifests as Windows has them registered, in every version from 7 to 11,
//! as collected in repnz/etw-providers-docs and jdu2600/Windows10EtwEvents.

use super::{Family, Field, Layout, Type, field, skip};
use crate::etl::Guid;

const MANIFESTS: &str = "registered manifests, Windows 7 to 11";

pub(super) const PROVIDERS: &[&Family] = &[
    &PROCESS, &FILE, &NETWORK, &REGISTRY, &AUDIT, &GENERAL, &DNS, &WMI,
];

pub(crate) static PROCESS: Family = Family {
    name: "Microsoft-Windows-Kernel-Process",
    guid: Guid::of(
        0x22fb_2cd6,
        0x0e7b,
        0x422b,
        [0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(1, "ProcessStart")],
            versions: 0..=0,
            fields: &[
                field("pid", Type::U32),
                field("startTime", Type::Time),
                field("parent", Type::U32),
                field("session", Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[(1, "ProcessStart")],
            versions: 1..=2,
            fields: PROCESS_WITH_FLAGS,
        },
        Layout {
            ids: &[(1, "ProcessStart")],
            versions: 3..=u8::MAX,
            fields: PROCESS_WITH_NUMBER,
        },
        Layout {
            ids: &[(15, "ProcessRunningAtStart")],
            versions: 0..=0,
            fields: PROCESS_WITH_FLAGS,
        },
        Layout {
            ids: &[(15, "ProcessRunningAtStart")],
            versions: 1..=u8::MAX,
            fields: PROCESS_WITH_NUMBER,
        },
        Layout {
            ids: &[(2, "ProcessEnd")],
            versions: 0..=0,
            fields: &[
                field("pid", Type::U32),
                field("startTime", Type::Time),
                field("exitTime", Type::Time),
                field("exitStatus", Type::I32),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                field("image", Type::Narrow),
            ],
        },
        Layout {
            ids: &[(2, "ProcessEnd")],
            versions: 1..=1,
            fields: &[
                field("pid", Type::U32),
                field("startTime", Type::Time),
                field("exitTime", Type::Time),
                field("exitStatus", Type::I32),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U32),
                field("image", Type::Narrow),
            ],
        },
        Layout {
            ids: &[(2, "ProcessEnd")],
            versions: 2..=u8::MAX,
            fields: &[
                field("pid", Type::U32),
                field("number", Type::U64),
                field("startTime", Type::Time),
                field("exitTime", Type::Time),
                field("exitStatus", Type::I32),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U64),
                skip(Type::U32),
                field("image", Type::Narrow),
            ],
        },
        Layout {
            ids: &[(3, "ThreadStart"), (4, "ThreadEnd")],
            versions: 0..=u8::MAX,
            fields: &[
                field("pid", Type::U32),
                field("tid", Type::U32),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                field("startAddress", Type::Pointer),
                field("win32StartAddress", Type::Pointer),
                skip(Type::Pointer),
                field("serviceTag", Type::U32),
            ],
        },
        Layout {
            ids: &[(5, "ImageLoad"), (6, "ImageUnload")],
            versions: 0..=u8::MAX,
            fields: &[
                field("base", Type::Pointer),
                field("size", Type::Pointer),
                field("pid", Type::U32),
                field("checksum", Type::Hex32),
                field("linked", Type::Hex32),
                field("defaultBase", Type::Pointer),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[
                (7, "CpuBasePriorityChange"),
                (8, "CpuPriorityChange"),
                (9, "PagePriorityChange"),
                (10, "IoPriorityChange"),
            ],
            versions: 0..=u8::MAX,
            fields: &[field("pid", Type::U32), field("tid", Type::U32)],
        },
        Layout {
            ids: &[(11, "ProcessFreeze"), (12, "ProcessThaw")],
            versions: 0..=u8::MAX,
            fields: &[field("pid", Type::U32), field("startTime", Type::Time)],
        },
    ],
};

const PROCESS_WITH_FLAGS: &[Field] = &[
    field("pid", Type::U32),
    field("startTime", Type::Time),
    field("parent", Type::U32),
    field("session", Type::U32),
    field("flags", Type::Hex32),
    field("path", Type::Wide),
    field("checksum", Type::Hex32),
    field("linked", Type::Hex32),
    field("package", Type::Wide),
    field("application", Type::Wide),
];

const PROCESS_WITH_NUMBER: &[Field] = &[
    field("pid", Type::U32),
    field("number", Type::U64),
    field("startTime", Type::Time),
    field("parent", Type::U32),
    field("parentNumber", Type::U64),
    field("session", Type::U32),
    field("flags", Type::Hex32),
    field("elevationType", Type::U32),
    field("isElevated", Type::U32),
    field("mandatoryLabel", Type::Sid),
    field("path", Type::Wide),
    field("checksum", Type::Hex32),
    field("linked", Type::Hex32),
    field("package", Type::Wide),
    field("application", Type::Wide),
];

/// Order until version 0: thread behind the request, as wide as a pointer.
const FILE_CHANGE_0: &[Field] = &[
    field("request", Type::Pointer),
    field("tid", Type::PointerId),
    field("object", Type::Pointer),
    field("file", Type::Pointer),
    skip(Type::Pointer),
    field("class", Type::U32),
    field("path", Type::Wide),
];

const FILE_CHANGE_1: &[Field] = &[
    field("request", Type::Pointer),
    field("object", Type::Pointer),
    field("file", Type::Pointer),
    skip(Type::Pointer),
    field("tid", Type::U32),
    field("class", Type::U32),
    field("path", Type::Wide),
];

const FILE_CHANGE_EVENTS: &[(u16, &str)] = &[
    (17, "FileSetInformation"),
    (18, "FileSetDelete"),
    (19, "FileRename"),
    (22, "FileQueryInformation"),
    (23, "FileControl"),
    (26, "FileDelete"),
    (27, "FileRenamePath"),
    (28, "FileSetLink"),
    (29, "FileRename"),
    (31, "FileSetSecurity"),
    (32, "FileQuerySecurity"),
    (33, "FileSetAttributes"),
    (34, "FileQueryAttributes"),
];

const FILE_OPENS: &[(u16, &str)] = &[(12, "FileOpen"), (30, "FileCreate")];
const FILE_OPERATIONS: &[(u16, &str)] =
    &[(13, "FileCleanup"), (14, "FileClose"), (21, "FileFlush")];
const FILE_TRANSFERS: &[(u16, &str)] = &[(15, "FileRead"), (16, "FileWrite")];

pub(crate) static FILE: Family = Family {
    name: "Microsoft-Windows-Kernel-File",
    guid: Guid::of(
        0xedd0_8927,
        0x9cc4,
        0x4e65,
        [0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(10, "FileNameCreate"), (11, "FileNameDelete")],
            versions: 0..=u8::MAX,
            fields: &[field("file", Type::Pointer), field("path", Type::Wide)],
        },
        Layout {
            ids: FILE_OPENS,
            versions: 0..=0,
            fields: &[
                field("request", Type::Pointer),
                field("tid", Type::PointerId),
                field("object", Type::Pointer),
                field("options", Type::Hex32),
                field("attributes", Type::Hex32),
                skip(Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: FILE_OPENS,
            versions: 1..=u8::MAX,
            fields: &[
                field("request", Type::Pointer),
                field("object", Type::Pointer),
                field("tid", Type::U32),
                field("options", Type::Hex32),
                field("attributes", Type::Hex32),
                skip(Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: FILE_OPERATIONS,
            versions: 0..=0,
            fields: &[
                skip(Type::Pointer),
                field("tid", Type::PointerId),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
            ],
        },
        Layout {
            ids: FILE_OPERATIONS,
            versions: 1..=u8::MAX,
            fields: &[
                skip(Type::Pointer),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                field("tid", Type::U32),
            ],
        },
        Layout {
            ids: FILE_TRANSFERS,
            versions: 0..=0,
            fields: &[
                skip(Type::U64),
                skip(Type::Pointer),
                field("tid", Type::PointerId),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                field("size", Type::U32),
            ],
        },
        Layout {
            ids: FILE_TRANSFERS,
            versions: 1..=u8::MAX,
            fields: &[
                skip(Type::U64),
                skip(Type::Pointer),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                field("tid", Type::U32),
                field("size", Type::U32),
            ],
        },
        Layout {
            ids: FILE_CHANGE_EVENTS,
            versions: 0..=0,
            fields: FILE_CHANGE_0,
        },
        Layout {
            ids: FILE_CHANGE_EVENTS,
            versions: 1..=u8::MAX,
            fields: FILE_CHANGE_1,
        },
        Layout {
            ids: &[(20, "DirectoryList"), (25, "DirectoryWatch")],
            versions: 0..=u8::MAX,
            fields: &[],
        },
        Layout {
            ids: &[(24, "FileOperationEnd")],
            versions: 0..=u8::MAX,
            fields: &[
                field("request", Type::Pointer),
                field("information", Type::Pointer),
                field("status", Type::Hex32),
            ],
        },
    ],
};

/// The same order for all; what follows the ports is of no use here.
const NETWORK4: &[Field] = &[
    field("pid", Type::U32),
    field("size", Type::U32),
    field("remoteAddress", Type::Ip4),
    field("localAddress", Type::Ip4),
    field("remotePort", Type::Port),
    field("localPort", Type::Port),
];

const NETWORK6: &[Field] = &[
    field("pid", Type::U32),
    field("size", Type::U32),
    field("remoteAddress", Type::Ip6),
    field("localAddress", Type::Ip6),
    field("remotePort", Type::Port),
    field("localPort", Type::Port),
];

pub(crate) static NETWORK: Family = Family {
    name: "Microsoft-Windows-Kernel-Network",
    guid: Guid::of(
        0x7dd4_2a49,
        0x5329,
        0x4832,
        [0x8d, 0xfd, 0x43, 0xd9, 0x79, 0x15, 0x3a, 0x88],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[
                (10, "TcpSend"),
                (11, "TcpReceive"),
                (12, "TcpConnect"),
                (13, "TcpDisconnect"),
                (14, "TcpRetransmit"),
                (15, "TcpAccept"),
                (16, "TcpReconnect"),
                (18, "TcpCopy"),
                (42, "UdpSend"),
                (43, "UdpReceive"),
            ],
            versions: 0..=u8::MAX,
            fields: NETWORK4,
        },
        Layout {
            ids: &[
                (26, "TcpSend"),
                (27, "TcpReceive"),
                (28, "TcpConnect"),
                (29, "TcpDisconnect"),
                (30, "TcpRetransmit"),
                (31, "TcpAccept"),
                (32, "TcpReconnect"),
                (34, "TcpCopy"),
                (58, "UdpSend"),
                (59, "UdpReceive"),
            ],
            versions: 0..=u8::MAX,
            fields: NETWORK6,
        },
        Layout {
            ids: &[(17, "TcpFail"), (49, "UdpFail")],
            versions: 0..=u8::MAX,
            fields: &[field("protocol", Type::U16), field("code", Type::U16)],
        },
    ],
};

pub(crate) static REGISTRY: Family = Family {
    name: "Microsoft-Windows-Kernel-Registry",
    guid: Guid::of(
        0x70eb_4f03,
        0xc1de,
        0x4f73,
        [0xa0, 0x51, 0x33, 0xd1, 0x3d, 0x54, 0x13, 0xbd],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(1, "RegistryCreateKey"), (2, "RegistryOpenKey")],
            versions: 0..=u8::MAX,
            fields: &[
                field("baseKey", Type::Pointer),
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                field("disposition", Type::U32),
                field("basePath", Type::Wide),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[
                (3, "RegistryDeleteKey"),
                (12, "RegistryFlush"),
                (13, "RegistryClose"),
                (14, "RegistryQuerySecurity"),
                (15, "RegistrySetSecurity"),
            ],
            versions: 0..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[(4, "RegistryQueryKey")],
            versions: 0..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                skip(Type::U64),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[(5, "RegistrySetValue")],
            versions: 0..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                field("type", Type::U32),
                field("size", Type::U32),
                field("path", Type::Wide),
                field("value", Type::Wide),
                field("data", Type::Counted),
            ],
        },
        Layout {
            ids: &[(6, "RegistryDeleteValue")],
            versions: 0..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                field("path", Type::Wide),
                field("value", Type::Wide),
            ],
        },
        Layout {
            ids: &[(7, "RegistryQueryValue")],
            versions: 0..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("status", Type::Hex32),
                skip(Type::U64),
                field("path", Type::Wide),
                field("value", Type::Wide),
            ],
        },
        Layout {
            ids: &[
                (8, "RegistryEnumerateKey"),
                (9, "RegistryEnumerateValue"),
                (10, "RegistryQueryValues"),
                (11, "RegistrySetInformation"),
            ],
            versions: 0..=u8::MAX,
            fields: &[field("key", Type::Pointer), field("status", Type::Hex32)],
        },
    ],
};

pub(crate) static AUDIT: Family = Family {
    name: "Microsoft-Windows-Kernel-Audit-API-Calls",
    guid: Guid::of(
        0xe02a_841c,
        0x75a3,
        0x4fa7,
        [0xaf, 0xc8, 0xae, 0x09, 0xcf, 0x9b, 0x7f, 0x23],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(1, "SetLoadImageNotify")],
            versions: 0..=u8::MAX,
            fields: &[
                field("routine", Type::Pointer),
                field("status", Type::Hex32),
            ],
        },
        Layout {
            ids: &[(2, "TerminateProcess")],
            versions: 0..=u8::MAX,
            fields: &[field("target", Type::U32), field("status", Type::Hex32)],
        },
        Layout {
            ids: &[(3, "CreateSymbolicLink")],
            versions: 0..=u8::MAX,
            fields: &[
                field("link", Type::Wide),
                field("path", Type::Wide),
                field("access", Type::Hex32),
                field("status", Type::Hex32),
            ],
        },
        Layout {
            ids: &[(4, "SetThreadContext")],
            versions: 0..=u8::MAX,
            fields: &[field("status", Type::Hex32)],
        },
        Layout {
            ids: &[(5, "OpenProcess")],
            versions: 0..=u8::MAX,
            fields: &[
                field("target", Type::U32),
                field("access", Type::Hex32),
                field("status", Type::Hex32),
            ],
        },
        Layout {
            ids: &[(6, "OpenThread")],
            versions: 0..=u8::MAX,
            fields: &[
                field("target", Type::U32),
                field("targetThread", Type::U32),
                field("access", Type::Hex32),
                field("status", Type::Hex32),
            ],
        },
        Layout {
            ids: &[(7, "RegisterLastChanceShutdown"), (8, "RegisterShutdown")],
            versions: 0..=u8::MAX,
            fields: &[field("driver", Type::Wide), field("status", Type::Hex32)],
        },
    ],
};

static GENERAL: Family = Family {
    name: "Microsoft-Windows-Kernel-General",
    guid: Guid::of(
        0xa68c_a8b7,
        0x004f,
        0xd7b6,
        [0xa6, 0x98, 0x07, 0xe2, 0xde, 0x0f, 0x1f, 0x5d],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(1, "SystemTimeChange")],
            versions: 0..=u8::MAX,
            fields: &[field("newTime", Type::Time), field("oldTime", Type::Time)],
        },
        Layout {
            ids: &[(12, "SystemStart")],
            versions: 0..=u8::MAX,
            fields: &[
                field("major", Type::U32),
                field("minor", Type::U32),
                field("build", Type::U32),
                field("revision", Type::U32),
                skip(Type::U16),
                skip(Type::U32),
                field("startTime", Type::Time),
            ],
        },
        Layout {
            ids: &[(13, "SystemStop")],
            versions: 0..=u8::MAX,
            fields: &[field("stopTime", Type::Time)],
        },
    ],
};

pub(crate) static DNS: Family = Family {
    name: "Microsoft-Windows-DNS-Client",
    guid: Guid::of(
        0x1c95_126e,
        0x7eea,
        0x49a9,
        [0xa3, 0xfe, 0xa3, 0x78, 0xb0, 0x3d, 0xdb, 0x4d],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(3006, "DnsQuery")],
            versions: 0..=u8::MAX,
            fields: &[
                field("name", Type::Wide),
                field("type", Type::U32),
                field("options", Type::U64),
            ],
        },
        Layout {
            ids: &[(3008, "DnsAnswer"), (3018, "DnsCacheAnswer")],
            versions: 0..=u8::MAX,
            fields: &[
                field("name", Type::Wide),
                field("type", Type::U32),
                field("options", Type::U64),
                field("status", Type::U32),
                field("results", Type::Wide),
            ],
        },
        Layout {
            ids: &[(3020, "DnsServerAnswer")],
            versions: 0..=u8::MAX,
            fields: &[
                field("name", Type::Wide),
                field("type", Type::U32),
                skip(Type::U32),
                skip(Type::U32),
                field("status", Type::U32),
                field("results", Type::Wide),
            ],
        },
    ],
};

pub(crate) static WMI: Family = Family {
    name: "Microsoft-Windows-WMI-Activity",
    guid: Guid::of(
        0x1418_ef04,
        0xb0b4,
        0x4623,
        [0xbf, 0x7e, 0xd7, 0x4a, 0xb4, 0x7b, 0xbd, 0xaa],
    ),
    source: MANIFESTS,
    layouts: &[
        Layout {
            ids: &[(11, "WmiOperation")],
            versions: 0..=u8::MAX,
            fields: &[
                skip(Type::Wide),
                skip(Type::U32),
                skip(Type::U32),
                field("operation", Type::Wide),
                skip(Type::Wide),
                field("machine", Type::Wide),
                field("user", Type::Wide),
                field("pid", Type::U32),
                skip(Type::U64),
                field("namespace", Type::Wide),
            ],
        },
        Layout {
            ids: &[(23, "WmiProcessCreate")],
            versions: 0..=u8::MAX,
            fields: &[
                skip(Type::Wide),
                skip(Type::U32),
                skip(Type::U32),
                field("commandLine", Type::Wide),
                field("pid", Type::U32),
                field("startTime", Type::Time),
                skip(Type::Wide),
                field("machine", Type::Wide),
                field("user", Type::Wide),
                field("client", Type::U32),
            ],
        },
        Layout {
            ids: &[(5859, "WmiFilter")],
            versions: 0..=u8::MAX,
            fields: &[
                field("namespace", Type::Wide),
                field("query", Type::Wide),
                field("user", Type::Wide),
                field("pid", Type::U32),
                field("provider", Type::Wide),
            ],
        },
        Layout {
            ids: &[(5860, "WmiTemporaryFilter")],
            versions: 0..=u8::MAX,
            fields: &[
                field("namespace", Type::Wide),
                field("query", Type::Wide),
                field("user", Type::Wide),
                field("pid", Type::U32),
                field("machine", Type::Wide),
            ],
        },
        Layout {
            ids: &[(5861, "WmiBinding")],
            versions: 0..=u8::MAX,
            fields: &[
                field("namespace", Type::Wide),
                field("filter", Type::Wide),
                field("consumer", Type::Wide),
                field("cause", Type::Wide),
            ],
        },
    ],
};
