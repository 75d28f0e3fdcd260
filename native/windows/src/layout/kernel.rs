//! The classes of the kernel logger (MSNT_SystemTrace).
//!
//! Source of all of them, unless a table says otherwise: the MOF classes that Windows describes them
//! by, documented at learn.microsoft.com under "NT Kernel Logger constants" and "MSNT_SystemTrace",
//! with the versions that TraceEvent (kerneltraceeventparser.mof) and etl-parser name beyond these.

use super::{Family, Field, Layout, Type, field, skip};
use crate::etl::Guid;

const MOF: &str = "MOF classes of MSNT_SystemTrace";

/// Groups of hook ids (Geoff Chappell, "Hook IDs"), as far as their classes are known here.
pub(super) const GROUPS: &[(u8, &Family)] = &[
    (0x00, &EVENT_TRACE),
    (0x01, &DISK_IO),
    (0x03, &PROCESS),
    (0x04, &FILE_IO),
    (0x05, &THREAD),
    (0x06, &TCP_IP),
    (0x08, &UDP_IP),
    (0x09, &REGISTRY),
    (0x0b, &SYSTEM_CONFIG),
    (0x14, &IMAGE),
];

/// Tail of GUIDs that 3d6fa8d0 to 3d6fa8d4 share.
const NT_TAIL: [u8; 8] = [0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c];
const TRACE_TAIL: [u8; 8] = [0x84, 0xf4, 0x00, 0x00, 0xf8, 0x04, 0x64, 0xe3];

/// Records about the trace itself (WMI_LOG_TYPE_… of ntwmi.h).
static EVENT_TRACE: Family = Family {
    name: "EventTrace",
    guid: Guid::of(0x68fd_d900, 0x4a3e, 0x11d1, TRACE_TAIL),
    source: "WMI_LOG_TYPE_… of ntwmi.h",
    layouts: &[Layout {
        ids: &[
            (0x00, "TraceHead"),
            (0x05, "TraceHeadExtension"),
            (0x08, "TraceRundownComplete"),
            (0x20, "TraceGroupMasks"),
            (0x30, "TraceRundownBegin"),
            (0x31, "TraceRundownEnd"),
            (0x40, "TraceSymbols"),
            (0x42, "TraceBuild"),
            (0x43, "TraceBinary"),
            (0x50, "TracePartition"),
        ],
        versions: 0..=u8::MAX,
        fields: &[],
    }],
};

const PROCESS_EVENTS: &[(u16, &str)] = &[
    (1, "ProcessStart"),
    (2, "ProcessEnd"),
    (3, "ProcessRunningAtStart"),
    (4, "ProcessRunningAtEnd"),
    (39, "ProcessDefunct"),
];

