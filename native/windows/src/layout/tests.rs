use super::*;
use crate::etl::testing::wide;
use crate::etl::{Kind, Source};
use std::collections::BTreeMap;

fn families() -> impl Iterator<Item = &'static Family> {
    let groups = kernel::GROUPS.iter().map(|(_, family)| *family);
    groups.chain(provider::PROVIDERS.iter().copied())
}

fn record<'a>(source: Source, version: u8, payload: &'a [u8]) -> Record<'a> {
    Record {
        kind: Kind::PerfInfo,
        source,
        version,
        process: None,
        thread: None,
        stamp: None,
        pointer_size: PointerSize::Eight,
        schema: None,
        start_key: None,
        sid: None,
        payload,
    }
}

/// `name=value` of each field, behind the event.
fn told(source: Source, version: u8, payload: &[u8]) -> String {
    let known = find(&source, version).unwrap();
    let mut text = known.event.to_string();
    read(&known, &record(source, version, payload), |name, value| {
        let value = match value {
            Value::Number(number) => number.to_string(),
            Value::Milliseconds(text) | Value::Text(text) => text,
        };
        text.push_str(&format!(" {name}={value}"));
    });
    text
}

fn kernel(hook: u16) -> Source {
    Source::Kernel { hook }
}

fn provider_event(name: &str, id: u16) -> Source {
    let family = provider::PROVIDERS
        .iter()
        .find(|family| family.name == name)
        .unwrap();
    Source::Provider {
        guid: family.guid,
        id,
    }
}

fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

const SYSTEM_SID: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

#[test]
fn rows_of_an_event_follow_each_other_without_gap_or_overlap() {
    for family in families() {
        let mut rows: BTreeMap<u16, Vec<&RangeInclusive<u8>>> = BTreeMap::new();
        for layout in family.layouts {
            for (id, _) in layout.ids {
                rows.entry(*id).or_default().push(&layout.versions);
            }
        }
        for (id, versions) in rows {
            let what = format!("{} {id}: {versions:?}", family.name);
            assert_eq!(*versions.last().unwrap().end(), u8::MAX, "{what}");
            for pair in versions.windows(2) {
                assert_eq!(pair[0].end() + 1, *pair[1].start(), "{what}");
            }
        }
        assert!(!family.source.is_empty());
    }
}

#[test]
fn guids_and_names_are_told_apart() {
    let names: BTreeMap<_, _> = families()
        .map(|family| (family.guid, family.name))
        .collect();
    assert_eq!(names.len(), families().count());
}

#[test]
fn processes_of_every_version_are_read() {
    let token = [vec![1; 16], SYSTEM_SID.to_vec()].concat();
    let names = [b"a.exe\0".to_vec(), wide("a.exe -x")].concat();
    let ids = bytes(&[7, 4, 1, 0]);
    let key = [9, 0, 0, 0, 0, 0, 0, 0].to_vec();
    let start = kernel(0x0301);
    let v0 = [
        vec![7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0],
        token.clone(),
        names[..6].to_vec(),
    ];
    assert_eq!(
        told(start, 0, &v0.concat()),
        "ProcessStart pid=7 parent=4 sid=S-1-5-18 image=a.exe"
    );
    let facts = "pid=7 parent=4 session=1 exitStatus=0";
    let v1 = [key.clone(), ids.clone(), token.clone(), names[..6].to_vec()].concat();
    assert_eq!(
        told(start, 1, &v1),
        format!("ProcessStart {facts} sid=S-1-5-18 image=a.exe")
    );
    let who = "sid=S-1-5-18 image=a.exe commandLine=a.exe -x";
    let v2 = [key.clone(), ids.clone(), token.clone(), names.clone()].concat();
    assert_eq!(
        told(start, 2, &v2),
        format!("ProcessStart key=0x9 {facts} {who}")
    );
    let v3 = [
        key.clone(),
        ids.clone(),
        vec![0; 8],
        token.clone(),
        names.clone(),
    ]
    .concat();
    assert_eq!(
        told(start, 3, &v3),
        format!("ProcessStart key=0x9 {facts} {who}")
    );
    let v4 = [
        key,
        ids,
        vec![0; 8],
        bytes(&[3]),
        token,
        names,
        wide("P"),
        wide("A"),
    ]
    .concat();
    let newest = format!("ProcessStart key=0x9 {facts} flags=0x3 {who} package=P application=A");
    assert_eq!(told(start, 4, &v4), newest);
    assert_eq!(told(start, 9, &v4), newest);
}

