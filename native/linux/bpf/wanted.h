/* Which Sysmon events the configuration in force can log, for programs that serve several. */
#pragma once

struct {
	MAP_TYPE(BPF_MAP_TYPE_ARRAY);
	MAP_ENTRIES(1);
	MAP_KEY(u32);
	MAP_VALUE(u64);
} wanted SEC(".maps");

/* `event` below 64. */
static __always_inline int is_wanted(u32 event)
{
	u32 key = 0;
	u64 *events = bpf_map_lookup_elem(&wanted, &key);

	return events && *events & 1ull << event;
}