static PROCESS: Family = Family {
    name: "Process",
    guid: Guid::of(0x3d6f_a8d0, 0xfe05, 0x11d0, NT_TAIL),
    source: MOF,
    layouts: &[
        Layout {
            ids: PROCESS_EVENTS,
            versions: 0..=0,
            fields: &[
                field("pid", Type::PointerId),
                field("parent", Type::PointerId),
                field("sid", Type::TokenSid),
                field("image", Type::Narrow),
            ],
        },
        Layout {
            ids: PROCESS_EVENTS,
            versions: 1..=1,
            fields: &[
                skip(Type::Pointer),
                field("pid", Type::U32),
                field("parent", Type::U32),
                field("session", Type::U32),
                field("exitStatus", Type::I32),
                field("sid", Type::TokenSid),
                field("image", Type::Narrow),
            ],
        },
        Layout {
            ids: PROCESS_EVENTS,
            versions: 2..=2,
            fields: &[
                field("key", Type::Pointer),
                field("pid", Type::U32),
                field("parent", Type::U32),
                field("session", Type::U32),
                field("exitStatus", Type::I32),
                field("sid", Type::TokenSid),
                field("image", Type::Narrow),
                field("commandLine", Type::Wide),
            ],
        },
        Layout {
            ids: PROCESS_EVENTS,
            versions: 3..=3,
            fields: &[
                field("key", Type::Pointer),
                field("pid", Type::U32),
                field("parent", Type::U32),
                field("session", Type::U32),
                field("exitStatus", Type::I32),
                skip(Type::Pointer),
                field("sid", Type::TokenSid),
                field("image", Type::Narrow),
                field("commandLine", Type::Wide),
            ],
        },
        Layout {
            ids: PROCESS_EVENTS,
            versions: 4..=u8::MAX,
            fields: &[
                field("key", Type::Pointer),
                field("pid", Type::U32),
                field("parent", Type::U32),
                field("session", Type::U32),
                field("exitStatus", Type::I32),
                skip(Type::Pointer),
                field("flags", Type::Hex32),
                field("sid", Type::TokenSid),
                field("image", Type::Narrow),
                field("commandLine", Type::Wide),
                field("package", Type::Wide),
                field("application", Type::Wide),
                field("exitTime", Type::Time),
            ],
        },
        Layout {
            ids: &[(11, "ProcessTerminate")],
            versions: 0..=u8::MAX,
            fields: &[field("pid", Type::U32)],
        },
        Layout {
            ids: &[(32, "ProcessCounters"), (33, "ProcessCountersRundown")],
            versions: 0..=u8::MAX,
            fields: &[field("pid", Type::U32)],
        },
    ],
};

const IMAGE_EVENTS: &[(u16, &str)] = &[
    (2, "ImageUnload"),
    (3, "ImageLoadedAtStart"),
    (4, "ImageLoadedAtEnd"),
    (10, "ImageLoad"),
];