#[test]
fn images_of_every_version_are_read() {
    let base = [0, 0, 1, 0, 0, 0, 0, 0].to_vec();
    let path = wide("\\x.dll");
    let load = kernel(0x140a);
    let v0 = [base.clone(), bytes(&[5]), path.clone()].concat();
    assert_eq!(told(load, 0, &v0), "ImageLoad base=0x10000 path=\\x.dll");
    let sized = [base.clone(), base.clone(), bytes(&[7])].concat();
    let v1 = [sized.clone(), path.clone()].concat();
    assert_eq!(
        told(load, 1, &v1),
        "ImageLoad base=0x10000 size=0x10000 pid=7 path=\\x.dll"
    );
    let signed = [12, 2, 0, 0];
    let tail = [base, vec![0; 16], path].concat();
    let newer = [&sized[..], &bytes(&[1, 2]), &signed, &tail].concat();
    let facts = "base=0x10000 size=0x10000 pid=7 checksum=0x1 linked=0x2";
    assert_eq!(
        told(load, 2, &newer),
        format!("ImageLoad {facts} defaultBase=0x10000 path=\\x.dll")
    );
    let signature = "signatureLevel=12 signatureType=2";
    let newest = format!("ImageLoad {facts} {signature} defaultBase=0x10000 path=\\x.dll");
    assert_eq!(told(load, 3, &newer), newest);
    assert_eq!(told(kernel(0x030a), 3, &newer), newest);
}

#[test]
fn connections_have_addresses_and_ports_in_the_networks_order() {
    let v4 = [
        bytes(&[7, 0]),
        vec![93, 184, 216, 34, 10, 0, 0, 5],
        vec![0x01, 0xbb, 0xc0, 0x00],
    ]
    .concat();
    let facts = "pid=7 size=0 remoteAddress=93.184.216.34 localAddress=10.0.0.5 remotePort=443 localPort=49152";
    assert_eq!(told(kernel(0x060c), 2, &v4), format!("TcpConnect {facts}"));
    assert_eq!(told(kernel(0x080a), 2, &v4), format!("UdpSend {facts}"));
    let network = |id| provider_event("Microsoft-Windows-Kernel-Network", id);
    assert_eq!(told(network(15), 0, &v4), format!("TcpAccept {facts}"));
    let loopback = [vec![0; 15], vec![1]].concat();
    let v6 = [
        bytes(&[7, 0]),
        loopback.clone(),
        loopback,
        vec![0, 53, 0, 80],
    ]
    .concat();
    assert_eq!(
        told(network(28), 0, &v6),
        "TcpConnect pid=7 size=0 remoteAddress=0:0:0:0:0:0:0:1 localAddress=0:0:0:0:0:0:0:1 \
         remotePort=53 localPort=80"
    );
}

#[test]
fn registry_values_bring_their_data() {
    let key = [1, 0, 0, 0, 0, 0, 0, 0].to_vec();
    let payload = [
        key,
        bytes(&[0, 4, 4]),
        wide("\\REGISTRY\\MACHINE\\X"),
        wide("V"),
        vec![4, 0, 1, 2, 3, 4],
    ];
    assert_eq!(
        told(
            provider_event("Microsoft-Windows-Kernel-Registry", 5),
            0,
            &payload.concat()
        ),
        "RegistrySetValue key=0x1 status=0x0 type=4 size=4 path=\\REGISTRY\\MACHINE\\X value=V data=01020304"
    );
}

#[test]
fn a_payload_that_ends_early_has_fewer_fields() {
    let answer = [wide("example.org"), bytes(&[1, 0, 0, 0])].concat();
    let source = provider_event("Microsoft-Windows-DNS-Client", 3008);
    assert_eq!(
        told(source, 0, &answer),
        "DnsAnswer name=example.org type=1 options=0 status=0"
    );
    assert_eq!(told(source, 0, &answer[..26]), "DnsAnswer name=example.org");
    assert_eq!(told(source, 0, &[]), "DnsAnswer");
}

#[test]
fn one_field_is_what_it_is_among_all() {
    let bytes: Vec<u8> = (0..400_u32).map(|at| (at * at / 7 % 5) as u8).collect();
    let fields = families().flat_map(|family| family.layouts);
    for (layout, length) in fields.flat_map(|layout| [3, 30, 400].map(|length| (layout, length))) {
        let known = Known {
            event: "",
            fields: layout.fields,
        };
        for pointer_size in [PointerSize::Four, PointerSize::Eight] {
            let record = Record {
                pointer_size,
                ..record(Source::Unknown, 0, &bytes[..length])
            };
            let mut all = BTreeMap::new();
            read(&known, &record, |name, value| {
                all.insert(name, value);
            });
            for Field { name, kind } in layout.fields.iter().filter(|field| !field.name.is_empty())
            {
                let text = match all.get(name) {
                    Some(Value::Text(text)) => Some(text.clone()),
                    _ => None,
                };
                let pointer = pointer(&known, &record, name).map(|number| format!("{number:#x}"));
                let expected = text.clone().filter(|_| *kind == Type::Pointer);
                assert_eq!(pointer, expected, "{name} of {:?}", layout.ids);
                assert_eq!(
                    super::text(&known, &record, name),
                    text,
                    "{name} of {:?}",
                    layout.ids
                );
            }
        }
    }
}