pub(super) static IMAGE: Family = Family {
    name: "Image",
    guid: Guid::of(
        0x2cb1_5d1d,
        0x5fc1,
        0x11d2,
        [0xab, 0xe1, 0x00, 0xa0, 0xc9, 0x11, 0xf5, 0x18],
    ),
    source: MOF,
    layouts: &[
        Layout {
            ids: IMAGE_EVENTS,
            versions: 0..=0,
            fields: &[
                field("base", Type::Pointer),
                skip(Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: IMAGE_EVENTS,
            versions: 1..=1,
            fields: &[
                field("base", Type::Pointer),
                field("size", Type::Pointer),
                field("pid", Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: IMAGE_EVENTS,
            versions: 2..=2,
            fields: &[
                field("base", Type::Pointer),
                field("size", Type::Pointer),
                field("pid", Type::U32),
                field("checksum", Type::Hex32),
                field("linked", Type::Hex32),
                skip(Type::U32),
                field("defaultBase", Type::Pointer),
                skip(Type::U64),
                skip(Type::U64),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: IMAGE_EVENTS,
            versions: 3..=u8::MAX,
            fields: &[
                field("base", Type::Pointer),
                field("size", Type::Pointer),
                field("pid", Type::U32),
                field("checksum", Type::Hex32),
                field("linked", Type::Hex32),
                field("signatureLevel", Type::U8),
                field("signatureType", Type::U8),
                skip(Type::U16),
                field("defaultBase", Type::Pointer),
                skip(Type::U64),
                skip(Type::U64),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: &[(33, "KernelImageBase"), (34, "HypercallPage")],
            versions: 0..=u8::MAX,
            fields: &[field("base", Type::Pointer)],
        },
    ],
};

const THREAD_STARTS: &[(u16, &str)] = &[(1, "ThreadStart"), (3, "ThreadRunningAtStart")];
const THREAD_ENDS: &[(u16, &str)] = &[(2, "ThreadEnd"), (4, "ThreadRunningAtEnd")];
const THREAD_EVENTS: &[(u16, &str)] = &[
    (1, "ThreadStart"),
    (2, "ThreadEnd"),
    (3, "ThreadRunningAtStart"),
    (4, "ThreadRunningAtEnd"),
];

static THREAD: Family = Family {
    name: "Thread",
    guid: Guid::of(0x3d6f_a8d1, 0xfe05, 0x11d0, NT_TAIL),
    source: MOF,
    layouts: &[
        Layout {
            ids: THREAD_EVENTS,
            versions: 0..=0,
            fields: &[field("tid", Type::U32), field("pid", Type::U32)],
        },
        Layout {
            ids: THREAD_STARTS,
            versions: 1..=1,
            fields: &[
                field("pid", Type::U32),
                field("tid", Type::U32),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                field("startAddress", Type::Pointer),
                field("win32StartAddress", Type::Pointer),
            ],
        },
        Layout {
            ids: THREAD_ENDS,
            versions: 1..=1,
            fields: &[field("pid", Type::U32), field("tid", Type::U32)],
        },
        Layout {
            ids: THREAD_EVENTS,
            versions: 2..=2,
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
            ids: THREAD_EVENTS,
            versions: 3..=u8::MAX,
            fields: &[
                field("pid", Type::U32),
                field("tid", Type::U32),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                skip(Type::Pointer),
                field("win32StartAddress", Type::Pointer),
                skip(Type::Pointer),
                field("serviceTag", Type::U32),
                skip(Type::U8),
                skip(Type::U8),
                skip(Type::U8),
                skip(Type::U8),
                field("name", Type::Wide),
            ],
        },
    ],
};

/// Version 1 and later, addresses of 4 bytes; what follows the ports is of no use here.
const TCP4: &[Field] = &[
    field("pid", Type::U32),
    field("size", Type::U32),
    field("remoteAddress", Type::Ip4),
    field("localAddress", Type::Ip4),
    field("remotePort", Type::Port),
    field("localPort", Type::Port),
];

/// The same with addresses of 16 bytes.
const TCP6: &[Field] = &[
    field("pid", Type::U32),
    field("size", Type::U32),
    field("remoteAddress", Type::Ip6),
    field("localAddress", Type::Ip6),
    field("remotePort", Type::Port),
    field("localPort", Type::Port),
];

const TCP4_EVENTS: &[(u16, &str)] = &[
    (10, "TcpSend"),
    (11, "TcpReceive"),
    (12, "TcpConnect"),
    (13, "TcpDisconnect"),
    (14, "TcpRetransmit"),
    (15, "TcpAccept"),
    (16, "TcpReconnect"),
    (18, "TcpCopy"),
];

static TCP_IP: Family = Family {
    name: "TcpIp",
    guid: Guid::of(
        0x9a28_0ac0,
        0xc8e0,
        0x11d1,
        [0x84, 0xe2, 0x00, 0xc0, 0x4f, 0xb9, 0x98, 0xa2],
    ),
    source: MOF,
    layouts: &[
        Layout {
            ids: TCP4_EVENTS,
            versions: 0..=0,
            fields: &[
                field("remoteAddress", Type::Ip4),
                field("localAddress", Type::Ip4),
                field("remotePort", Type::Port),
                field("localPort", Type::Port),
                field("size", Type::U32),
                field("pid", Type::U32),
            ],
        },
        Layout {
            ids: TCP4_EVENTS,
            versions: 1..=u8::MAX,
            fields: TCP4,
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
            ],
            versions: 0..=u8::MAX,
            fields: TCP6,
        },
        Layout {
            ids: &[(17, "TcpFail")],
            versions: 0..=u8::MAX,
            fields: &[field("protocol", Type::U16), field("code", Type::U16)],
        },
    ],
};

const UDP4_EVENTS: &[(u16, &str)] = &[(10, "UdpSend"), (11, "UdpReceive")];

static UDP_IP: Family = Family {
    name: "UdpIp",
    guid: Guid::of(
        0xbf3a_50c5,
        0xa9c9,
        0x4988,
        [0xa0, 0x05, 0x2d, 0xf0, 0xb7, 0xc8, 0x0f, 0x80],
    ),
    source: MOF,
    layouts: &[
        Layout {
            ids: UDP4_EVENTS,
            versions: 0..=0,
            fields: &[
                skip(Type::Pointer),
                field("localAddress", Type::Ip4),
                field("localPort", Type::Port),
                field("size", Type::U16),
                field("remoteAddress", Type::Ip4),
                field("remotePort", Type::Port),
            ],
        },
        Layout {
            ids: UDP4_EVENTS,
            versions: 1..=u8::MAX,
            fields: TCP4,
        },
        Layout {
            ids: &[(26, "UdpSend"), (27, "UdpReceive")],
            versions: 0..=u8::MAX,
            fields: TCP6,
        },
        Layout {
            ids: &[(17, "UdpFail")],
            versions: 0..=u8::MAX,
            fields: &[field("protocol", Type::U16), field("code", Type::U16)],
        },
    ],
};

const FILE_OPERATIONS: &[(u16, &str)] =
    &[(65, "FileCleanup"), (66, "FileClose"), (73, "FileFlush")];
const FILE_TRANSFERS: &[(u16, &str)] = &[(67, "FileRead"), (68, "FileWrite")];
const FILE_CHANGES: &[(u16, &str)] = &[
    (69, "FileSetInformation"),
    (70, "FileSetDelete"),
    (71, "FileRename"),
    (74, "FileQueryInformation"),
    (75, "FileControl"),
];

static FILE_IO: Family = Family {
    name: "FileIo",
    guid: Guid::of(0x90cb_dc39, 0x4a3e, 0x11d1, TRACE_TAIL),
    source: MOF,
    layouts: &[
        Layout {
            ids: &[
                (0, "FileName"),
                (32, "FileNameCreate"),
                (35, "FileNameDelete"),
                (36, "FileNameRundown"),
            ],
            versions: 0..=u8::MAX,
            fields: &[field("file", Type::Pointer), field("path", Type::Wide)],
        },
        Layout {
            ids: &[(64, "FileOpen")],
            versions: 0..=2,
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
            ids: &[(64, "FileOpen")],
            versions: 3..=u8::MAX,
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
            versions: 0..=2,
            fields: &[
                skip(Type::Pointer),
                field("tid", Type::PointerId),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
            ],
        },
        Layout {
            ids: FILE_OPERATIONS,
            versions: 3..=u8::MAX,
            fields: &[
                skip(Type::Pointer),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                field("tid", Type::U32),
            ],
        },
        Layout {
            ids: FILE_TRANSFERS,
            versions: 0..=2,
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
            versions: 3..=u8::MAX,
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
            ids: FILE_CHANGES,
            versions: 0..=2,
            fields: &[
                field("request", Type::Pointer),
                field("tid", Type::PointerId),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                skip(Type::Pointer),
                field("class", Type::U32),
            ],
        },
        Layout {
            ids: FILE_CHANGES,
            versions: 3..=u8::MAX,
            fields: &[
                field("request", Type::Pointer),
                field("object", Type::Pointer),
                field("file", Type::Pointer),
                skip(Type::Pointer),
                field("tid", Type::U32),
                field("class", Type::U32),
            ],
        },
        Layout {
            ids: &[(72, "DirectoryList"), (77, "DirectoryWatch")],
            versions: 0..=u8::MAX,
            fields: &[],
        },
        Layout {
            ids: &[(76, "FileOperationEnd")],
            versions: 0..=u8::MAX,
            fields: &[
                field("request", Type::Pointer),
                field("information", Type::Pointer),
                field("status", Type::Hex32),
            ],
        },
    ],
};

static DISK_IO: Family = Family {
    name: "DiskIo",
    guid: Guid::of(0x3d6f_a8d4, 0xfe05, 0x11d0, NT_TAIL),
    source: MOF,
    layouts: &[
        Layout {
            ids: &[(10, "DiskRead"), (11, "DiskWrite")],
            versions: 0..=u8::MAX,
            fields: &[
                field("disk", Type::U32),
                skip(Type::U32),
                field("size", Type::U32),
                skip(Type::U32),
                field("offset", Type::U64),
                field("file", Type::Pointer),
                skip(Type::Pointer),
                skip(Type::U64),
                field("tid", Type::U32),
            ],
        },
        Layout {
            ids: &[
                (12, "DiskReadStart"),
                (13, "DiskWriteStart"),
                (15, "DiskFlushStart"),
            ],
            versions: 0..=u8::MAX,
            fields: &[],
        },
        Layout {
            ids: &[(14, "DiskFlush")],
            versions: 0..=u8::MAX,
            fields: &[field("disk", Type::U32)],
        },
    ],
};

const REGISTRY_EVENTS: &[(u16, &str)] = &[
    (10, "RegistryCreateKey"),
    (11, "RegistryOpenKey"),
    (12, "RegistryDeleteKey"),
    (13, "RegistryQueryKey"),
    (14, "RegistrySetValue"),
    (15, "RegistryDeleteValue"),
    (16, "RegistryQueryValue"),
    (17, "RegistryEnumerateKey"),
    (18, "RegistryEnumerateValue"),
    (19, "RegistryQueryValues"),
    (20, "RegistrySetInformation"),
    (21, "RegistryFlush"),
    (22, "RegistryKeyName"),
    (23, "RegistryKeyForget"),
    (24, "RegistryKeyNameAtStart"),
    (25, "RegistryKeyNameAtEnd"),
    (26, "RegistryVirtualize"),
    (27, "RegistryClose"),
];

static REGISTRY: Family = Family {
    name: "Registry",
    guid: Guid::of(
        0xae53_722e,
        0xc863,
        0x11d2,
        [0x86, 0x59, 0x00, 0xc0, 0x4f, 0xa3, 0x21, 0xa1],
    ),
    source: MOF,
    layouts: &[
        Layout {
            ids: REGISTRY_EVENTS,
            versions: 0..=0,
            fields: &[
                field("status", Type::Pointer),
                field("key", Type::Pointer),
                skip(Type::U64),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: REGISTRY_EVENTS,
            versions: 1..=1,
            fields: &[
                field("status", Type::Pointer),
                field("key", Type::Pointer),
                skip(Type::U64),
                skip(Type::U32),
                field("path", Type::Wide),
            ],
        },
        Layout {
            ids: REGISTRY_EVENTS,
            versions: 2..=u8::MAX,
            fields: &[
                skip(Type::U64),
                field("status", Type::Hex32),
                skip(Type::U32),
                field("key", Type::Pointer),
                field("path", Type::Wide),
            ],
        },
    ],
};

const COMPUTER: &[Field] = &[
    skip(Type::U32),
    field("processors", Type::U32),
    skip(Type::U32),
    skip(Type::U32),
    skip(Type::U32),
    field("computer", Type::WideOf(256)),
    field("domain", Type::WideOf(132)),
];

static SYSTEM_CONFIG: Family = Family {
    name: "SystemConfig",
    guid: Guid::of(
        0x0185_3a65,
        0x418f,
        0x4f36,
        [0xae, 0xfc, 0xdc, 0x0f, 0x1d, 0x2f, 0xd2, 0x35],
    ),
    source: MOF,
    layouts: &[
        Layout {
            ids: &[(10, "SystemComputer")],
            versions: 0..=u8::MAX,
            fields: COMPUTER,
        },
        Layout {
            ids: &[(15, "SystemService")],
            versions: 2..=u8::MAX,
            fields: &[
                field("pid", Type::U32),
                skip(Type::U32),
                field("serviceTag", Type::U32),
                field("service", Type::Wide),
            ],
        },
        Layout {
            ids: &[
                (11, "SystemDisk"),
                (12, "SystemVolume"),
                (13, "SystemNetworkCard"),
                (14, "SystemVideo"),
                (16, "SystemPower"),
                (17, "SystemNetwork"),
                (21, "SystemInterrupt"),
                (22, "SystemDevice"),
                (23, "SystemDiskChannel"),
            ],
            versions: 0..=u8::MAX,
            fields: &[],
        },
    ],
};
